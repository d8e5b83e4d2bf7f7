// <jebi-player for waveform shots duration words>: what one needs to look at footage closely, around the browser's own
// <video>. Keys: space k j l ← → [ ] , . m f n. The page's links to a second (#t=12.3) lead there.
import { LitElement, html, nothing, svg } from 'lit'
import { isTyping } from './keys'

const SPEEDS = [0.25, 0.5, 1, 1.5, 2]
const PICTURE = 1 / 30 // seconds; footage of phones has no fixed rate, so this is a step and not a picture exactly
type Words = Record<'play' | 'pause' | 'seek' | 'previous' | 'next' | 'speed' | 'mute' | 'unmute' | 'full' | 'subtitles' | 'off' | 'broken', string>

class Player extends LitElement {
    static override properties = {
        for: {}, waveform: {}, shots: {}, duration: { type: Number }, words: { type: Object },
        at: { state: true }, isPlaying: { state: true }, isMuted: { state: true }, isBroken: { state: true },
    }
    declare for: string
    declare waveform: string
    declare shots: string
    declare duration: number
    declare words: Words
    declare at: number
    declare isPlaying: boolean
    declare isMuted: boolean
    declare isBroken: boolean
    private video!: HTMLVideoElement
    private frame = 0
    private current: Element | null = null

    override createRenderRoot(): HTMLElement {
        return this
    }

