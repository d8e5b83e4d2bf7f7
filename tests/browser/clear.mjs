// Two people clear a cut with Debian's Chromium, each with a key file of their own, and it says what it saw as JSON. node clear.mjs GIVEN.json
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const given = JSON.parse(readFileSync(process.argv[2], 'utf-8'))
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf-8')
const seen = { elsewhere: [], said: [], sent: [], axe: [], out: [], cut: 0 }
if (given.pictures) mkdirSync(given.pictures, { recursive: true })
const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...(given.sandbox ? [] : ['--no-sandbox']), '--autoplay-policy=no-user-gesture-required', '--disable-background-networking'],
})

async function open(name, more = {}) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', acceptDownloads: true, ...more })
    await context.addCookies([{ name: 'jebi_session', value: given.cookies[name], url: given.origin, httpOnly: true, sameSite: 'Strict' }])
    const page = await context.newPage()
    page.setDefaultTimeout(30_000)
    page.on('request', (request) => {
        const address = request.url()
        if (!address.startsWith(given.origin) && !address.startsWith('blob:')) seen.elsewhere.push(address)
        if (request.method() === 'POST') seen.sent.push(request.postData() ?? '')
    })
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && seen.said.push(`${page.url()}: ${message.text()}`))
    page.on('pageerror', (error) => seen.said.push(`${page.url()}: ${error.message}`))
    return page
}

const go = (page, path) => page.goto(given.origin + path, { waitUntil: 'load' })

/** What axe finds, in both themes; and whether anything sticks out. */
async function look(page, name) {
    await page.evaluate(() => { for (const one of document.querySelectorAll('main details')) one.open = true })
    await page.evaluate(axe)
    for (const [theme, options] of [['light', {}], ['dark', { runOnly: ['color-contrast'] }]]) {
        await page.evaluate((chosen) => { document.documentElement.dataset.theme = chosen }, theme)
        const results = await page.evaluate((chosen) => window.axe.run(document, { resultTypes: ['violations'], ...chosen }), options)
        const grave = results.violations.filter((one) => ['serious', 'critical'].includes(one.impact))
        seen.axe.push(...grave.map((one) => `${name}, ${theme}: ${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' ')}`))
        if (given.pictures) await page.screenshot({ path: join(given.pictures, `${name}-${theme}.png`), fullPage: true })
    }
    for (const width of [360, 2560]) {
        await page.setViewportSize({ width, height: 900 })
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        if (over > 0) seen.out.push(`${width} ${name}: ${over} pixels`)
    }
    await page.setViewportSize({ width: 1440, height: 900 })
}

/** Go through the strip page by page and answer everything, by keyboard. */
async function see(page) {
    await go(page, given.address)
    await page.locator('#strip ~ p a, section[aria-labelledby=strip] a.button').first().press('Enter')
    let pages = 0
    for (;;) {
        await page.waitForLoadState('load')
        const button = page.getByRole('button', { name: given.words.saw })
        if (!(await button.count())) break
        await page.waitForFunction(() => document.querySelector('.leaf img').naturalWidth > 1000)
        seen.cut += await page.evaluate(() => document.querySelector('.leaf').scrollWidth - document.querySelector('.leaf').clientWidth)
        pages += 1
        if (pages === 1 && given.portraits) await look(page, 'clear-strip')
        await button.press('Enter')
        await page.waitForURL((url) => !url.pathname.endsWith(`/strip/${pages}`))
    }
    for (const pick of await page.locator('.questions fieldset').all()) await pick.locator('input').first().check()
    await page.getByRole('button', { name: given.words.keep }).press('Enter')
    await page.waitForLoadState('load')
    return pages
}

/** Ask for what is to be signed, and come to the page to sign on. */
async function ask(page) {
    await go(page, given.address)
    await Promise.all([page.waitForURL('**/ask'), page.getByRole('button', { name: given.words.on }).press('Enter')])
    await page.locator('jebi-key-signer input[name=key]').waitFor()
}

async function sign(page, file, passphrase) {
    await page.locator('jebi-key-signer input[name=key]').setInputFiles({ name: 'key.json', mimeType: 'application/json', buffer: Buffer.from(file) })
    await page.locator('jebi-key-signer input[name=passphrase]').fill(passphrase)
    await page.locator('jebi-key-signer button').press('Enter')
}

