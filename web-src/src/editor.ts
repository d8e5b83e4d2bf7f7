// <jebi-editor src token back words>: a cut's plan, edited over the viewing copies of its clips. What is done here is a draft of this page until it is
// saved; the desk reads what is sent as it reads anything from outside. Keys: n p d x v [ ] f o ⌫, , . j l space, Ctrl+Z, Ctrl+S.
import { LitElement, html, nothing } from 'lit'
import { bareAt, boxAt, drawn, figureOf, fromHere, isSettled, joined, start, toHere, withHeld, withKey, withoutKey } from './editor_edits'
import { parts, sounds, texts } from './editor_forms'
import { SIDE, clock, drafted, fresh, written, type Beside, type Box, type Concern, type Draft, type Given, type Held } from './editor_plan'
import { chosen, rows, said, worst, type Hands, type Words } from './editor_side'
import './editor_stage'
import type { Stage } from './editor_stage'
import { isTyping } from './keys'

const PICTURE = 40 // ms; a step and not a picture exactly, as in the player
const MOST_UNDONE = 200
const CHECKED: Box = [SIDE * 0.45, SIDE * 0.35, SIDE * 0.1, SIDE * 0.18] // where the d key draws

/** What there was before an edit: the draft, and which cover was chosen. */
interface Done { draft: Draft, current: number | null }

class Editor extends LitElement implements Hands {
    static override properties = {
        src: {}, token: {}, words: { type: Object }, draft: { state: true }, source: { state: true }, current: { state: true }, moment: { state: true },
        message: { state: true }, problem: { state: true }, isSaving: { state: true }, isClear: { state: true }, speed: { state: true },
    }
    declare src: string
    declare token: string
    declare words: Words
    declare draft: Draft | null
    declare source: number
    declare current: number | null
    declare moment: number
    declare message: string
    declare problem: string
    declare isSaving: boolean
    declare isClear: boolean
    private beside: Beside[] = []
    private based = 0
    private undone: Done[] = []
    private done: Done[] = []
    private tag = ''
    private kept = ''
    private looked = new Map<number, Set<number>>()

    constructor() {
        super()
        Object.assign(this, { draft: null, source: 0, current: null, moment: -1, message: '', problem: '', isSaving: false, isClear: false })
    }

    override createRenderRoot(): HTMLElement {
        return this
    }

    override connectedCallback(): void {
        super.connectedCallback()
        document.addEventListener('keydown', this.pressed)
        window.addEventListener('beforeunload', this.leaving)
        void this.load()
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback()
        document.removeEventListener('keydown', this.pressed)
        window.removeEventListener('beforeunload', this.leaving)
    }

    private async load(): Promise<void> {
        const answer = await fetch(this.src, { redirect: 'error' })
        if (!answer.ok) {
            this.problem = await told(answer)
            return
        }
        const given = (await answer.json()) as Given
        this.beside = given.sources
        this.based = given.based
        this.draft = drafted(given.plan)
        this.kept = written(this.draft)
    }

    private get stage(): Stage | null {
        return this.querySelector('jebi-stage')
    }

    private get now(): number {
        return this.stage?.now ?? 0
    }

    private get held(): Held[] {
        return this.draft?.sources[this.source]?.held ?? []
    }

    private get one(): Held | undefined {
        return this.held.find((one) => one.id === this.current)
    }

    private get here(): Beside {
        return this.beside[this.source] as Beside
    }

    private get isChanged(): boolean {
        return this.draft !== null && this.done.length > 0 && written(this.draft) !== this.kept
    }

    private leaving = (event: Event): void => {
        if (this.isChanged) event.preventDefault()
    }

    /** Do something to the draft; what follows under the same tag is undone with it. */
    private edit(change: (draft: Draft) => Draft, tag = ''): void {
        if (!this.draft) return
        const next = change(this.draft)
        if (next === this.draft) return
        if (!tag || tag !== this.tag) this.done = [...this.done, { draft: this.draft, current: this.current }].slice(-MOST_UNDONE)
        this.tag = tag
        this.undone = []
        this.problem = ''
        this.draft = next
    }

