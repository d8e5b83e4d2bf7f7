// The draft of the editor: what is looked at in it, how it is edited and undone, and what is said and heard. What it looks like is `editor.ts`'s.
import { LitElement, type PropertyDeclarations } from 'lit'
import { withSounds } from './editor_forms'
import { History, type Moment } from './editor_history'
import { freshLine, lineAt, takenOver, withLines } from './editor_lines'
import { clock, fill, written, type Beside, type Checked, type Draft, type Held, type Line } from './editor_plan'
import type { Speaker } from './editor_said'
import type { Words } from './editor_side'
import { heardFrom } from './editor_sounds'
import type { Stage } from './editor_stage'

export class Drafting extends LitElement implements Speaker {
    static override properties: PropertyDeclarations = {
        words: { type: Object }, draft: { state: true }, source: { state: true }, current: { state: true }, line: { state: true }, moment: { state: true },
        language: { state: true }, message: { state: true }, problem: { state: true },
    }
    declare words: Words
    declare draft: Draft | null
    declare source: number // the clip that is looked at; `current` and `line` are chosen in it
    declare current: number | null
    declare line: number | null
    declare moment: number
    declare language: string // of new lines
    declare message: string
    declare problem: string
    protected beside: Beside[] = []
    protected history = new History()
    protected kept = '' // as the desk has it
    protected keptDraft: Draft | null = null

    constructor() {
        super()
        Object.assign(this, { draft: null, source: 0, current: null, line: null, moment: -1, language: 'ko', message: '', problem: '' })
    }

    override createRenderRoot(): HTMLElement {
        return this
    }

    protected get stage(): Stage | null {
        return this.querySelector('jebi-stage')
    }

    protected get now(): number {
        return this.stage?.now ?? 0
    }

    protected get held(): Held[] {
        return this.draft?.sources[this.source]?.held ?? []
    }

    protected get lines(): Line[] {
        return this.draft?.sources[this.source]?.lines ?? []
    }

    protected get here(): Beside {
        return this.beside[this.source] as Beside
    }

    protected get isChanged(): boolean {
        return this.draft !== null && this.draft !== this.keptDraft && written(this.draft) !== this.kept
    }

    /** Do something to the draft; what follows under the same tag is undone with it. */
    protected edit(change: (draft: Draft) => Draft, tag = ''): void {
        if (!this.draft) return
        const next = change(this.draft)
        if (next === this.draft) return
        this.history.before(this.standing(this.draft), tag)
        this.problem = ''
        this.draft = next
    }

    private standing(draft: Draft): Moment {
        return { draft, source: this.source, current: this.current, line: this.line }
    }

    protected undo(): void {
        if (this.draft) this.back(this.history.undo(this.standing(this.draft)))
    }

    protected redo(): void {
        if (this.draft) this.back(this.history.redo(this.standing(this.draft)))
    }

    /** Also to the clip where that was done: numbers of covers are a clip's own. */
    private back(other: Moment | null): void {
        if (!other) return
        if (other.source !== this.source) this.turn(other.source)
        this.draft = other.draft
        this.current = this.held.some((one) => one.id === other.current) ? other.current : null
        this.line = other.line
    }

    /** To another clip. */
    protected turn(place: number): void {
        this.source = place
        this.current = null
        this.line = null
        this.moment = -1
    }

    /** A clip at a time, whichever is looked at. */
    protected async watch(source: number, at: number): Promise<void> {
        if (source !== this.source) this.turn(source)
        await this.updateComplete
        await this.stage?.updateComplete
        this.stage?.video?.pause()
        this.stage?.seek(at)
        this.toStage()
    }

    protected toStage(): void {
        this.querySelector<SVGElement>('jebi-stage svg.over')?.focus()
    }

    private async toFirst(...selectors: string[]): Promise<void> {
        await this.updateComplete
        selectors.map((one) => this.querySelector<HTMLElement>(one)).find((one) => one !== null)?.focus()
    }

    speak(language: string): void {
        this.language = language
    }

    chooseLine(id: number): void {
        const isListed = document.activeElement?.closest('.lines') ?? null
        this.line = id
        const one = this.lines.find((line) => line.id === id)
        if (one) this.stage?.seek(one.from)
        if (isListed) void this.toFirst('.lines [aria-pressed=true]') // the list may have moved on under it
    }

    addLine(): void {
        if (!this.draft) return
        const made = lineAt(this.lines, freshLine(this.draft), this.now, this.here.length, this.language)
        this.edit((draft) => withLines(draft, this.source, (lines) => [...lines, made]))
        this.line = made.id
        this.message = fill(this.words.line_added, { from: clock(made.from), to: clock(made.to) })
        void this.toFirst('[data-line]')
    }

    changeLine(change: (one: Line) => Line, tag?: string): void {
        const id = this.line
        this.edit((draft) => withLines(draft, this.source, (lines) => lines.map((one) => (one.id === id ? change(one) : one))), tag)
    }

    dropLine(): void {
        const place = this.lines.findIndex((one) => one.id === this.line)
        if (place < 0) return
        const next = this.lines[place + 1] ?? this.lines[place - 1]
        this.edit((draft) => withLines(draft, this.source, (lines) => lines.filter((_, number) => number !== place)))
        this.line = next?.id ?? null
        this.message = this.words.line_dropped ?? ''
        void this.toFirst('.lines [aria-pressed=true]', '[data-add-line]')
    }

    takeOver(checked: Checked): void {
        if (!this.draft) return
        const made = takenOver(this.lines, checked, freshLine(this.draft))
        if (!made.length) return
        this.edit((draft) => withLines(draft, this.source, (lines) => [...lines, ...made]))
        this.line = made[0]?.id ?? null
        this.language = checked.language
        this.message = fill(this.words.lines_taken, { count: made.length })
        void this.toFirst('.lines [aria-pressed=true]')
    }

    /** Let something be heard from the playhead on. */
    protected hear(): void {
        const before = this.draft?.sources[this.source]?.sounds ?? []
        const made = heardFrom(before, this.now, this.here.length)
        if (made === before) return
        this.edit((draft) => withSounds(draft, this.source, made))
        this.message = this.words.stretch_made ?? ''
    }
}
