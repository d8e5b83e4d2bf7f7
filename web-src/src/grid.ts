// <jebi-grid>: arrow keys lead from picture to picture, one stop for the Tab key; a pointer over a clip shows its shots.

const STEP: Record<string, (at: number, columns: number, last: number) => number> = {
    ArrowRight: (at) => at + 1,
    ArrowLeft: (at) => at - 1,
    ArrowDown: (at, columns) => at + columns,
    ArrowUp: (at, columns) => at - columns,
    Home: () => 0,
    End: (_at, _columns, last) => last,
}

class Grid extends HTMLElement {
    connectedCallback(): void {
        this.rove(this.links[0])
        this.addEventListener('keydown', this.pressed)
        this.addEventListener('focusin', (event) => this.rove((event.target as Element).closest('a')))
        this.addEventListener('pointermove', this.shown)
        this.addEventListener('pointerout', this.restored)
    }

    private get links(): HTMLAnchorElement[] {
        return [...this.querySelectorAll<HTMLAnchorElement>('li > a')]
    }

    private rove(to: HTMLAnchorElement | null | undefined): void {
        if (!to) return
        for (const link of this.links) link.tabIndex = link === to ? 0 : -1
    }

    private pressed = (event: KeyboardEvent): void => {
        const step = STEP[event.key]
        const links = this.links
        const at = links.indexOf(document.activeElement as HTMLAnchorElement)
        if (!step || at < 0 || event.ctrlKey || event.metaKey || event.altKey) return
        const top = links[0]?.offsetTop
        const columns = links.filter((link) => link.offsetTop === top).length
        event.preventDefault()
        event.stopPropagation()
        links[Math.max(0, Math.min(links.length - 1, step(at, columns, links.length - 1)))]?.focus()
    }

    private shown = (event: PointerEvent): void => {
        const link = (event.target as Element).closest<HTMLAnchorElement>('a[data-shots]')
        const shots = Number(link?.dataset.shots ?? 0)
        const picture = link?.querySelector('img')
        if (!link || !picture || shots < 2 || event.pointerType !== 'mouse') return
        const box = picture.getBoundingClientRect()
        const number = Math.max(0, Math.min(shots - 1, Math.floor(((event.clientX - box.left) / box.width) * shots)))
        const address = `/clips/${encodeURIComponent(link.dataset.clip ?? '')}/shots/${number}`
        if (picture.getAttribute('src') !== address) picture.src = address
    }

    private restored = (event: PointerEvent): void => {
        const link = (event.target as Element).closest<HTMLAnchorElement>('a[data-shots]')
        const picture = link?.querySelector('img')
        if (!link || !picture || (event.relatedTarget instanceof Node && link.contains(event.relatedTarget))) return
        const address = `/clips/${encodeURIComponent(link.dataset.clip ?? '')}/media/poster`
        if (picture.getAttribute('src') !== address) picture.src = address
    }
}

customElements.define('jebi-grid', Grid)
