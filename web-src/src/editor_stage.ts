// <jebi-stage>: the viewing copy with the covers drawn over it. A pointer draws, moves and sizes; so do arrow keys. It keeps nothing: what was
// done to a box is said by events, `drawn`, `changed` and `chosen`, and `timed` while it plays.
import { LitElement, html, nothing, svg } from 'lit'
import { boxAt, within } from './editor_edits'
import { SIDE, type Box, type Held } from './editor_plan'

const STEP = 50 // units that an arrow key moves by
const SMALL = 60 // units: a box that is drawn smaller was a click
const GRIP = 150 // units of the width: the side of a grip
const MOVES: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

/** What a pointer has hold of: a new box, a box, or one of its corners and sides. */
interface Drag { id: number | null, at: Box, x: number, y: number, grip: [number, number] | null, tag: string, now: Box }

class Stage extends LitElement {
    static override properties = {
        src: {}, held: { attribute: false }, chosen: { attribute: false }, ghost: { attribute: false }, words: { attribute: false }, isClear: { attribute: false },
        at: { state: true }, drag: { state: true }, ratio: { state: true }, isBroken: { state: true },
    }
    declare src: string
    declare held: Held[]
    declare chosen: number | null
    declare ghost: Box | null
    declare words: Record<string, string>
    declare isClear: boolean
    declare at: number
    declare drag: Drag | null
    declare ratio: number
    declare isBroken: boolean
    private drags = 0

    constructor() {
        super()
        Object.assign(this, { held: [], chosen: null, ghost: null, words: {}, isClear: false, at: 0, drag: null, ratio: 16 / 9, isBroken: false })
    }

    override createRenderRoot(): HTMLElement {
        return this
    }

    get video(): HTMLVideoElement | null {
        return this.querySelector('video')
    }

    /** The time of the picture that is shown, in ms of the source. */
    get now(): number {
        return Math.round((this.video?.currentTime ?? 0) * 1000)
    }

    seek(ms: number): void {
        const video = this.video
        if (!video) return
        const go = (): void => {
            video.currentTime = Math.min(ms / 1000, Number.isFinite(video.duration) ? video.duration : ms / 1000)
            this.tick()
        }
        if (video.readyState > 0) go()
        else video.addEventListener('loadedmetadata', go, { once: true })
    }

    toggle(): void {
        if (this.video?.paused) void this.video.play().catch(() => undefined)
        else this.video?.pause()
    }

    private tick = (): void => {
        this.at = this.now
        this.dispatchEvent(new CustomEvent('timed', { detail: this.at }))
        if (this.video && !this.video.paused) requestAnimationFrame(this.tick)
    }

    private measured(): void {
        const video = this.video
        if (video?.videoWidth) this.ratio = video.videoWidth / video.videoHeight
        this.tick()
    }

    private say(name: string, detail: unknown): void {
        this.dispatchEvent(new CustomEvent(name, { detail }))
    }

    private place(event: PointerEvent): [number, number] {
        const { left, top, width, height } = this.querySelector('svg.over')!.getBoundingClientRect()
        const [x, y] = [((event.clientX - left) / width) * SIDE, ((event.clientY - top) / height) * SIDE]
        return [Math.min(SIDE, Math.max(0, x)), Math.min(SIDE, Math.max(0, y))]
    }

    private down = (event: PointerEvent): void => {
        if (event.button !== 0) return
        const [x, y] = this.place(event)
        const target = event.target as Element
        const grip = target.getAttribute('data-grip')?.split(' ').map(Number) as [number, number] | undefined
        const named = target.getAttribute('data-id')
        const id = grip ? this.chosen : named === null ? null : Number(named)
        const box = id === null ? null : this.boxOf(id)
        if (id !== null && id !== this.chosen) this.say('chosen', id)
        const at: Box = box ?? [x, y, 0, 0]
        this.drag = { id: box ? id : null, at, x, y, grip: grip ?? null, tag: `drag ${++this.drags}`, now: at }
        ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
        this.video?.pause()
    }

    private move = (event: PointerEvent): void => {
        if (!this.drag) return
        const { at, x, y, grip, id } = this.drag
        const [toX, toY] = this.place(event)
        const [dx, dy] = [toX - x, toY - y]
        let now: Box
        if (id === null) now = [Math.min(x, toX), Math.min(y, toY), Math.abs(dx), Math.abs(dy)]
        else if (grip) now = stretched(at, grip, dx, dy)
        else now = within([at[0] + dx, at[1] + dy, at[2], at[3]])
        this.drag = { ...this.drag, now }
    }

