// What is said in a clip: its lines by time, the one that is chosen as fields, and transcripts to take over.
import { html, nothing } from 'lit'
import { nameOf, time, type Bench } from './editor_forms'
import { languages, readable, speed, takenOver, troubles, type Trouble } from './editor_lines'
import { clock, fill, type Checked, type Line } from './editor_plan'
import { roved, type Words } from './editor_side'

const MOST_ROWS = 300 // at once, around the chosen line: an hour of talk has a thousand

/** What this part asks the editor to do. `change` is done to the chosen line. */
export interface Speaker {
    chooseLine(id: number): void
    addLine(): void
    dropLine(): void
    takeOver(checked: Checked): void
    changeLine(change: (one: Line) => Line, tag?: string): void
    speak(language: string): void
}

export function said(bench: Bench, chosen: number | null, language: string, hands: Speaker): unknown {
    const { words, draft, beside, source } = bench
    const all = draft.sources[source]?.lines ?? []
    const one = all.find((line) => line.id === chosen)
    const wrong = troubles(all)
    return html`<p class="hint">${words.lines_help}</p>
        <div class="row"><label>${words.lines_language} ${tongues(bench, language, (one) => hands.speak(one))}</label>
            <button type="button" data-add-line @click=${() => hands.addLine()}>${words.add_line} <kbd>t</kbd></button>
            ${(beside[source]?.said ?? []).map((checked) => taken(words, all, checked, hands))}</div>
        ${beside.length > 1 ? html`<h3>${nameOf(beside, source)}</h3>` : nothing}
        ${wrong.size ? html`<p class="warned">${fill(words.lines_troubled, { count: wrong.size })}</p>` : nothing}
        ${all.length ? rows(words, all, wrong, chosen, hands) : html`<p class="faint">${words.no_lines}</p>`}
        ${one ? fields(bench, one, wrong.get(one.id) ?? [], hands) : nothing}`
}

function tongues({ words, draft }: Bench, chosen: string, changed: (language: string) => void): unknown {
    return html`<select @change=${(event: Event) => changed((event.target as HTMLSelectElement).value)}>${[...new Set([...languages(draft), chosen])].map((one) =>
        html`<option value=${one} .selected=${one === chosen}>${called(words, one)}</option>`)}</select>`
}

const called = (words: Words, language: string): string => words[`language_${language}`] ?? language

/** A transcript as a button; what of it nobody checked is said, and stays where it is. */
function taken(words: Words, all: readonly Line[], checked: Checked, hands: Speaker): unknown {
    const count = takenOver(all, checked, 0).length
    const places = { language: called(words, checked.language), by: checked.by.join(', '), count, left: checked.left }
    return html`<button type="button" ?disabled=${!count} @click=${() => hands.takeOver(checked)}>${fill(checked.translation ? words.take_translation : words.take_transcript, places)}${checked.left ? ` ${fill(words.take_left, places)}` : ''}</button>`
}

function rows(words: Words, all: readonly Line[], wrong: ReadonlyMap<number, Trouble[]>, chosen: number | null, hands: Speaker): unknown {
    const place = all.findIndex((line) => line.id === chosen)
    const first = Math.max(0, Math.min(place - MOST_ROWS / 2, all.length - MOST_ROWS))
    return html`<ol class="lanes lines" aria-label=${words.lines} @keydown=${roved}>${all.slice(first, first + MOST_ROWS).map((line, number) => {
        const several = wrong.get(line.id)
        return html`<li><button type="button" class="lane" aria-pressed=${line.id === chosen ? 'true' : 'false'} tabindex=${number === Math.max(0, place - first) ? 0 : -1} @click=${() => hands.chooseLine(line.id)}>
            <span><span class="figure">${clock(line.from)}</span> ${called(words, line.language)}</span>
            <span class="line">${several ? html`<span class="warned"><span aria-hidden="true">▲</span> <span class="unseen">${troubled(words, line, several)}</span></span>` : nothing}<span lang=${line.language}>${line.text}</span></span></button></li>`
    })}</ol>`
}

function troubled(words: Words, line: Line, several: readonly Trouble[]): string {
    const places = { amount: Math.round(speed(line)), most: readable(line.language) }
    return several.map((one) => fill(words[one], places)).join(' ')
}

function fields(bench: Bench, line: Line, wrong: readonly Trouble[], hands: Speaker): unknown {
    const { words, source, now } = bench
    const put = (value: Partial<Line>, tag?: string): void => hands.changeLine((one) => ({ ...one, ...value }), tag)
    const typed = (event: Event): void => put({ text: (event.target as HTMLTextAreaElement).value, isTouched: true }, `line ${line.id}`)
    return html`<div class="chosen-line" role="group" aria-label=${words.line}>
        <label>${words.line_text} <textarea data-line rows="2" maxlength="4000" lang=${line.language} aria-describedby="line-troubles" .value=${line.text} @input=${typed}></textarea></label>
        <div id="line-troubles" aria-live="polite">${wrong.length ? html`<p class="alert small">${troubled(words, line, wrong)}</p>` : nothing}</div>
        <div class="row"><label>${words.line_language} ${tongues(bench, line.language, (language) => put({ language }))}</label>
            ${time(words.from, line.from, (from) => put({ from }))} ${time(words.to, line.to, (to) => put({ to }))}
            <span class="actions"><button type="button" class="quiet" @click=${() => put({ from: now(), to: Math.max(line.to, now() + 1) })}>${words.first_frame}</button>
            <button type="button" class="quiet" @click=${() => put({ from: Math.min(line.from, Math.max(0, now() - 1)), to: Math.max(1, now()) })}>${words.last_frame}</button>
            <button type="button" class="quiet" @click=${() => bench.watch(source, line.from)}>${words.watch}</button>
            <button type="button" class="quiet" @click=${() => hands.dropLine()}>${words.delete}</button></span></div></div>`
}