    private undo(): void {
        this.turnBack(this.done, this.undone)
    }

    private redo(): void {
        this.turnBack(this.undone, this.done)
    }

    private turnBack(from: Done[], to: Done[]): void {
        const other = from.pop()
        if (!other || !this.draft) return
        to.push({ draft: this.draft, current: this.current })
        this.tag = ''
        this.draft = other.draft
        this.current = this.held.some((one) => one.id === other.current) ? other.current : null
    }

    change(change: (one: Held) => Held, tag?: string): void {
        this.edit((draft) => withHeld(draft, this.source, (held) => held.map((one) => (one.id === this.current ? change(one) : one))), tag)
    }

    private add(made: (id: number) => Held, message: string | undefined): void {
        if (!this.draft) return
        const one = made(fresh(this.draft))
        this.edit((draft) => withHeld(draft, this.source, (held) => [...held, one]))
        this.current = one.id
        this.message = message ?? ''
        this.toStage()
    }

    private draw(box: Box): void {
        this.add((id) => drawn(id, this.now, box, this.here.length), this.words.drawn)
    }

    coverFace(concern: Concern): void {
        const keys = concern.keys
        if (keys) this.add((id) => ({ id, isOpen: false, kind: 'face', style: 'solid', keys }), this.words.drawn)
    }

    choose(id: number): void {
        this.current = id
        const one = this.one
        if (one && !boxAt(one, this.now)) this.stage?.seek(start(one))
    }

    look(place: number): void {
        const one = this.here.concerns[place]
        if (!one) return
        this.moment = place
        const seen = this.looked.get(this.source) ?? new Set<number>()
        this.looked.set(this.source, seen.add(place))
        this.stage?.video?.pause()
        this.stage?.seek(one.at)
        this.current = one.cover !== null && this.held.some((held) => held.id === one.cover) ? one.cover : null
        this.message = `${clock(one.at)} ${said(this.words, one)}`
        this.toStage()
    }

    begin(): void {
        this.change((one) => fromHere(one, this.now))
    }

    end(): void {
        this.change((one) => toHere(one, this.now, this.here.length))
    }

    removeKey(): void {
        this.change((one) => withoutKey(one, this.now))
    }

    figure(): void {
        this.change((one) => (one.isOpen ? one : figureOf(one)))
    }

    drop(): void {
        const id = this.current
        this.edit((draft) => withHeld(draft, this.source, (held) => held.filter((one) => one.id !== id)))
        this.current = null
    }

    join(id: number): void {
        const other = this.held.find((one) => one.id === id)
        if (!other) return
        const own = this.current
        this.edit((draft) => withHeld(draft, this.source, (held) =>
            held.filter((one) => one.id !== id).map((one) => (one.id === own ? joined(one, other) : one))))
    }

    /** To be seen by everybody: nobody does that by a slip of a finger. */
    leaveOpen(): void {
        if (!this.one) return
        if (this.one.isOpen) this.change((one) => ({ ...one, isOpen: false }))
        else this.querySelector('dialog')?.showModal()
    }

    private confirmed(): void {
        this.change((one) => ({ ...one, isOpen: true }))
    }

    private toStage(): void {
        this.querySelector<SVGElement>('jebi-stage svg.over')?.focus()
    }

    private pressed = (event: KeyboardEvent): void => {
        if (!this.draft || document.querySelector('dialog[open]')) return
        if ((event.ctrlKey || event.metaKey) && !event.altKey) {
            const field = event.target instanceof Element ? event.target.closest('input, textarea') : null
            const move = event.key === 's' ? () => void this.save() : field ? null : { z: () => this.undo(), Z: () => this.redo(), y: () => this.redo() }[event.key]
            if (!move) return
            event.preventDefault()
            move()
            return
        }
        if (isTyping(event)) return
        const isButton = event.target instanceof Element && event.target.closest('button, summary, a') !== null
        const move = this.moves()[event.key]
        if (!move || (event.key === ' ' && isButton)) return
        event.preventDefault()
        move()
    }

