// What can be done to what is said: a line at a time, a transcript taken over; and what a reader, or a voice, would stumble over. Values in, values out.
import { tidy, type Checked, type Draft, type Line } from './editor_plan'

export type Trouble = 'line_empty' | 'line_ends' | 'line_fast' | 'line_overlap' | 'line_speaker' | 'line_markup'
export const LASTS = 2_000 // ms that a new line is shown
const SPOKEN = ['ko', 'ja', 'en'] // by `media/revoicing.py`
// Characters a second that are read at ease beside a picture; a warning, no rule. Netflix's timed text guides: 17 in English; in Japanese 4 in what is
// translated and 7 in what is also heard; in Korean 12. (Toyokura and Yamada, Invitation to Interpreting and Translation Studies 18, 2017: Japanese is
// read at ease up to 6.) Here it is 7 in Korean, too: whoever reads slowly, or on a telephone, is to see the faces as well. Half-width ones count half.
const LATIN = 17
const WIDE = 7
const HALF = /[\n -~]/
const NAMED = /^[^\n:：]{1,40}(?::\s|：)/ // as transcripts write who speaks
const MARKUP = /<\/?[A-Za-z0-9][^<>]*>|\{\\[^{}]*\}|-->/ // which the site refuses: `archive/transcript.py`

/** The draft with other lines in one source, by their time. */
export function withLines(draft: Draft, place: number, change: (lines: Line[]) => Line[]): Draft {
    const made = (lines: Line[]): Line[] => [...change(lines)].sort((a, b) => a.from - b.from)
    return { ...draft, sources: draft.sources.map((source, number) => (number === place ? { ...source, lines: made(source.lines) } : source)) }
}

/** A number that no line in the draft has, and none above it. */
export function freshLine(draft: Draft): number {
    return draft.sources.flatMap((source) => source.lines).reduce((most, one) => Math.max(most, one.id + 1), 0)
}

/** A new line at a time, up to the next one in its language or the clip's end. */
export function lineAt(lines: readonly Line[], id: number, at: number, length: number, language: string): Line {
    const later = lines.filter((one) => one.language === language && one.from > at).map((one) => one.from)
    const to = later.reduce((least, one) => Math.min(least, one), Math.min(Math.max(length, at + 1), at + LASTS))
    return { id, from: at, to, language, text: '', isTouched: true }
}

/** Those lines of a transcript that are not there yet, numbered from `id`. */
export function takenOver(lines: readonly Line[], checked: Checked, id: number): Line[] {
    const key = (one: Line): string => JSON.stringify([one.from, one.to, one.language, tidy(one.text)])
    const there = new Set(lines.map(key))
    const made = checked.lines.map(([from, to, text], number) => ({ id: id + number, from, to, language: checked.language, text, isTouched: true }))
    return made.filter((one) => !there.has(key(one)))
}

/** What is wrong with lines, by their numbers; with most of them nothing is. */
export function troubles(lines: readonly Line[]): Map<number, Trouble[]> {
    const over = overlapping(lines)
    const found = lines.map((one): [number, Trouble[]] => [one.id, troublesOf(one, over.has(one.id))])
    return new Map(found.filter(([, several]) => several.length))
}

function troublesOf(one: Line, isOver: boolean): Trouble[] {
    const text = tidy(one.text)
    const wrong: [Trouble, boolean][] = [
        ['line_empty', !text], ['line_ends', one.from >= one.to], ['line_fast', one.from < one.to && speed(one) > readable(one.language)],
        ['line_overlap', isOver], ['line_speaker', NAMED.test(text)], ['line_markup', MARKUP.test(text)],
    ]
    return wrong.filter(([, is]) => is).map(([trouble]) => trouble)
}

/** Characters a second that can be read in a language. */
export function readable(language: string): number {
    return isWide(language) ? WIDE : LATIN
}

/** Characters a second that a reader is asked for. */
export function speed(one: Line): number {
    const letters = [...tidy(one.text)]
    const count = isWide(one.language) ? letters.reduce((sum, letter) => sum + (HALF.test(letter) ? 0.5 : 1), 0) : letters.length
    return (count * 1000) / Math.max(1, one.to - one.from)
}

const isWide = (language: string): boolean => ['ko', 'ja', 'zh'].includes(language.split('-')[0] as string)

/** The numbers of lines that overlap another of their language. */
function overlapping(lines: readonly Line[]): Set<number> {
    const [found, last] = [new Set<number>(), new Map<string, Line>()]
    for (const one of [...lines].filter((line) => line.from < line.to).sort((a, b) => a.from - b.from)) {
        const before = last.get(one.language)
        if (before && one.from < before.to) found.add(before.id).add(one.id)
        if (!before || one.to > before.to) last.set(one.language, one)
    }
    return found
}

/** The languages that lines are in, or that one may be written in. */
export function languages(draft: Draft): string[] {
    return [...new Set([...SPOKEN, ...draft.sources.flatMap((source) => source.lines.map((one) => one.language))])]
}

/** The languages that a machine may speak: it knows them, and there are lines. What a plan has already stays to be chosen. */
export function voices(draft: Draft): string[] {
    const said = new Set(draft.sources.flatMap((source) => source.lines.map((one) => one.language)))
    return [...new Set([...SPOKEN.filter((one) => said.has(one)), draft.voice])].filter(Boolean)
}

/** Where a voice of the original is heard under a line that a machine speaks: clip and time. */
export function unmasked(draft: Draft): [number, number][] {
    if (!draft.voice) return []
    return draft.sources.flatMap(({ sounds, lines }, place) => {
        const said = lines.filter((one) => one.language === draft.voice)
        const heard = sounds.filter(([, , how]) => how !== 'surroundings')
        return heard.flatMap(([from, to]) => said.filter((one) => one.from < to && from < one.to).slice(0, 1)).map((one): [number, number] => [place, one.from])
    })
}
