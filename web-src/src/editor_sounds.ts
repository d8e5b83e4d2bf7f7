// What can be done to stretches: one more that is heard, and what is wrong with them. Values in, values out.
import type { Sound } from './editor_plan'

export const HEARD = 5_000 // ms that a new stretch lasts

/** One more stretch from a time on: up to the next one; or, where something is heard already, that stretch in two. */
export function heardFrom(sounds: Sound[], at: number, length: number): Sound[] {
    const place = sounds.findIndex(([from, to]) => from < at && at < to)
    const [from, to, how] = sounds[place] ?? [at, 0, 'surroundings']
    if (place >= 0) return [...sounds.slice(0, place), [from, at, how], [at, to, how], ...sounds.slice(place + 1)]
    if (sounds.some(([begin]) => begin === at)) return sounds
    const end = sounds.reduce((least, [begin]) => (begin > at ? Math.min(least, begin) : least), Math.min(Math.max(length, at + 1), at + HEARD))
    const made: Sound = [at, end, 'surroundings']
    const next = sounds.findIndex(([begin]) => begin > at)
    return next < 0 ? [...sounds, made] : [...sounds.slice(0, next), made, ...sounds.slice(next)]
}

/** Why a stretch cannot be kept, or nothing. */
export function refusedFor(stretch: Sound, all: readonly Sound[]): 'stretch_ends' | 'stretch_overlaps' | null {
    const [from, to] = stretch
    if (from >= to) return 'stretch_ends'
    return all.some((other) => other !== stretch && from < other[1] && other[0] < to) ? 'stretch_overlaps' : null
}