    override connectedCallback(): void {
        super.connectedCallback()
        const video = document.getElementById(this.for)
        if (!(video instanceof HTMLVideoElement)) throw new Error('a player stands beside its video')
        this.video = video
        this.at = 0
        video.controls = false
        for (const name of ['play', 'pause', 'volumechange', 'seeked', 'loadedmetadata', 'ended'] as const) video.addEventListener(name, this.heard)
        video.addEventListener('error', () => (this.isBroken = true))
        video.addEventListener('click', () => this.toggle())
        document.addEventListener('keydown', this.pressed)
        window.addEventListener('hashchange', this.led)
        document.addEventListener('click', this.clicked)
        for (const button of document.querySelectorAll<HTMLElement>('[data-now]')) button.hidden = false
        new ResizeObserver(() => this.drawWave()).observe(this)
        matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.drawWave())
        this.led()
    }

    private get length(): number {
        return Number.isFinite(this.video.duration) && this.video.duration > 0 ? this.video.duration : this.duration || 0
    }

    private get cuts(): number[] {
        return this.shots.trim().split(' ').filter(Boolean).map(Number)
    }

    private heard = (): void => {
        this.isPlaying = !this.video.paused
        this.isMuted = this.video.muted
        cancelAnimationFrame(this.frame)
        this.tick()
    }

    private tick = (): void => {
        this.at = this.video.currentTime
        this.follow()
        if (!this.video.paused) this.frame = requestAnimationFrame(this.tick)
    }

    /** Mark what is said, written and seen at this second. */
    private follow(): void {
        for (const link of document.querySelectorAll<HTMLElement>('a[data-start]')) {
            const isNow = this.at >= Number(link.dataset.start) - 0.05 && this.at < Number(link.dataset.end) - 0.05
            if (isNow === (link.getAttribute('aria-current') === 'true')) continue
            if (!isNow) link.removeAttribute('aria-current')
            else {
                link.setAttribute('aria-current', 'true')
                if (link.closest('.cues') && link !== this.current) this.reveal(link)
            }
        }
    }

    private reveal(link: Element): void {
        this.current = link
        const box = link.closest<HTMLElement>('.cues')
        const row = link.parentElement
        if (box && row && box.scrollHeight > box.clientHeight) box.scrollTop = row.offsetTop - box.offsetTop - box.clientHeight / 3
    }

    private seek(to: number): void {
        const last = this.length
        this.video.currentTime = Math.max(0, last ? Math.min(to, last) : to)
        this.at = this.video.currentTime
        this.follow()
    }

    private toggle(): void {
        if (this.video.paused) void this.video.play().catch(() => undefined)
        else this.video.pause()
    }

    private shot(step: number): void {
        const cuts = this.cuts
        const next = cuts.find((cut) => cut > this.video.currentTime + 0.05)
        const before = cuts.filter((cut) => cut < this.video.currentTime - 0.5).at(-1)
        this.seek(step > 0 ? (next ?? this.length) : (before ?? 0))
    }

    /** Go where the address says. */
    private led = (): void => {
        const found = /^#t=(\d{1,6}(?:\.\d{1,3})?)$/.exec(location.hash)
        if (!found) return
        if (this.video.readyState > 0) this.seek(Number(found[1]))
        else this.video.addEventListener('loadedmetadata', () => this.seek(Number(found[1])), { once: true })
    }

    private clicked = (event: MouseEvent): void => {
        const at = event.target instanceof Element ? event.target : null
        const now = at?.closest('[data-now]')
        if (now) {
            const field = now.parentElement?.querySelector('input')
            if (field) field.value = clock(this.video.currentTime)
        }
        const link = at?.closest<HTMLAnchorElement>('a[href^="#t="]')
        if (link && link.hash === location.hash) this.led()
    }

    private pressed = (event: KeyboardEvent): void => {
        if (isTyping(event) || document.querySelector('dialog[open]')) return
        const on = event.target instanceof Element ? event.target : document.body
        const isButton = on.closest('button, summary, a') !== null
        const moves: Record<string, () => void> = {
            k: () => this.toggle(),
            j: () => this.seek(this.video.currentTime - 10),
            l: () => this.seek(this.video.currentTime + 10),
            '[': () => this.shot(-1),
            ']': () => this.shot(1),
            ',': () => this.seek(this.video.currentTime - PICTURE),
            '.': () => this.seek(this.video.currentTime + PICTURE),
            m: () => (this.video.muted = !this.video.muted),
            f: () => this.full(),
            n: () => this.note(),
        }
        if (!isButton) moves[' '] = () => this.toggle()
        if (!isButton || on === document.body) {
            moves.ArrowLeft = () => this.seek(this.video.currentTime - 5)
            moves.ArrowRight = () => this.seek(this.video.currentTime + 5)
        }
        const move = moves[event.key]
        if (!move) return
        event.preventDefault()
        move()
    }

    private full(): void {
        if (document.fullscreenElement) void document.exitFullscreen()
        else void this.video.parentElement?.requestFullscreen()
    }

    private note(): void {
        const field = document.querySelector<HTMLTextAreaElement>('[data-note]')
        const at = field?.form?.elements.namedItem('at')
        if (!field) return
        if (at instanceof HTMLInputElement) at.value = clock(this.video.currentTime)
        this.video.pause()
        field.focus()
    }

    override updated(changed: Map<string, unknown>): void {
        if (changed.has('waveform') || changed.has('shots')) this.drawWave()
        const line = this.querySelector<HTMLElement>('.playhead')
        if (line) line.style.setProperty('--at', `${this.length ? (this.at / this.length) * 100 : 0}%`)
    }

    private drawWave(): void {
        const canvas = this.querySelector('canvas')
        const pen = canvas?.getContext('2d')
        if (!canvas || !pen) return
        const scale = window.devicePixelRatio || 1
        const { width, height } = canvas.getBoundingClientRect()
        canvas.width = Math.round(width * scale)
        canvas.height = Math.round(height * scale)
        pen.scale(scale, scale)
        const style = getComputedStyle(this)
        const peaks = this.waveform.match(/../g)?.map((one) => parseInt(one, 16) / 255) ?? []
        pen.fillStyle = style.getPropertyValue('--wave')
        for (let x = 0; x < width; x += 3) {
            const peak = peaks[Math.floor((x / width) * peaks.length)] ?? 0
            const tall = Math.max(1.5, peak * (height - 6))
            pen.fillRect(x, (height - tall) / 2, 2, tall)
        }
        pen.fillStyle = style.getPropertyValue('--cut')
        for (const cut of this.cuts) if (cut > 0) pen.fillRect((cut / (this.length || 1)) * width, 0, 1, height)
    }

    override render(): unknown {
        const words = this.words
        if (this.isBroken) return html`<p class="alert" role="alert">${words.broken}</p>`
        const length = this.length
        return html`
            <div class="track">
                <canvas aria-hidden="true"></canvas><span class="playhead" aria-hidden="true"></span>
                <input type="range" min="0" max=${length} step="0.1" .value=${String(this.at)} aria-label=${words.seek} aria-valuetext="${clock(this.at)} / ${clock(length)}"
                    @input=${(event: Event) => this.seek(Number((event.target as HTMLInputElement).value))}>
            </div>
            <div class="controls">
                <button type="button" class="primary round" aria-label=${this.isPlaying ? words.pause : words.play} @click=${() => this.toggle()}>${this.isPlaying ? PAUSE : PLAY}</button>
                <button type="button" class="round" aria-label=${words.previous} title="${words.previous} [" @click=${() => this.shot(-1)}>${PREVIOUS}</button>
                <button type="button" class="round" aria-label=${words.next} title="${words.next} ]" @click=${() => this.shot(1)}>${NEXT}</button>
                <span class="clock">${clock(this.at)} <i>/ ${clock(length)}</i></span>
                <span class="gap"></span>
                ${this.choices(words)}
                <button type="button" class="round" aria-label=${this.isMuted ? words.unmute : words.mute} @click=${() => (this.video.muted = !this.video.muted)}>${this.isMuted ? MUTED : SOUND}</button>
                <button type="button" class="round" aria-label=${words.full} @click=${() => this.full()}>${FULL}</button>
            </div>`
    }

    private choices(words: Words): unknown {
        const tracks = [...this.video.textTracks]
        const chosen = (event: Event): void => tracks.forEach((track, number) => (track.mode = Number((event.target as HTMLSelectElement).value) === number ? 'showing' : 'disabled'))
        return html`
            ${tracks.length ? html`<label><span class="unseen">${words.subtitles}</span><select title=${words.subtitles} @change=${chosen}><option value="-1">${words.subtitles}: ${words.off}</option>${tracks.map((track, number) => html`<option value=${number}>${track.label}</option>`)}</select></label>` : nothing}
            <label><span class="unseen">${words.speed}</span><select title=${words.speed} @change=${(event: Event) => (this.video.playbackRate = Number((event.target as HTMLSelectElement).value))}>${SPEEDS.map((speed) => html`<option value=${speed} ?selected=${speed === 1}>${speed}×</option>`)}</select></label>`
    }
}