    private moves(): Record<string, () => void> {
        const by = (ms: number) => (): void => this.stage?.seek(Math.max(0, this.now + ms))
        const mine: Record<string, () => void> = this.current === null ? {} : {
            '[': () => this.begin(), ']': () => this.end(), f: () => this.figure(), o: () => this.leaveOpen(), Delete: () => this.drop(), Backspace: () => this.drop(),
            x: () => this.change((one) => (one.isOpen ? one : { ...one, style: one.style === 'solid' ? 'mosaic' : 'solid' })),
            Escape: () => (this.current = null),
        }
        return {
            ...mine, n: () => this.look(this.moment + 1), p: () => this.look(this.moment - 1), d: () => this.draw(CHECKED), v: () => (this.isClear = !this.isClear),
            ' ': () => this.stage?.toggle(), k: () => this.stage?.toggle(), j: by(-1000), l: by(1000), ',': by(-PICTURE), '.': by(PICTURE),
        }
    }

    private async save(): Promise<void> {
        if (!this.draft || this.isSaving) return
        this.isSaving = true
        const form = new FormData()
        form.append('form_token', this.token)
        form.append('based', String(this.based))
        try {
            form.append('plan', await packed(written(this.draft)), 'plan.json.gz')
            const answer = await fetch(this.src, { method: 'POST', body: form })
            if (answer.ok && answer.redirected) {
                this.done = []
                location.assign(answer.url)
                return
            }
            this.problem = await told(answer)
        } catch {
            this.problem = this.words.unsaved ?? ''
        }
        this.isSaving = false
    }

    private timed(at: number): void {
        this.style.setProperty('--at', String(at / Math.max(1, this.here.length)))
        const clocks = this.querySelector('[data-clock]')
        if (clocks) clocks.textContent = clock(at - (at % 10))
        const seek = this.querySelector<HTMLInputElement>('.seek')
        if (seek) seek.value = String(at)
    }

    override render(): unknown {
        const { words, draft } = this
        const problem = this.problem ? html`<p class="alert" role="alert">${this.problem}</p>` : nothing
        if (!draft) return this.problem ? problem : html`<p class="faint">${words.loading}</p>`
        const edit = (change: (old: Draft) => Draft, tag?: string): void => this.edit(change, tag)
        return html`
            ${this.bar()}${problem}
            <div class="watch">
                <div class="stage">${this.shown()}
                    <section class="card" aria-labelledby="timeline"><h2 id="timeline">${words.timeline} <span class="faint">${this.held.length}</span></h2>
                        <p class="hint">${words.tracks_help}</p>${rows(words, this.held, this.here.concerns, this.here.length, this.current, this)}</section>
                </div>
                <aside class="said">
                    <section aria-labelledby="selected"><h2 id="selected">${words.selected}</h2>${this.one ? chosen(words, this.one, this.held, this) : html`<p class="faint">${words.none}</p>`}
                        <div class="actions"><button type="button" @click=${() => this.draw(CHECKED)}>${words.draw} <kbd>d</kbd></button></div></section>
                    <section aria-labelledby="worst"><div class="parcel-head"><h2 id="worst">${words.worst}</h2><button type="button" @click=${() => this.look(this.moment + 1)}>${words.next} <kbd>n</kbd></button></div>
                        ${worst(words, this.here, this.looked.get(this.source) ?? new Set(), this.held, this.moment, this)}</section>
                </aside>
            </div>
            <div class="editing">
                <section class="card" aria-labelledby="parts"><h2 id="parts">${words.parts}</h2>${parts(words, draft, this.beside, this.source, () => this.now, edit)}</section>
                <section class="card" aria-labelledby="sounds"><h2 id="sounds">${words.sounds}</h2>${sounds(words, draft, this.source, () => this.now, edit)}</section>
                <section class="card" aria-labelledby="texts"><h2 id="texts">${words.texts}</h2>${texts(words, draft, edit)}</section>
            </div>
            <dialog aria-labelledby="leave-open" @close=${(event: Event) => (event.target as HTMLDialogElement).returnValue === 'open' && this.confirmed()}>
                <h2 id="leave-open">${words.leave}</h2><p>${words.confirm_open}</p>
                <form method="dialog" class="actions"><button value="covered" class="primary" autofocus>${words.reset}</button><button value="open" class="quiet">${words.leave}</button></form>
            </dialog>`
    }

