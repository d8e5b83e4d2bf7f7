// <jebi-editor src words>: a cut's plan, edited over the viewing copies of its clips. What is done here is a draft of this page until it is
// saved; the desk reads what is sent as it reads anything from outside. Keys: n p d x v t h [ ] f o ⌫, , . j l space, Ctrl+Z, Ctrl+S.
import { html, nothing, type PropertyDeclarations } from 'lit'
import { SignedOut, asked, kept } from './editor_desk'
import { Drafting } from './editor_drafting'
import { bareAt, boxAt, drawn, figureOf, fromHere, isSettled, joined, start, toHere, withHeld, withKey, withoutKey } from './editor_edits'
import { clips, parts, sounds, texts, voice, type Bench } from './editor_forms'
import { SIDE, clock, drafted, fresh, written, type Box, type Concern, type Draft, type Held } from './editor_plan'
import { said as lines } from './editor_said'
import { chosen, rows, said, worst, type Hands } from './editor_side'
import './editor_stage'
import { isTyping } from './keys'

const PICTURE = 40 // ms; a step and not a picture exactly, as in the player
const CHECKED: Box = [SIDE * 0.45, SIDE * 0.35, SIDE * 0.1, SIDE * 0.18] // where the d key draws

class Editor extends Drafting implements Hands {
    static override properties: PropertyDeclarations = { src: {}, isSaving: { state: true }, isClear: { state: true } }
    declare src: string
    declare isSaving: boolean
    declare isClear: boolean
    private based = 0
    private looked = new Map<number, Set<number>>()

    constructor() {
        super()
        Object.assign(this, { isSaving: false, isClear: false })
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
        try {
            const given = await asked(this.src)
            this.beside = given.sources
            this.based = given.based
            this.draft = drafted(given.plan)
            this.keep(this.draft)
            const known = this.draft.sources.flatMap((one) => one.lines)[0] ?? this.beside.flatMap((one) => one.said)[0]
            this.language = known?.language ?? this.language
        } catch (error) {
            this.problem = this.sentence(error)
        }
    }

    private keep(draft: Draft): void {
        this.keptDraft = draft
        this.kept = written(draft)
    }

    /** What the desk said; or that it did not answer, for which `fetch` throws a `TypeError`. */
    private sentence(error: unknown): string {
        if (error instanceof SignedOut) return this.words.signed_out ?? ''
        return error instanceof Error && !(error instanceof TypeError) ? error.message : (this.words.unsaved ?? '')
    }

    private get one(): Held | undefined {
        return this.held.find((one) => one.id === this.current)
    }

    private leaving = (event: Event): void => {
        if (this.isChanged) event.preventDefault()
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
        else {
            const asked = this.querySelector('dialog')
            if (asked) asked.returnValue = '' // or Escape would answer as the last time, in browsers that keep it
            asked?.showModal()
        }
    }

    private confirmed(): void {
        this.change((one) => ({ ...one, isOpen: true }))
    }

    private pressed = (event: KeyboardEvent): void => {
        if (!this.draft || this.isSaving || document.querySelector('dialog[open]')) return
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
        const isLine = event.target instanceof Element && event.target.closest('.lines') !== null
        const move = this.moves(isLine)[event.key]
        if (!move || (event.key === ' ' && isButton)) return
        event.preventDefault()
        move()
    }

    /** What keys do. On a line, what deletes a cover elsewhere deletes the line. */
    private moves(isLine: boolean): Record<string, () => void> {
        const by = (ms: number) => (): void => this.stage?.seek(Math.max(0, this.now + ms))
        const line = { Delete: () => this.dropLine(), Backspace: () => this.dropLine() }
        const mine: Record<string, () => void> = this.current === null ? {} : {
            '[': () => this.begin(), ']': () => this.end(), f: () => this.figure(), o: () => this.leaveOpen(), Delete: () => this.drop(), Backspace: () => this.drop(),
            x: () => this.change((one) => (one.isOpen ? one : { ...one, style: one.style === 'solid' ? 'mosaic' : 'solid' })),
            Escape: () => (this.current = null),
        }
        return {
            ...mine, ...(isLine ? line : {}), t: () => this.addLine(), h: () => this.hear(),
            n: () => this.look(this.moment + 1), p: () => this.look(this.moment - 1), d: () => this.draw(CHECKED), v: () => (this.isClear = !this.isClear),
            ' ': () => this.stage?.toggle(), k: () => this.stage?.toggle(), j: by(-1000), l: by(1000), ',': by(-PICTURE), '.': by(PICTURE),
        }
    }

