// A plan as the editor holds it, and how it goes back: in the one encoding that docs/formats/cuts.md names. What nobody touched goes back as it came.
// Nothing here draws.

/** A time in ms, and a box in 1/10,000 of the picture: left, top, width, height. */
export type Key = [number, number, number, number, number]
export type Box = [number, number, number, number]
export type How = 'plain' | 'surroundings' | 'disguised'
export type Sound = [number, number, How]
export type Part = [number, number, number]
export type Texts = Record<string, string>

export interface Cover { kind: string, style: string, keys: Key[] }
export interface About { title: Texts, summary: Texts, why: Texts, places: string[], themes: string[], filmed: string }

type PlainLine = [number, number, string, string]
interface PlainSource { clip: string, sha256: string, covers: Cover[], open: Key[][], sounds: Sound[], lines: PlainLine[] }
export interface Plan { format: string, about: About, picture: unknown, sources: PlainSource[], parts: Part[], voice: string }

/** A cover or what is left open, under a number that stays its own whatever is deleted. */
export interface Held extends Cover { id: number, isOpen: boolean }

/** What is said, under such a number, too. `isTouched`: it was written here, so it is tidied when it goes back. */
export interface Line { id: number, from: number, to: number, language: string, text: string, isTouched: boolean }
export interface Source { clip: string, sha256: string, held: Held[], sounds: Sound[], lines: Line[] }

/** `given` is what the texts were when they came. */
export interface Draft { format: string, about: About, given: About, picture: unknown, sources: Source[], parts: Part[], voice: string }

/** Lines of a transcript for which a person stands; of `left` more nobody does. */
export interface Checked { language: string, translation: boolean, by: string[], left: number, lines: [number, number, string][] }
export interface Concern { why: string, cover: number | null, at: number, amount: number, keys?: Key[] }
export interface Beside {
    clip: string, name: string, length: number, searched: boolean, viewing: boolean, total: number, concerns: Concern[], said: Checked[]
}
export interface Given { plan: Plan, based: number, sources: Beside[] }

export const SIDE = 10_000
const OPENED = 1_000_000 // what is open is numbered from here, and
export const NEW = 2_000_000 // what is new from here: no plan has as many covers

/** The plan with every cover under its place as its number, which is what concerns call it; lines are numbered through all of it. */
export function drafted(plan: Plan): Draft {
    let number = 0
    const sources = plan.sources.map(({ covers, open, lines, ...kept }) => ({
        ...kept,
        held: [
            ...covers.map((cover, id) => ({ ...cover, id, isOpen: false })),
            ...open.map((keys, place) => ({ kind: 'face', style: 'solid', keys, id: OPENED + place, isOpen: true })),
        ],
        lines: lines.map(([from, to, language, text]) => ({ id: number++, from, to, language, text, isTouched: false })),
    }))
    return { ...plan, sources, given: plan.about }
}

/** A number that no cover in the draft has. */
export function fresh(draft: Draft): number {
    return draft.sources.flatMap((source) => source.held).reduce((most, one) => Math.max(most, one.id + 1), NEW)
}

/** The bytes' text: keys sorted, no spaces; what is empty of the texts is left out, stretches are in order. */
export function written({ given, ...draft }: Draft): string {
    const { title, summary, why, places, themes, filmed } = draft.about
    const about = {
        title: said(title, given.title), summary: said(summary, given.summary), why: said(why, given.why),
        places: places === given.places ? places : named(places), themes: themes === given.themes ? themes : named(themes), filmed: filmed.trim(),
    }
    const sources = draft.sources.map(({ held, sounds, lines, ...kept }) => ({
        ...kept,
        covers: held.filter((one) => !one.isOpen).map(({ kind, style, keys }) => ({ kind, style, keys })),
        open: held.filter((one) => one.isOpen).map((one) => one.keys),
        sounds: [...sounds].sort((a, b) => a[0] - b[0]),
        lines: lines.map(spoken).filter(([, , , text]) => text),
    }))
    return encoded({ ...draft, about, sources })
}

const spoken = (one: Line): PlainLine => [one.from, one.to, one.language, one.isTouched ? tidy(one.text) : one.text]

function said(texts: Texts, given: Texts): Texts {
    const kept = Object.entries(texts).map(([language, text]) => [language, text === given[language] ? text : shown(text).trim()])
    return Object.fromEntries(kept.filter(([, text]) => text))
}

function named(names: string[]): string[] {
    return [...new Set(names.map((name) => shown(name).trim()).filter(Boolean))]
}

/** What somebody typed, in letters that a plan may hold: of spaces there is one kind, and what nobody sees is none. */
function shown(text: string): string {
    return text.normalize('NFC').replace(/\r\n?|\p{Zl}|\p{Zp}/gu, '\n').replace(/[\p{Zs}\t]/gu, ' ').replace(/[^\P{C}\n]/gu, '')
}

/** A line as the site asks for it (`archive/transcript.py`): no space too many, no empty line in it. */
export function tidy(text: string): string {
    return shown(text).split('\n').map((line) => line.trim().replace(/ +/g, ' ')).filter(Boolean).join('\n')
}

/** JSON with its keys in the order of their letters; an object puts those that look like numbers first. */
function encoded(value: unknown): string {
    if (Array.isArray(value)) return `[${value.map(encoded).join(',')}]`
    if (value === null || typeof value !== 'object') return JSON.stringify(value)
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([name, one]) => `${JSON.stringify(name)}:${encoded(one)}`).join(',')}}`
}

/** 1:02.5 as milliseconds; `null` for what is no time. */
export function parsed(text: string): number | null {
    const parts = text.trim().split(':')
    if (parts.length > 3 || !parts.every((part) => /^\d{1,6}(\.\d{1,3})?$/.test(part))) return null
    return Math.round(parts.reduce((sum, part) => sum * 60 + Number(part), 0) * 1000)
}

/** Milliseconds as 1:02.5. */
export function clock(ms: number): string {
    const whole = Math.floor(Math.max(0, ms) / 1000)
    const rest = Math.max(0, ms) % 1000
    const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, String(whole % 60).padStart(2, '0')]
    const fraction = rest ? `.${String(Math.round(rest)).padStart(3, '0').replace(/0+$/, '')}` : ''
    return (hours ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`) + fraction
}

/** A sentence with its places filled in. */
export function fill(sentence: string | undefined, places: Record<string, string | number>): string {
    return (sentence ?? '').replace(/\{(\w+)\}/g, (whole, name: string) => String(places[name] ?? whole))
}
