// What is shown, what is heard and what is told: stretches and texts, as plain fields.
import { html, nothing } from 'lit'
import { voices, unmasked } from './editor_lines'
import { clock, parsed, type About, type Beside, type Draft, type How, type Part, type Sound } from './editor_plan'
import type { Words } from './editor_side'
import { refusedFor } from './editor_sounds'

const LANGUAGES = ['ko', 'ja', 'en']
const SOUND: How[] = ['surroundings', 'disguised', 'plain']

/** What a form stands on: the draft, which of its clips is looked at, and what can be done. `watch` shows a clip at a time. */
export interface Bench {
    words: Words
    draft: Draft
    beside: readonly Beside[]
    source: number
    now: () => number
    edit: (change: (draft: Draft) => Draft, tag?: string) => void
    watch: (source: number, at: number) => void
    hear: () => void
}

/** A time as 1:02.5; what is no time leaves what was there. */
export function time(label: string | undefined, ms: number, changed: (ms: number) => void): unknown {
    const taken = (event: Event): void => {
        const field = event.target as HTMLInputElement
        const read = parsed(field.value)
        field.value = clock(read ?? ms)
        if (read !== null && read !== ms) changed(read)
    }
    return html`<label>${label} <input class="digits" inputmode="decimal" .value=${clock(ms)} maxlength="15" @change=${taken}></label>`
}

const at = <T>(list: readonly T[], place: number, one: T): T[] => list.map((other, number) => (number === place ? one : other))
const without = <T>(list: readonly T[], place: number): T[] => list.filter((_, number) => number !== place)

/** What a clip is called: cameras give two cards the same names. */
export const nameOf = (beside: readonly Beside[], place: number): string => (beside.length > 1 ? `${place + 1}. ` : '') + (beside[place]?.name ?? '')

/** A choice of one of the plan's clips. */
export function clips(beside: readonly Beside[], chosen: number, changed: (place: number) => void): unknown {
    return html`<select @change=${(event: Event) => changed(Number((event.target as HTMLSelectElement).value))}>${beside.map((_, number) =>
        html`<option value=${number} .selected=${number === chosen}>${nameOf(beside, number)}</option>`)}</select>`
}

export function parts(bench: Bench): unknown {
    const { words, draft, beside, source, now, edit } = bench
    const set = (place: number, part: Part): void => edit((old) => ({ ...old, parts: at(old.parts, place, part) }))
    const up = (place: number): void => edit((old) => {
        const [before, one] = [old.parts[place - 1], old.parts[place]]
        return before && one ? { ...old, parts: at(at(old.parts, place - 1, one), place, before) } : old
    })
    const length = (of: number): number => beside[of]?.length ?? 0
    const first = (place: number, [of, , to]: Part): void => set(place, [of, Math.min(now(), length(of) - 1), Math.max(to, Math.min(now() + 1, length(of)))])
    const last = (place: number, [of, from]: Part): void => {
        const end = Math.max(1, Math.min(now(), length(of)))
        set(place, [of, Math.min(from, end - 1), end])
    }
    const moved = (place: number, of: number, [, from, to]: Part): void => set(place, to <= length(of) ? [of, from, to] : [of, 0, length(of)])
    const drop = (place: number): void => edit((old) => ({ ...old, parts: without(old.parts, place) }))
    return html`<ol class="stretches">${draft.parts.map((part, place) => {
        const [of, from, to] = part
        return html`<li class="row">
        ${beside.length > 1 ? html`<label>${words.source} ${clips(beside, of, (number) => moved(place, number, part))}</label>` : nothing}
        ${time(words.from, from, (ms) => set(place, [of, ms, to]))} ${time(words.to, to, (ms) => set(place, [of, from, ms]))}
        <span class="actions">${of === source ? html`<button type="button" class="quiet" @click=${() => first(place, part)}>${words.first_frame}</button>
        <button type="button" class="quiet" @click=${() => last(place, part)}>${words.last_frame}</button>` : nothing}
        <button type="button" class="quiet" @click=${() => bench.watch(of, from)}>${words.watch}</button>
        ${place ? html`<button type="button" class="quiet" @click=${() => up(place)}>${words.up}</button>` : nothing}
        ${draft.parts.length > 1 ? html`<button type="button" class="quiet" @click=${() => drop(place)}>${words.remove}</button>` : nothing}</span>
        ${from >= to ? warning(words.stretch_ends) : to > length(of) ? warning(words.part_beyond) : nothing}</li>`
    })}
    </ol><button type="button" @click=${() => edit((old) => ({ ...old, parts: [...old.parts, [source, 0, length(source)]] }))}>${words.add_part}</button>`
}

const warning = (sentence: string | undefined): unknown => html`<p class="alert small">${sentence}</p>`

export function sounds(bench: Bench): unknown {
    const { words, draft, source, edit } = bench
    const list = draft.sources[source]?.sounds ?? []
    const put = (made: Sound[]): void => edit((old) => withSounds(old, source, made))
    return html`<p class="hint">${words.sounds_help}</p>
        <ol class="stretches">${list.map((one, place) => {
            const [from, to, how] = one
            const wrong = refusedFor(one, list)
            return html`<li class="row">
            ${time(words.from, from, (ms) => put(at(list, place, [ms, to, how])))} ${time(words.to, to, (ms) => put(at(list, place, [from, ms, how])))}
            <label>${words.how} <select @change=${(event: Event) => put(at(list, place, [from, to, (event.target as HTMLSelectElement).value as How]))}>${SOUND.map((kind) => html`<option value=${kind} .selected=${kind === how}>${words[kind]}</option>`)}</select></label>
            <span class="actions"><button type="button" class="quiet" @click=${() => bench.watch(source, from)}>${words.watch}</button>
            <button type="button" class="quiet" @click=${() => put(without(list, place))}>${words.silent}</button></span>
            ${wrong ? warning(words[wrong]) : nothing} ${warning(words[`${how}_why`])}</li>`
        })}
        </ol><button type="button" @click=${bench.hear}>${words.add_sound} <kbd>h</kbd></button>`
}

/** The draft with other stretches that are heard of one clip. */
export function withSounds(draft: Draft, place: number, made: Sound[]): Draft {
    return { ...draft, sources: draft.sources.map((one, number) => (number === place ? { ...one, sounds: made } : one)) }
}

/** Which lines a machine speaks, of all clips. */
export function voice({ words, draft, beside, edit, watch }: Bench): unknown {
    const under = unmasked(draft)
    const choose = (event: Event): void => edit((old) => ({ ...old, voice: (event.target as HTMLSelectElement).value }))
    return html`<label>${words.voice} <select @change=${choose}><option value="" .selected=${!draft.voice}>${words.voice_none}</option>
            ${voices(draft).map((one) => html`<option value=${one} .selected=${one === draft.voice}>${words[`language_${one}`] ?? one}</option>`)}</select></label>
        <p class="hint">${words.voice_help}</p>
        ${under.length ? html`${warning(words.voice_under)}<p class="actions">${under.slice(0, 10).map(([place, ms]) =>
            html`<button type="button" class="quiet" @click=${() => watch(place, ms)}>${beside.length > 1 ? `${place + 1}. ` : ''}${clock(ms)}</button>`)}</p>` : nothing}`
}

export function texts({ words, draft, edit }: Bench): unknown {
    const { about } = draft
    const put = (name: string, value: Partial<About>): void => edit((old) => ({ ...old, about: { ...old.about, ...value } }), name)
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
