// What the editor asks of the desk: the newest plan, and to keep one. Nothing else leaves the page.
import type { Given } from './editor_plan'

/** The newest plan. Throws an `Error` with what the desk says. */
export async function asked(src: string): Promise<Given> {
    const answer = await fetch(src, { redirect: 'error' })
    if (!answer.ok) throw new Error(await told(answer))
    return (await answer.json()) as Given
}

/** Nobody is signed in any more. */
export class SignedOut extends Error {}

/** Have a plan kept; the address of what to look at then. Throws `SignedOut`, or an `Error` with what the desk says. */
export async function kept(src: string, based: number, text: string): Promise<string> {
    const form = new FormData()
    form.append('form_token', await token())
    form.append('based', String(based))
    form.append('plan', await packed(text), 'plan.json.gz')
    const answer = await fetch(src, { method: 'POST', body: form })
    if (!answer.ok || !answer.redirected) throw new Error(await told(answer))
    return answer.url
}

/** With which forms are sent, from this page as it is now: whoever signed in anew, in another window, has another one. */
async function token(): Promise<string> {
    const answer = await fetch(location.href)
    const found = answer.ok ? pageOf(await answer.clone().text()).querySelector('jebi-editor')?.getAttribute('token') : null
    if (found) return found
    throw answer.ok && answer.redirected ? new SignedOut() : new Error(await told(answer))
}

/** A third of its size: an hour in a crowd still fits into a form. */
function packed(text: string): Promise<Blob> {
    return new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).blob()
}

/** What the desk's page of an error says. */
async function told(answer: Response): Promise<string> {
    const read = pageOf(await answer.text())
    return read.querySelector('main .alert')?.textContent ?? read.querySelector('h1')?.textContent ?? String(answer.status)
}

function pageOf(text: string): Document {
    return new DOMParser().parseFromString(text, 'text/html')
}
