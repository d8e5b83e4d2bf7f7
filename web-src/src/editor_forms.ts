// What is shown, what is heard and what is told: stretches and texts, as plain fields.
import { html, nothing } from 'lit'
import { clock, parsed, type About, type Beside, type Draft, type How, type Part, type Sound } from './editor_plan'
import type { Words } from './editor_side'

const LANGUAGES = ['ko', 'ja', 'en']
const SOUND: How[] = ['surroundings', 'disguised', 'plain']
const NEW = 5_000 // ms that a new stretch lasts
type Change = (change: (draft: Draft) => Draft, tag?: string) => void

/** A time as 1:02.5; what is no time leaves what was there. */
function time(label: string | undefined, ms: number, changed: (ms: number) => void): unknown {
    const taken = (event: Event): void => {
        const field = event.target as HTMLInputElement
        const read = parsed(field.value)
        if (read === null) field.value = clock(ms)
        else changed(read)
    }
    return html`<label>${label} <input class="digits" inputmode="decimal" .value=${clock(ms)} maxlength="15" @change=${taken}></label>`
}

const at = <T>(list: readonly T[], place: number, one: T): T[] => list.map((other, number) => (number === place ? one : other))
const without = <T>(list: readonly T[], place: number): T[] => list.filter((_, number) => number !== place)

export function parts(words: Words, draft: Draft, beside: readonly Beside[], source: number, now: () => number, change: Change): unknown {
    const set = (place: number, part: Part): void => change((old) => ({ ...old, parts: at(old.parts, place, part) }))
    const up = (place: number): void => change((old) => {
        const [before, one] = [old.parts[place - 1], old.parts[place]]
        return before && one ? { ...old, parts: at(at(old.parts, place - 1, one), place, before) } : old
    })
    const whole = (): void => change((old) => ({ ...old, parts: [...old.parts, [source, 0, beside[source]?.length ?? 0]] }))
    return html`<ol class="stretches">${draft.parts.map(([of, from, to], place) => html`<li class="row">
        ${beside.length > 1 ? html`<label>${words.source}<select @change=${(event: Event) => set(place, [Number((event.target as HTMLSelectElement).value), from, to])}>${beside.map((one, number) => html`<option value=${number} ?selected=${number === of}>${one.name}</option>`)}</select></label>` : nothing}
        ${time(words.from, from, (ms) => set(place, [of, ms, to]))} ${time(words.to, to, (ms) => set(place, [of, from, ms]))}
        <span class="actions"><button type="button" class="quiet" @click=${() => set(place, [source, now(), Math.max(to, now() + 1)])}>${words.first_frame}</button>
        <button type="button" class="quiet" @click=${() => set(place, [of, Math.min(from, Math.max(0, now() - 1)), now()])}>${words.last_frame}</button>
        ${place ? html`<button type="button" class="quiet" @click=${() => up(place)}>${words.up}</button>` : nothing}
        ${draft.parts.length > 1 ? html`<button type="button" class="quiet" @click=${() => change((old) => ({ ...old, parts: without(old.parts, place) }))}>${words.remove}</button>` : nothing}</span></li>`)}
    </ol><button type="button" @click=${whole}>${words.add_part}</button>`
}

export function sounds(words: Words, draft: Draft, source: number, now: () => number, change: Change): unknown {
    const list = draft.sources[source]?.sounds ?? []
    const put = (made: Sound[]): void => change((old) => ({ ...old, sources: old.sources.map((one, place) => (place === source ? { ...one, sounds: made } : one)) }))
    return html`<p class="hint">${words.sounds_help}</p>
        <ol class="stretches">${list.map(([from, to, how], place) => html`<li class="row">
            ${time(words.from, from, (ms) => put(at(list, place, [ms, to, how])))} ${time(words.to, to, (ms) => put(at(list, place, [from, ms, how])))}
            <label>${words.how}<select @change=${(event: Event) => put(at(list, place, [from, to, (event.target as HTMLSelectElement).value as How]))}>${SOUND.map((one) => html`<option value=${one} ?selected=${one === how}>${words[one]}</option>`)}</select></label>
            <button type="button" class="quiet" @click=${() => put(without(list, place))}>${words.silent}</button>
            ${how === 'disguised' ? html`<p class="alert small">${words.disguised_why}</p>` : nothing}</li>`)}
        </ol><button type="button" @click=${() => put([...list, [now(), now() + NEW, 'surroundings']])}>${words.add_sound}</button>`
}

export function texts(words: Words, draft: Draft, change: Change): unknown {
    const { about } = draft
    const put = (name: string, value: Partial<About>): void => change((old) => ({ ...old, about: { ...old.about, ...value } }), name)
    const languages = [...new Set([...LANGUAGES, ...[about.title, about.summary, about.why].flatMap(Object.keys)])]
    const typed = (name: 'title' | 'summary' | 'why', language: string) => (event: Event): void =>
        put(`${name} ${language}`, { [name]: { ...about[name], [language]: (event.target as HTMLInputElement).value } })
    const lines = (name: 'places' | 'themes') => (event: Event): void => put(name, { [name]: (event.target as HTMLTextAreaElement).value.split('\n') })
    return html`<div class="texts">${languages.map((language) => html`<fieldset class="stack"><legend>${words[`language_${language}`] ?? language}</legend>
            <label>${words.title} <input lang=${language} maxlength="4000" .value=${about.title[language] ?? ''} @input=${typed('title', language)}></label>
            <label>${words.summary} <textarea lang=${language} rows="2" maxlength="4000" .value=${about.summary[language] ?? ''} @input=${typed('summary', language)}></textarea></label>
            <label>${words.why} <textarea lang=${language} rows="2" maxlength="4000" .value=${about.why[language] ?? ''} @input=${typed('why', language)}></textarea></label></fieldset>`)}</div>
        <div class="row"><label>${words.places} <textarea rows="2" .value=${about.places.join('\n')} @input=${lines('places')}></textarea></label>
            <label>${words.themes} <textarea rows="2" .value=${about.themes.join('\n')} @input=${lines('themes')}></textarea></label>
            <label>${words.filmed} <input class="digits" maxlength="10" placeholder="2026-10" .value=${about.filmed} @input=${(event: Event) => put('filmed', { filmed: (event.target as HTMLInputElement).value })}></label></div>`
}