/** Sign wrongly in every way; what the page says to each, and that the passphrase is not in it any more. */
async function mistakes(page) {
    const found = {}
    for (const [name, file, passphrase] of given.wrong) {
        await sign(page, file, passphrase)
        await page.locator('jebi-key-signer .alert').waitFor()
        found[name] = await page.locator('jebi-key-signer .alert').textContent()
        found.left = (found.left ?? '') + (await page.locator('jebi-key-signer input[name=passphrase]').inputValue())
        await page.evaluate(() => { document.querySelector('jebi-key-signer').said = undefined })
        await page.locator('jebi-key-signer .alert').waitFor({ state: 'detached' })
    }
    return found
}

async function first() {
    const page = await open('crane')
    await go(page, given.address)
    await page.waitForFunction(() => document.querySelector('video').readyState >= 1)
    const length = await page.evaluate(() => document.querySelector('video').duration)
    await page.locator('.firsts a').first().press('Enter')
    await page.waitForFunction(() => document.querySelector('video').currentTime > 0)
    const firsts = await page.locator('.firsts img').count()
    const without = await page.getByRole('button', { name: given.words.on }).count()
    given.portraits = true
    const pages = await see(page)
    given.portraits = false
    await ask(page)
    const statement = await page.locator('.statement').textContent()
    await look(page, 'clear-sign')
    const wrong = await mistakes(page)
    await Promise.all([page.waitForURL(given.origin + given.address), sign(page, given.keys.crane, given.passphrase)])
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]))
    if (given.pictures) await page.screenshot({ path: join(given.pictures, 'clear-one.png'), fullPage: true })
    await page.context().close()
    return { length, firsts, without, pages, statement, wrong, kept }
}

/** The second makes a key in the browser; an admin enrolls its public half. */
async function second() {
    const page = await open('heron')
    await go(page, '/account')
    const maker = page.locator('jebi-key-maker')
    const fill = async (one, other) => {
        await maker.locator('input[name=first]').fill(one)
        await maker.locator('input[name=again]').fill(other)
        await maker.locator('button').press('Enter')
    }
    await fill('short', 'short')
    const short = await maker.locator('.alert').textContent()
    await fill(given.passphrase, given.passphrase + '!')
    await page.waitForFunction((old) => document.querySelector('jebi-key-maker .alert').textContent !== old, short)
    const differ = await maker.locator('.alert').textContent()
    await fill(given.passphrase, given.passphrase)
    await maker.locator('.vkey').waitFor()
    const verifier = await maker.locator('.vkey').textContent()
    const [download] = await Promise.all([page.waitForEvent('download'), maker.locator('a').press('Enter')])
    const file = readFileSync(await download.path(), 'utf-8')
    await look(page, 'account-key')

    const admin = await open('admin')
    await go(admin, '/members')
    await look(admin, 'members-keys')
    const card = admin.locator('.member', { has: admin.locator('b', { hasText: /^heron$/ }) })
    await card.locator('input[name=verifier]:not([type=hidden])').fill(verifier)
    await card.getByRole('button', { name: given.words.enroll }).press('Enter')
    await admin.waitForLoadState('load')
    await admin.context().close()

    await see(page)
    await ask(page)
    await Promise.all([page.waitForURL(given.origin + given.address), sign(page, file, given.passphrase)])
    const cleared = await page.locator('.heading .state').textContent()
    await page.context().close()
    return { short, differ, verifier, file, name: download.suggestedFilename(), cleared }
}

/** Without a script everything is there but the key, and it is said what to do. */
async function plain() {
    const page = await open('stork', { javaScriptEnabled: false })
    await go(page, given.address)
    const headings = await page.locator('main h2').count()
    await go(page, '/account')
    const said = await page.locator('jebi-key-maker').textContent()
    await page.context().close()
    const korean = await open('dove')
    await go(korean, given.address)
    await korean.waitForFunction(() => document.querySelector('video').readyState >= 1)
    await look(korean, 'clear-ko')
    await korean.context().close()
    const publisher = await open('owl')
    await go(publisher, '/releases')
    await look(publisher, 'releases')
    const ready = await publisher.locator('main').textContent()
    await publisher.context().close()
    return { headings, said, ready }
}

try {
    const found = { first: await first(), second: await second() }
    process.stdout.write(JSON.stringify({ ...found, plain: await plain(), ...seen }))
} finally {
    await browser.close()
}