    private bar(): unknown {
        const { words } = this
        const state = this.isSaving ? words.saving : this.isChanged ? words.changed : words.applied
        return html`<div class="edit-bar">
            ${this.beside.length > 1 ? html`<label class="plain">${words.source} <select @change=${(event: Event) => this.turn(Number((event.target as HTMLSelectElement).value))}>${this.beside.map((one, place) => html`<option value=${place} ?selected=${place === this.source}>${one.name}</option>`)}</select></label>` : nothing}
            <button type="button" class="quiet" ?disabled=${!this.done.length} @click=${() => this.undo()}>${words.undo}</button>
            <button type="button" class="quiet" ?disabled=${!this.undone.length} @click=${() => this.redo()}>${words.redo}</button>
            <span class="gap"></span><span class="faint">${state}</span>
            <button type="button" class="primary" ?disabled=${this.isSaving || !this.isChanged} @click=${() => void this.save()}>${words.save}</button></div>
            <p class="unseen" role="status">${this.message}</p>`
    }

    private turn(place: number): void {
        this.source = place
        this.current = null
        this.moment = -1
    }

    private shown(): unknown {
        const { words, here } = this
        if (!here.viewing) return html`<p class="notice">${words.no_viewing}</p>`
        const concern = this.here.concerns[this.moment]
        const ghost = concern && !isSettled(concern, this.held) ? bareAt(concern) : null
        return html`<jebi-stage src="/clips/${here.clip}/media/viewing" .held=${this.held} .chosen=${this.current} .ghost=${ghost} .words=${words} .isClear=${this.isClear}
                @drawn=${(event: CustomEvent<Box>) => this.draw(event.detail)} @chosen=${(event: CustomEvent<number>) => (this.current = event.detail)}
                @changed=${(event: CustomEvent<{ id: number, box: Box, tag: string }>) => this.change((one) => withKey(one, this.now, event.detail.box), event.detail.tag)}
                @timed=${(event: CustomEvent<number>) => this.timed(event.detail)}></jebi-stage>
            <div class="controls">
                <button type="button" class="quiet" @click=${() => this.stage?.toggle()}>${words.play} <kbd>k</kbd></button>
                <button type="button" class="quiet" @click=${() => this.stage?.seek(Math.max(0, this.now - PICTURE))}>${words.earlier} <kbd>,</kbd></button>
                <button type="button" class="quiet" @click=${() => this.stage?.seek(this.now + PICTURE)}>${words.later} <kbd>.</kbd></button>
                <span class="clock"><span data-clock>0:00</span> <i>/ ${clock(here.length)}</i></span><span class="gap"></span>
                <button type="button" class="quiet" aria-pressed=${this.isClear ? 'true' : 'false'} @click=${() => (this.isClear = !this.isClear)}>${words.covers} <kbd>v</kbd></button>
            </div>
            <input type="range" class="seek" min="0" max=${here.length} step="20" value="0" aria-label=${words.key} @input=${(event: Event) => this.stage?.seek(Number((event.target as HTMLInputElement).value))}>
            <p class="hint">${words.help} ${words.keys_moved}</p>`
    }
}

/** A third of its size: an hour in a crowd still fits into a form. */
function packed(text: string): Promise<Blob> {
    return new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).blob()
}

/** What the desk's page of an error says. */
async function told(answer: Response): Promise<string> {
    const read = new DOMParser().parseFromString(await answer.text(), 'text/html')
    return read.querySelector('main .alert')?.textContent ?? read.querySelector('h1')?.textContent ?? String(answer.status)
}

customElements.define('jebi-editor', Editor)
