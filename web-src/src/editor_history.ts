// What was done, so that it can be undone: drafts as they were, with what was looked at. Values in, values out.
import type { Draft } from './editor_plan'

const MOST_UNDONE = 200

/** A draft with which clip, cover and line were chosen in it. */
export interface Moment { draft: Draft, source: number, current: number | null, line: number | null }

export class History {
    private done: Moment[] = []
    private undone: Moment[] = []
    private tag = ''

    get canUndo(): boolean {
        return this.done.length > 0
    }

    get canRedo(): boolean {
        return this.undone.length > 0
    }

    /** Remember what there was before an edit; what follows under the same tag is undone with it. */
    before(moment: Moment, tag: string): void {
        if (!tag || tag !== this.tag) this.done = [...this.done, moment].slice(-MOST_UNDONE)
        this.tag = tag
        this.undone = []
    }

    /** What there was before the last edit. It goes back to the clip where that was made. */
    undo(now: Moment): Moment | null {
        return this.turn(this.done, this.undone, now)
    }

    redo(now: Moment): Moment | null {
        return this.turn(this.undone, this.done, now)
    }

    private turn(from: Moment[], to: Moment[], now: Moment): Moment | null {
        const other = from.pop()
        if (!other) return null
        to.push(now.source === other.source ? now : { ...now, source: other.source, current: null, line: null }) // what was done there is done again there
        this.tag = ''
        return other
    }
}
