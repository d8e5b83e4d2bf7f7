// <jebi-live src>: hears that something changed and draws the page's own part anew, as the server makes it; or, with
// `offer`, says so and leaves it to the reader, who may be in the middle of something.
import { LitElement, html, nothing } from 'lit'

const PAUSE = 500 // milliseconds; changes that come together are drawn together

class Live extends LitElement {
    static override properties = { src: {}, said: {}, offer: {}, isOffered: { state: true } }
    declare src: string
    declare said: string
    declare offer: string
    declare isOffered: boolean
    private source?: EventSource
    private timer = 0
    private drawn: HTMLElement | null = null

    override createRenderRoot(): HTMLElement {
        // What the server drew stays where it is; what this draws stands beside it.
        this.drawn = this.querySelector<HTMLElement>('[data-live]')
        return this.appendChild(document.createElement('div'))
    }

    override connectedCallback(): void {
        super.connectedCallback()
        this.source = new EventSource(this.src)
        this.source.addEventListener('message', () => {
            window.clearTimeout(this.timer)
            this.timer = window.setTimeout(() => void this.changed(), PAUSE)
        })
        this.source.addEventListener('over', () => this.source?.close())
        window.addEventListener('pagehide', () => this.source?.close())
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback()
        this.source?.close()
    }

    private async changed(): Promise<void> {
        if (this.offer) {
            this.isOffered = true
            return
        }
        // Never under somebody's hands: what is typed or held open would be lost.
        if (!this.drawn || this.drawn.contains(document.activeElement) || isFilled(this.drawn)) return
        const answer = await fetch(location.href, { headers: { 'x-jebi-live': '1' }, redirect: 'error' })
        if (!answer.ok) return
        const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-live]')
        if (fresh) this.drawn.replaceChildren(...fresh.childNodes)
    }

    override render(): unknown {
        return this.isOffered ? html`<p class="notice" role="status"><a href=${location.pathname + location.search}>${this.offer}</a></p>` : nothing
    }
}

/** Whether somebody chose or typed anything that was not sent yet. */
function isFilled(within: ParentNode): boolean {
    const texts = [...within.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')]
    const choices = [...within.querySelectorAll('select')]
    return (
        texts.some((one) => one.value !== one.defaultValue || ('checked' in one && one.checked !== one.defaultChecked)) ||
        choices.some((one) => one.selectedIndex !== Math.max(0, [...one.options].findIndex((each) => each.defaultSelected)))
    )
}

customElements.define('jebi-live', Live)
