// A plan as the editor holds it, and how it goes back: in the one encoding that docs/formats/cuts.md names. Nothing here draws.

/** A time in ms, and a box in 1/10,000 of the picture: left, top, width, height. */
export type Key = [number, number, number, number, number]
export type Box = [number, number, number, number]
export type How = 'plain' | 'surroundings' | 'disguised'
export type Sound = [number, number, How]
export type Part = [number, number, number]
export type Texts = Record<string, string>

export interface Cover { kind: string, style: string, keys: Key[] }
export interface About { title: Texts, summary: Texts, why: Texts, places: string[], themes: string[], filmed: string }

interface PlainSource { clip: string, sha256: string, covers: Cover[], open: Key[][], sounds: Sound[], lines: unknown[] }
export interface Plan { format: string, about: About, picture: unknown, sources: PlainSource[], parts: Part[], voice: string }

/** A cover or what is left open, under a number that stays its own whatever is deleted. */
export interface Held extends Cover { id: number, isOpen: boolean }
export interface Source { clip: string, sha256: string, held: Held[], sounds: Sound[], lines: unknown[] }
export interface Draft { format: string, about: About, picture: unknown, sources: Source[], parts: Part[], voice: string }

export interface Concern { why: string, cover: number | null, at: number, amount: number, keys?: Key[] }
export interface Beside { clip: string, name: string, length: number, searched: boolean, viewing: boolean, total: number, concerns: Concern[] }
export interface Given { plan: Plan, based: number, sources: Beside[] }

export const SIDE = 10_000
const OPENED = 1_000_000 // what is open is numbered from here, and
export const NEW = 2_000_000 // what is new from here: no plan has as many covers

/** The plan with every cover under its place as its number, which is what concerns call it. */
export function drafted(plan: Plan): Draft {
    const sources = plan.sources.map(({ covers, open, ...kept }) => ({
        ...kept,
        held: [
            ...covers.map((cover, id) => ({ ...cover, id, isOpen: false })),
            ...open.map((keys, place) => ({ kind: 'face', style: 'solid', keys, id: OPENED + place, isOpen: true })),
        ],
    }))
    return { ...plan, sources }
}

/** A number that nothing in the draft has. */
export function fresh(draft: Draft): number {
    return Math.max(NEW, ...draft.sources.flatMap((source) => source.held.map((one) => one.id + 1)))
}

/** The bytes' text: keys sorted, no spaces; what is empty of the texts is left out, stretches are in order. */
export function written(draft: Draft): string {
    const { title, summary, why, places, themes, filmed } = draft.about
    const about = { title: said(title), summary: said(summary), why: said(why), places: named(places), themes: named(themes), filmed: filmed.trim() }
    const sources = draft.sources.map(({ held, sounds, ...kept }) => ({
        ...kept,
        covers: held.filter((one) => !one.isOpen).map(({ kind, style, keys }) => ({ kind, style, keys })),
        open: held.filter((one) => one.isOpen).map((one) => one.keys),
        sounds: [...sounds].sort((a, b) => a[0] - b[0]),
    }))
    return JSON.stringify(sorted({ ...draft, about, sources }))
}

function said(texts: Texts): Texts {
    return Object.fromEntries(Object.entries(texts).map(([language, text]) => [language, text.trim()]).filter(([, text]) => text))
}

function named(names: string[]): string[] {
    return [...new Set(names.map((name) => name.trim()).filter(Boolean))]
}

function sorted(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(sorted)
    if (value === null || typeof value !== 'object') return value
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(entries.map(([name, one]) => [name, sorted(one)]))
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
