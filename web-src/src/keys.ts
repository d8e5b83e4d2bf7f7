// Keys that work on every page: / to search, ? for the list of keys, g a to the archive. Also closes open menus.

let isLeading = false

/** Whether somebody is typing, so that letters are letters. */
export function isTyping(event: KeyboardEvent): boolean {
    const at = event.target
    if (event.ctrlKey || event.metaKey || event.altKey) return true
    return at instanceof HTMLElement && (at.isContentEditable || at.closest('input:not([type=range]), textarea, select') !== null)
}

function pressed(event: KeyboardEvent): void {
    if (event.key === 'Escape') closeMenus()
    if (isTyping(event) || document.querySelector('dialog[open]')) return
    const led = isLeading
    isLeading = event.key === 'g'
    if (event.key === '/') {
        const box = document.querySelector<HTMLInputElement>('#q') ?? document.querySelector<HTMLInputElement>('[data-search]')
        if (!box) return
        event.preventDefault()
        box.focus()
        box.select()
    } else if (event.key === '?') {
        event.preventDefault()
        document.querySelector<HTMLDialogElement>('#help')?.showModal()
    } else if (led && event.key === 'a' && document.querySelector('nav a[href="/archive"]')) {
        location.assign('/archive')
    }
}

function closeMenus(): void {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>('details.me[open]')) {
        menu.open = false
        menu.querySelector('summary')?.focus()
    }
}

document.addEventListener('keydown', pressed)
document.addEventListener('click', (event) => {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>('details.me[open]')) {
        if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false
    }
})
