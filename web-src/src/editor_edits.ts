// What can be done to one cover: where it is at a time, a key set or taken away, longer, shorter, joined, as wide as a figure. Values in, values out.
import { NEW, SIDE, type Box, type Concern, type Draft, type Held, type Key } from './editor_plan'

export const FRAME = 50 // ms: what one sees at a time began up to so much before it; a cover that begins here hides it, too
export const HOLD = 500 // ms, as a proposal holds
const MARGIN = 0.3 // as `release/protect.py` makes a face's cover wider than the face, and
const BODY = [2.0, 0.6, 7.0] as const // a figure's: beside a face, above it, below
const LEAST = 50 // of a side

const first = (one: Held): Key => one.keys[0] as Key
const last = (one: Held): Key => one.keys.at(-1) as Key

export const start = (one: Held): number => first(one)[0]
export const end = (one: Held): number => last(one)[0]

/** Where it is at a time, rounded outwards; or `null` where it is not. */
export function boxAt(one: Held, at: number): Box | null {
    if (at < start(one) || at > end(one)) return null
    const after = one.keys.findIndex((key) => key[0] >= at)
    const b = one.keys[after] as Key
    const a = one.keys[Math.max(0, after - 1)] as Key
    const share = b[0] > a[0] ? (at - a[0]) / (b[0] - a[0]) : 0
    const [left, top, right, bottom] = sides(a).map((side, place) => side + share * ((sides(b)[place] as number) - side)) as Box
    return outwards(left, top, right, bottom)
}

const sides = ([, x, y, width, height]: Key): Box => [x, y, x + width, y + height]

/** A box of whole numbers within the picture. */
export function within([x, y, width, height]: Box): Box {
    const [w, h] = [width, height].map((side) => Math.round(Math.min(SIDE, Math.max(LEAST, side)))) as [number, number]
    return [Math.round(Math.min(SIDE - w, Math.max(0, x))), Math.round(Math.min(SIDE - h, Math.max(0, y))), w, h]
}

/** With a key at a time, in place of one that is there. */
export function withKey(one: Held, at: number, box: Box): Held {
    const keys = [...one.keys.filter((key) => key[0] !== at), [at, ...within(box)] as Key]
    return { ...one, keys: keys.sort((a, b) => a[0] - b[0]) }
}

/** The place of the key that is nearest to a time. */
export function nearest(one: Held, at: number): number {
    const far = one.keys.map((key) => Math.abs(key[0] - at))
    return far.indexOf(Math.min(...far))
}

/** Without the key nearest to a time; the only one stays. */
export function withoutKey(one: Held, at: number): Held {
    const place = nearest(one, at)
    return one.keys.length > 1 ? { ...one, keys: one.keys.filter((_, number) => number !== place) } : one
}

/** Beginning here: longer, or shorter. It never ends before it begins. */
export function fromHere(one: Held, at: number): Held {
    const time = Math.max(0, at - FRAME)
    if (time > end(one)) return one
    const box = boxAt(one, time) ?? (first(one).slice(1) as Box)
    return { ...one, keys: [[time, ...box] as Key, ...one.keys.filter((key) => key[0] > time)] }
}

/** Ending here. */
export function toHere(one: Held, at: number, length: number): Held {
    const time = Math.min(Math.max(length, end(one)), at + FRAME)
    if (time < start(one)) return one
    const box = boxAt(one, time) ?? (last(one).slice(1) as Box)
    return { ...one, keys: [...one.keys.filter((key) => key[0] < time), [time, ...box] as Key] }
}

/** Two as one that hides all that both hid, and all in between. */
export function joined(one: Held, other: Held): Held {
    const times = [...new Set([...one.keys, ...other.keys].map((key) => key[0]))].sort((a, b) => a - b)
    const keys = times.map((at): Key => {
        const boxes = [boxAt(one, at), boxAt(other, at)].filter((box) => box !== null)
        const [left, top] = [Math.min(...boxes.map((box) => box[0])), Math.min(...boxes.map((box) => box[1]))]
        const right = Math.max(...boxes.map((box) => box[0] + box[2]))
        const bottom = Math.max(...boxes.map((box) => box[1] + box[3]))
        return [at, left, top, right - left, bottom - top]
    })
    return { ...one, keys }
}

/** How long it is between two: below zero where they overlap. */
export function apart(one: Held, other: Held): number {
    return Math.max(start(one) - end(other), start(other) - end(one))
}

/** The whole figure below a face that stands upright. */
export function figureOf(one: Held): Held {
    const [beside, above, below] = BODY
    const keys = one.keys.map(([at, x, y, w, h]): Key => {
        const [width, height] = [w / (1 + 2 * MARGIN), h / (1 + 2 * MARGIN)]
        const [middle, top] = [x + w / 2, y + MARGIN * height]
        const [left, right] = [Math.max(0, middle - (beside + 0.5) * width), Math.min(SIDE, middle + (beside + 0.5) * width)]
        const [high, low] = [Math.max(0, top - above * height), Math.min(SIDE, top + (1 + below) * height)]
        return [at, ...outwards(left, high, right, low)]
    })
    return { ...one, kind: 'figure', keys }
}

function outwards(left: number, top: number, right: number, bottom: number): Box {
    const [x, y] = [Math.floor(left), Math.floor(top)]
    return [x, y, Math.max(1, Math.ceil(right) - x), Math.max(1, Math.ceil(bottom) - y)]
}

/** A new one, as drawn at a time, held before and after it. */
export function drawn(id: number, at: number, box: Box, length: number): Held {
    const kept = within(box)
    const [from, to] = [Math.max(0, at - HOLD), Math.min(Math.max(length, at + FRAME), at + HOLD)]
    return { id, isOpen: false, kind: 'hand', style: 'solid', keys: [[from, ...kept], [to, ...kept]] }
}

/** The draft with something else in one source's place. */
export function withHeld(draft: Draft, place: number, change: (held: Held[]) => Held[]): Draft {
    return { ...draft, sources: draft.sources.map((source, number) => (number === place ? { ...source, held: change(source.held) } : source)) }
}

/** Covers worst first: what nobody saved yet, then in the order of the concerns, then the rest as they begin, and what is open. */
export function inOrder(held: readonly Held[], concerns: readonly Concern[]): Held[] {
    const places = new Map<number, number>()
    concerns.forEach((one, place) => { if (one.cover !== null && !places.has(one.cover)) places.set(one.cover, place) })
    const isNew = (one: Held): boolean => one.id >= NEW
    const place = (one: Held): number => (isNew(one) ? -1 : places.get(one.id) ?? (one.isOpen ? 2e9 : 1e9))
    return [...held].sort((a, b) => place(a) - place(b) || start(a) - start(b))
}

/** Where a face is bare, or `null` where no face is. */
export function bareAt(concern: Concern): Box | null {
    return concern.keys ? boxAt({ id: -1, isOpen: false, kind: 'face', style: 'solid', keys: concern.keys }, concern.at) : null
}

/** Whether a bare face is covered, or left open, by now: its middle is, at its worst moment. The desk says more when the plan is saved. */
export function isSettled(concern: Concern, held: readonly Held[]): boolean {
    const face = bareAt(concern)
    if (!face) return false
    const [x, y] = [face[0] + face[2] / 2, face[1] + face[3] / 2]
    return held.some((one) => {
        const box = boxAt(one, concern.at)
        return box !== null && box[0] <= x && x <= box[0] + box[2] && box[1] <= y && y <= box[1] + box[3]
    })
}
