// <jebi-key-signer form name statement words>: signs what the desk gave with a key file, and sends the signed note in a form of the page.
// <jebi-key-maker name file least words>: makes a key file. What is typed or read stays in the page and is forgotten at once; where the browser
// cannot sign, what the server drew stays as it is, and says what to do instead.
import { LitElement, html, nothing } from 'lit'
import { KeyError, canSign, made, signed } from './member_key'

abstract class Island extends LitElement {
    /** What the server drew is there until this browser was seen to sign. */
    override createRenderRoot(): HTMLElement {
        const root = document.createElement('div')
        root.hidden = true
        void canSign().then((can) => {
            if (!can) return
            this.querySelector('.notice')?.remove()
            root.hidden = false
        })
        return this.appendChild(root)
    }

    protected input(name: string): HTMLInputElement {
        const found = this.querySelector<HTMLInputElement>(`input[name=${name}]`)
        if (!found) throw new Error('the island was not drawn')
        return found
    }

    protected alert(said: string | undefined): unknown {
        return said ? html`<p class="alert" role="alert">${said}</p>` : nothing
    }
}

class Signer extends Island {
    static override properties = { form: {}, name: {}, statement: { type: Object }, words: { type: Object }, said: { state: true }, isBusy: { state: true } }
    declare form: string
    declare name: string
    declare statement: string
    declare words: Record<'file' | 'passphrase' | 'stays' | 'now' | 'signing' | 'not_file' | 'whose' | 'wrong' | 'unable', string>
    declare said: string | undefined
    declare isBusy: boolean

    private sign = async (event: Event): Promise<void> => {
        event.preventDefault()
        const [file, passphrase] = [this.input('key').files?.[0], this.input('passphrase')]
        if (!file || this.isBusy) return
        const words = passphrase.value
        passphrase.value = ''
        this.said = undefined
        this.isBusy = true
        try {
            this.send(await signed(file, words, this.name, this.statement))
        } catch (error) {
            this.said = this.words[error instanceof KeyError ? error.why : 'unable']
        } finally {
            this.isBusy = false
        }
    }

    private send(note: string): void {
        const form = document.getElementById(this.form)
        if (!(form instanceof HTMLFormElement)) throw new Error('the page has no form for the note')
        const field = form.elements.namedItem('note')
        if (field instanceof HTMLTextAreaElement) field.value = note
        form.submit()
    }

    override render(): unknown {
        return html`<form class="stack" @submit=${this.sign}>
            <label>${this.words.file} <input type="file" name="key" accept=".json,application/json" required></label>
            <label>${this.words.passphrase} <input type="password" name="passphrase" required maxlength="1024" autocomplete="off"></label>
            <p class="hint">${this.words.stays}</p>
            ${this.alert(this.said)}
            <p class="hint" role="status">${this.isBusy ? this.words.signing : nothing}</p>
            <button class="primary" ?disabled=${this.isBusy}>${this.words.now}</button>
        </form>`
    }
}

class Maker extends Island {
    static override properties = { name: {}, file: {}, least: { type: Number }, words: { type: Object }, said: { state: true }, done: { state: true } }
    declare name: string
    declare file: string
    declare least: number
    declare words: Record<'make' | 'passphrase' | 'again' | 'help' | 'public' | 'save' | 'saved' | 'short' | 'differ' | 'unable', string>
    declare said: string | undefined
    declare done: { address: string; verifier: string } | undefined

    private make = async (event: Event): Promise<void> => {
        event.preventDefault()
        const [first, again] = [this.input('first'), this.input('again')]
        const [words, same] = [first.value, again.value]
        first.value = again.value = ''
        this.said = words.length < this.least ? this.words.short : words !== same ? this.words.differ : undefined
        if (this.said) return
        try {
            const { file, verifier } = await made(this.name, words)
            if (this.done) URL.revokeObjectURL(this.done.address)
            this.done = { address: URL.createObjectURL(new Blob([file, '\n'], { type: 'application/json' })), verifier }
        } catch {
            this.said = this.words.unable
        }
    }

    override render(): unknown {
        if (this.done) {
            return html`<p class="notice" role="status">${this.words.saved}</p>
                <p class="row"><a class="button primary" href=${this.done.address} download=${this.file}>${this.words.save}</a></p>
                <h3 id="vkey">${this.words.public}</h3><p class="vkey secret" lang="zxx" translate="no" aria-labelledby="vkey">${this.done.verifier}</p>`
        }
        return html`<form class="stack" @submit=${this.make}>
            <label>${this.words.passphrase} <input type="password" name="first" required maxlength="1024" autocomplete="off" aria-describedby="key-help"></label>
            <p class="hint" id="key-help">${this.words.help}</p>
            <label>${this.words.again} <input type="password" name="again" required maxlength="1024" autocomplete="off"></label>
            ${this.alert(this.said)}
            <button>${this.words.make}</button>
        </form>`
    }
}

customElements.define('jebi-key-signer', Signer)
customElements.define('jebi-key-maker', Maker)
