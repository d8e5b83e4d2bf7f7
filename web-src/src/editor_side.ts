// What stands beside the stage: the worst moments in the order that the desk computed, the cover that is chosen, and the timeline of all of them.
import { html, nothing, svg } from 'lit'
import { apart, end, inOrder, isSettled, start } from './editor_edits'
import { clock, fill, type Beside, type Concern, type Held } from './editor_plan'

export type Words = Record<string, string>
const MOST_ROWS = 300 // of the timeline at once: nobody scans more, and each is drawn anew at every change
const NEAREST = 12 // covers that one may be joined with

/** What these parts ask the editor to do. */
export interface Hands {
    look(place: number): void
    choose(id: number): void
    coverFace(concern: Concern): void
    change(change: (one: Held) => Held, tag?: string): void
    begin(): void
    end(): void
    removeKey(): void
    figure(): void
    leaveOpen(): void
    drop(): void
    join(id: number): void
}

export function worst(words: Words, beside: Beside, looked: ReadonlySet<number>, held: readonly Held[], current: number, hands: Hands): unknown {
    if (!beside.searched) return html`<p class="notice small">${words.not_searched}</p>`
    if (!beside.concerns.length) return html`<p class="faint">${words.nobody}</p>`
    return html`
        <p class="faint">${fill(words.worst_count, { seen: looked.size, count: beside.concerns.length, total: beside.total })}</p>
        <ol class="worst">${beside.concerns.map((one, place) => html`
            <li><button type="button" class="moment ${looked.has(place) ? 'is-seen' : ''}" aria-current=${place === current ? 'true' : nothing} @click=${() => hands.look(place)}>
                <span class="at">${clock(one.at - (one.at % 100))}</span> <span>${said(words, one)}</span></button>
                ${one.keys && !isSettled(one, held) ? html`<button type="button" class="quiet" @click=${() => hands.coverFace(one)}>${words.cover_face}</button>` : nothing}</li>`)}
        </ol>`
}

/** Why a moment is to be looked at, with what was measured. */
export function said(words: Words, one: Concern): string {
    const amount = one.why === 'gap' || one.why === 'empty' ? (one.amount / 1000).toFixed(1) : one.why === 'short' ? one.amount : Math.round(one.amount / 10)
    return fill(words[one.why], { amount })
}

export function called(words: Words, one: Held): string {
    return `${one.isOpen ? words.opened : words[one.kind]} ${clock(start(one))} – ${clock(end(one))}`
}

export function chosen(words: Words, one: Held, others: readonly Held[], hands: Hands): unknown {
    const near = others.filter((other) => other.id !== one.id && other.isOpen === one.isOpen).sort((a, b) => apart(one, a) - apart(one, b)).slice(0, NEAREST)
    const style = (name: string): unknown => html`<button type="button" aria-pressed=${one.style === name ? 'true' : 'false'} @click=${() => hands.change((held) => ({ ...held, style: name }))}>${words[name]}</button>`
    return html`
        <p><b>${called(words, one)}</b></p>
        ${one.isOpen ? nothing : html`<div class="choice" role="group" aria-label=${words.style}>${style('solid')}${style('mosaic')}</div>`}
        <div class="actions">
            <button type="button" class="quiet" @click=${hands.begin}>${words.extend} <kbd>[</kbd></button>
            <button type="button" class="quiet" @click=${hands.end}>${words.shorten} <kbd>]</kbd></button>
            <button type="button" class="quiet" ?disabled=${one.keys.length < 2} @click=${hands.removeKey}>${words.remove_key}</button>
            ${one.kind === 'figure' || one.isOpen ? nothing : html`<button type="button" class="quiet" @click=${hands.figure}>${words.whole_figure} <kbd>f</kbd></button>`}
            <button type="button" class="quiet" @click=${hands.leaveOpen}>${one.isOpen ? words.reset : words.leave} <kbd>o</kbd></button>
            <button type="button" class="quiet" @click=${hands.drop}>${words.delete} <kbd>⌫</kbd></button>
        </div>
        ${near.length ? html`<div class="row"><label>${words.join_what}<select data-join>${near.map((other) => html`<option value=${other.id}>${called(words, other)}</option>`)}</select></label>
            <button type="button" @click=${(event: Event) => hands.join(Number((event.currentTarget as Element).parentElement!.querySelector('select')!.value))}>${words.join}</button></div>` : nothing}`
}

/** One row a cover, worst first. */
export function rows(words: Words, held: readonly Held[], concerns: readonly Concern[], length: number, current: number | null, hands: Hands): unknown {
    const ordered = inOrder(held, concerns)
    const shown = ordered.filter((one, place) => place < MOST_ROWS || one.id === current)
    const why = (one: Held): string => {
        const first = concerns.find((concern) => concern.cover === one.id)
        return first ? said(words, first) : ''
    }
    return html`<ol class="lanes" aria-label=${words.timeline} @keydown=${roved}>
        ${shown.map((one, place) => html`<li><button type="button" class="lane ${one.isOpen ? 'is-open' : ''}" aria-pressed=${one.id === current ? 'true' : 'false'}
            tabindex=${one.id === current || (current === null && place === 0) ? 0 : -1} title=${why(one)} @click=${() => hands.choose(one.id)}>
            <span>${words[one.isOpen ? 'opened' : one.kind]} <span class="figure">${clock(start(one) - (start(one) % 100))}</span></span>
            ${bar(one, concerns.filter((concern) => concern.cover === one.id), length)}</button></li>`)}
    </ol>`
}

function bar(one: Held, concerns: readonly Concern[], length: number): unknown {
    const scale = (ms: number): number => (ms / Math.max(1, length)) * 1000
    const width = Math.max(3, scale(end(one) - start(one)))
    return svg`<svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true"><rect class="span" x=${scale(start(one))} y="1" width=${width} height="8"></rect>
        ${one.keys.length < 60 ? one.keys.map((key) => svg`<rect class="key" x=${scale(key[0])} y="1" width="1" height="8"></rect>`) : nothing}
        ${concerns.map((concern) => svg`<rect class="mark" x=${scale(concern.at) - 1.5} y="0" width="3" height="10"></rect>`)}</svg>`
}

export function roved(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return
    const all = [...(event.currentTarget as Element).querySelectorAll('button')]
    const next = all[all.indexOf(event.target as HTMLButtonElement) + step]
    event.preventDefault()
    event.stopPropagation()
    next?.focus()
    next?.click()
}