/** 1:02:03 or 2:03, as the pages write it. */
function clock(seconds: number): string {
    const whole = Math.max(0, Math.floor(seconds))
    const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, String(whole % 60).padStart(2, '0')]
    return hours ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}

const drawn = (inner: unknown): unknown => html`<svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">${inner}</svg>`

const PLAY = drawn(svg`<path class="solid" d="M6 3.500v13l11-6.500z"/>`)
const PAUSE = drawn(svg`<path class="solid" d="M5 3.500h3.500v13H5zM11.500 3.500H15v13h-3.500z"/>`)
const PREVIOUS = drawn(svg`<path d="M5 4v12"/><path class="solid" d="M15.500 4.500v11L7.500 10z"/>`)
const NEXT = drawn(svg`<path d="M15 4v12"/><path class="solid" d="M4.500 4.500v11l8-5.500z"/>`)
const SOUND = drawn(svg`<path class="solid" d="M3 7.500h3L10.500 4v12L6 12.500H3z"/><path d="M13 7.500a3.500 3.500 0 0 1 0 5M15.500 5a7 7 0 0 1 0 10"/>`)
const MUTED = drawn(svg`<path class="solid" d="M3 7.500h3L10.500 4v12L6 12.500H3z"/><path d="m13.500 8 4 4M17.500 8l-4 4"/>`)
const FULL = drawn(svg`<path d="M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4"/>`)

customElements.define('jebi-player', Player)