    private async save(): Promise<void> {
        if (!this.draft || this.isSaving) return
        this.settle()
        const [draft, focused] = [this.draft, document.activeElement]
        this.isSaving = this.inert = true // what is typed while it is sent would not be kept
        try {
            const address = await kept(this.src, this.based, written(draft))
            this.keep(draft)
            location.assign(address)
            return
        } catch (error) {
            this.problem = this.sentence(error)
        }
        this.isSaving = this.inert = false
        if (focused instanceof HTMLElement) focused.focus()
    }

    /** A time that is being typed counts when it is saved. */
    private settle(): void {
        const field = document.activeElement
        if (!(field instanceof HTMLInputElement) || !this.contains(field)) return
        field.blur()
        field.focus()
    }

    private timed(at: number): void {
        this.style.setProperty('--at', String(at / Math.max(1, this.here.length)))
        const clocks = this.querySelector('[data-clock]')
        if (clocks) clocks.textContent = clock(at - (at % 10))
        const seek = this.querySelector<HTMLInputElement>('.seek')
        if (seek) seek.value = String(at)
        this.subtitle(at)
    }

    /** What is said at a time, under the picture. */
    private subtitle(at: number): void {
        const shown = this.querySelector('[data-subtitle]')
        if (shown) shown.textContent = this.lines.filter((one) => one.from <= at && at < one.to).map((one) => one.text).join(' / ')
    }

    override updated(): void {
        if (this.draft) this.subtitle(this.now)
    }

    override render(): unknown {
        const { words, draft } = this
        const problem = this.problem ? html`<p class="alert" role="alert">${this.problem}</p>` : nothing
        if (!draft) return this.problem ? problem : html`<p class="faint">${words.loading}</p>`
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
            ${this.forms(draft)}
            <dialog aria-labelledby="leave-open" @close=${(event: Event) => (event.target as HTMLDialogElement).returnValue === 'open' && this.confirmed()}>
                <h2 id="leave-open">${words.leave}</h2><p>${words.confirm_open}</p>
                <form method="dialog" class="actions"><button value="covered" class="primary" autofocus>${words.reset}</button><button value="open" class="quiet">${words.leave}</button></form>
            </dialog>`
    }

    private forms(draft: Draft): unknown {
        const { words, beside, source } = this
        const bench: Bench = {
            words, draft, beside, source, now: () => this.now, edit: (change, tag) => this.edit(change, tag),
            watch: (place, at) => void this.watch(place, at), hear: () => this.hear(),
        }
        return html`<div class="editing">
            <section class="card" aria-labelledby="parts"><h2 id="parts">${words.parts}</h2>${parts(bench)}</section>
            <section class="card" aria-labelledby="sounds"><h2 id="sounds">${words.sounds}</h2>${sounds(bench)}</section>
            <section class="card wide" aria-labelledby="lines"><h2 id="lines">${words.lines}</h2>${lines(bench, this.line, this.language, this)}
                ${voice(bench)}</section>
            <section class="card wide" aria-labelledby="texts"><h2 id="texts">${words.texts}</h2>${texts(bench)}</section>
        </div>`
    }

    private bar(): unknown {
        const { words } = this
        const state = this.isSaving ? words.saving : this.isChanged ? words.changed : words.applied
        return html`<div class="edit-bar">
            ${this.beside.length > 1 ? html`<label class="plain">${words.source} ${clips(this.beside, this.source, (place) => this.turn(place))}</label>` : nothing}
            <button type="button" class="quiet" ?disabled=${!this.history.canUndo} @click=${() => this.undo()}>${words.undo}</button>
            <button type="button" class="quiet" ?disabled=${!this.history.canRedo} @click=${() => this.redo()}>${words.redo}</button>
            <span class="gap"></span><span class="faint">${state}</span>
            <button type="button" class="primary" ?disabled=${this.isSaving || !this.isChanged} @click=${() => void this.save()}>${words.save}</button></div>
            <p class="unseen" role="status">${this.message}</p>`
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
            <p class="subtitle" data-subtitle></p>
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

customElements.define('jebi-editor', Editor)