    private up = (): void => {
        const drag = this.drag
        this.drag = null
        if (!drag || drag.now === drag.at) return
        const [, , width, height] = drag.now
        if (drag.id !== null) this.say('changed', { id: drag.id, box: drag.now, tag: drag.tag })
        else if (width > SMALL && height > SMALL) this.say('drawn', drag.now)
    }

    private pressed = (event: KeyboardEvent): void => {
        const move = MOVES[event.key]
        const box = this.chosen === null ? null : this.boxOf(this.chosen)
        if (!move || !box || event.ctrlKey || event.metaKey || event.altKey) return
        event.preventDefault()
        event.stopPropagation()
        const [dx, dy] = [move[0] * STEP, move[1] * STEP]
        const now: Box = event.shiftKey ? [box[0], box[1], box[2] + dx, box[3] + dy] : [box[0] + dx, box[1] + dy, box[2], box[3]]
        this.say('changed', { id: this.chosen, box: within(now), tag: `key ${this.chosen} ${this.now}` })
    }

    private boxOf(id: number): Box | null {
        const one = this.held.find((held) => held.id === id)
        return one ? boxAt(one, this.now) : null
    }

    override willUpdate(changed: Map<PropertyKey, unknown>): void {
        if (changed.has('src')) Object.assign(this, { at: 0, drag: null, isBroken: false }) // another clip
    }

    override updated(): void {
        this.style.setProperty('--ratio', String(this.ratio))
    }

    override render(): unknown {
        const words = this.words
        return html`
            <div class="over-box">
                <video src=${this.src} preload="auto" playsinline disableremoteplayback disablepictureinpicture @loadedmetadata=${() => this.measured()}
                    @play=${this.tick} @pause=${this.tick} @seeked=${this.tick} @error=${() => (this.isBroken = true)}></video>
                <svg class="over ${this.isClear ? 'is-clear' : ''}" viewBox="0 0 ${SIDE} ${SIDE}" preserveAspectRatio="none" tabindex="0" role="application" aria-label=${words.help}
                    @pointerdown=${this.down} @pointermove=${this.move} @pointerup=${this.up} @pointercancel=${() => (this.drag = null)} @keydown=${this.pressed}>
                    ${this.held.map((one) => this.drawn(one))}
                    ${this.ghost ? rect(this.ghost, 'ghost', null) : nothing}
                    ${this.drag && this.drag.id === null ? rect(this.drag.now, 'new', null) : nothing}
                </svg>
            </div>
            ${this.isBroken ? html`<p class="alert" role="alert">${words.no_viewing}</p>` : nothing}`
    }

    private drawn(one: Held): unknown {
        const isDragged = this.drag?.id === one.id
        const box = isDragged && this.drag ? this.drag.now : boxAt(one, this.at)
        if (!box) return nothing
        const isChosen = one.id === this.chosen
        const drawn = rect(box, `${one.isOpen ? 'open' : one.style}${isChosen ? ' is-chosen' : ''}`, one.id)
        return isChosen ? svg`${drawn}${this.grips(box)}` : drawn
    }

    private grips([x, y, width, height]: Box): unknown {
        const [w, h] = [GRIP, GRIP * this.ratio]
        return [0, 0.5, 1].flatMap((gx) => [0, 0.5, 1].filter((gy) => gx !== 0.5 || gy !== 0.5).map((gy) =>
            svg`<rect class="grip" data-grip="${gx} ${gy}" x=${x + gx * width - w / 2} y=${y + gy * height - h / 2} width=${w} height=${h}></rect>`))
    }
}

function rect([x, y, width, height]: Box, kind: string, id: number | null): unknown {
    return svg`<rect class=${kind} data-id=${id ?? nothing} x=${x} y=${y} width=${width} height=${height}></rect>`
}

/** A box of which a corner or a side was moved. */
function stretched([x, y, width, height]: Box, [gx, gy]: [number, number], dx: number, dy: number): Box {
    const [left, right] = [x + (gx === 0 ? dx : 0), x + width + (gx === 1 ? dx : 0)]
    const [top, bottom] = [y + (gy === 0 ? dy : 0), y + height + (gy === 1 ? dy : 0)]
    return within([Math.min(left, right), Math.min(top, bottom), Math.abs(right - left), Math.abs(bottom - top)])
}

customElements.define('jebi-stage', Stage)
export type { Stage }
