// Goes through the desk with Debian's Chromium, as an editor does, and says what it saw as JSON. node tour.mjs GIVEN.json
import { createHmac } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const given = JSON.parse(readFileSync(process.argv[2], 'utf-8'))
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf-8')
const seen = { elsewhere: [], said: [], taken: [] }
mkdirSync(given.pictures, { recursive: true })
const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...(given.sandbox ? [] : ['--no-sandbox']), '--autoplay-policy=no-user-gesture-required', '--disable-background-networking'],
})

/** A session, by its role, language and theme. */
const cookie = (whose) => ({ name: 'jebi_session', value: given.cookies[whose], url: given.origin, httpOnly: true, sameSite: 'Strict' })

async function open(whose, size = { width: 1440, height: 900 }, more = {}) {
    const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce', ...more })
    if (whose) await context.addCookies([cookie(whose)])
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    page.on('request', (request) => {
        const address = request.url()
        if (!address.startsWith(given.origin) && !address.startsWith('blob:') && !address.startsWith('data:')) seen.elsewhere.push(address)
    })
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && seen.said.push(`${page.url()}: ${message.text()}`))
    page.on('pageerror', (error) => seen.said.push(`${page.url()}: ${error.message}`))
    return page
}

const go = (page, path) => page.goto(given.origin + path, { waitUntil: 'load' })

async function picture(page, name) {
    await page.waitForFunction(() => [...document.images].every((one) => {
        const { top, bottom } = one.getBoundingClientRect()
        return one.complete || top > innerHeight || bottom < 0
    }))
    await page.screenshot({ path: join(given.pictures, `${name}.png`) })
    seen.taken.push(name)
}

/** A code of the second factor, RFC 6238. */
function code(now = Date.now()) {
    const step = Buffer.alloc(8)
    step.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)))
    const digest = createHmac('sha1', Buffer.from(given.second, 'hex')).update(step).digest()
    return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** The whole morning of an editor, by keyboard alone. */
async function morning() {
    const found = {}
    const page = await open(null)
    await go(page, '/archive')
    found.door = new URL(page.url()).pathname
    await picture(page, 'sign-in')
    await page.keyboard.type('haneul')
    await page.keyboard.press('Tab')
    await page.keyboard.type(given.password)
    await page.keyboard.press('Tab')
    await page.keyboard.type(code())
    await Promise.all([page.waitForURL('**/archive'), page.keyboard.press('Enter')])
    found.inside = new URL(page.url()).pathname
    found.script = await page.evaluate(() => document.cookie)

    await page.keyboard.press('Tab')
    found.skip = await page.evaluate(() => document.activeElement.getAttribute('href'))
    await page.keyboard.press('Enter')
    found.main = await page.evaluate(() => document.activeElement.id)

    await page.keyboard.press('?')
    found.help = await page.evaluate(() => document.querySelector('#help').open)
    await page.keyboard.press('Escape')
    await page.locator('jebi-grid a').first().focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowLeft')
    found.roved = await page.evaluate(() => [...document.querySelectorAll('jebi-grid a')].indexOf(document.activeElement))
    found.columns = await page.evaluate(() => getComputedStyle(document.querySelector('.grid')).gridTemplateColumns.split(' ').length)
    found.stops = await page.evaluate(() => document.querySelectorAll('jebi-grid a[tabindex="0"]').length)

    found.hits = {}
    for (const word of ['쌀값', '시장', '市場', 'market']) {
        await page.keyboard.press('/')
        await page.keyboard.type(word)
        await Promise.all([page.waitForURL((url) => url.searchParams.get('q') === word), page.keyboard.press('Enter')])
        found.hits[word] = await page.locator('mark').count()
    }
    await go(page, '/search?q=' + encodeURIComponent('거두시오'))
    await page.locator('.quote a').first().focus()
    await Promise.all([page.waitForURL('**/clips/**'), page.keyboard.press('Enter')])
    const wanted = Number(/#t=([\d.]+)/.exec(page.url())[1])
    await page.waitForFunction(() => document.querySelector('video').readyState >= 2)
    await page.waitForFunction((to) => Math.abs(document.querySelector('video').currentTime - to) < 0.2, wanted)
    found.jumped = true
    found.marked = await page.evaluate(() => document.querySelector('.cues a[aria-current]')?.textContent ?? '')
    await page.locator('#main').focus()
    await page.keyboard.press(' ')
    await page.waitForFunction(() => !document.querySelector('video').paused)
    await page.keyboard.press('k')
    await page.waitForFunction(() => document.querySelector('video').paused)
    found.played = true
    await page.locator('.controls select').first().selectOption('0')
    await page.waitForFunction(() => document.querySelector('video').textTracks[0].cues?.length > 0)
    found.subtitles = await page.evaluate(() => document.querySelector('video').textTracks[0].cues[0].text)
    await page.locator('#main').focus()
    const at = () => page.evaluate(() => document.querySelector('video').currentTime)
    await page.keyboard.press('j')
    found.back = (await at()) < wanted
    const before = await at()
    await page.keyboard.press(']')
    found.shot = (await at()) > before
    await page.keyboard.press('n')
    found.noting = await page.evaluate(() => document.activeElement.name)
    await page.keyboard.type('a note by keyboard')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await Promise.all([page.waitForURL('**#notes'), page.keyboard.press('Enter')])
    await page.getByText('a note by keyboard').waitFor()
    found.noted = true

    await page.getByRole('button', { name: 'Verify now' }).focus()
    await Promise.all([page.waitForURL('**/verify#custody'), page.keyboard.press('Enter')])
    found.verdict = await page.locator('.verdict b').textContent()
    await picture(page, 'custody')
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Evidence package' }).press('Enter')])
    found.exported = download.suggestedFilename()

    await go(page, '/jobs')
    await page.locator('summary').last().press('Enter')
    await Promise.all([page.waitForLoadState('load'), page.getByRole('button', { name: '한국어' }).press('Enter')])
    await page.waitForFunction(() => document.documentElement.lang === 'ko')
    found.language = await page.locator('h1').textContent()
    await page.locator('details.me > summary').press('Enter')
    await Promise.all([page.waitForURL('**/sign-in'), page.getByRole('button', { name: '로그아웃' }).press('Enter')])
    await go(page, '/archive')
    found.out = new URL(page.url()).pathname
    await page.context().close()
    return found
}

/** A change at the desk draws an open page anew, but for one on which somebody began to fill in a form. */
async function live() {
    const [watching, filling, doing] = [await open('editor en light'), await open('editor en light'), await open('admin en light')]
    await go(watching, '/jobs')
    await go(filling, '/jobs')
    await filling.evaluate(() => {
        const field = document.createElement('input')
        document.querySelector('[data-live]').append(field)
        field.value = 'begun'
    })
    const text = () => watching.locator('[data-live]').textContent()
    const before = await text()
    await go(doing, '/jobs')
    await doing.getByRole('button', { name: 'Again', exact: true }).first().click()
    await watching.waitForFunction((old) => document.querySelector('[data-live]').textContent !== old, before)
    await filling.waitForTimeout(2000) // longer than any page takes to draw itself anew
    const left = await filling.evaluate(() => document.querySelector('[data-live] > input:last-child')?.value)
    const found = { drawn: (await text()) !== before, left }
    await watching.context().close()
    await filling.context().close()
    await doing.context().close()
    return found
}

/** What lies in the inbox is received at a key, and the open page says by itself what came of it. */
async function received() {
    const page = await open('editor en light')
    await go(page, '/parcels')
    const before = await page.locator('.parcel.is-waiting').count()
    await page.getByRole('button', { name: 'Receive c', exact: true }).press('Enter')
    await page.locator('main').focus()
    await page.getByText('What was received last').waitFor()
    const found = { before, said: await page.locator('.delivery .state').textContent(), after: await page.locator('.parcel.is-waiting').count() }
    await picture(page, 'received')
    await page.context().close()
    return found
}

/** A cut's film, its report and its plan, by keyboard alone. */
async function edited() {
    const found = {}
    const page = await open('editor en light')
    await go(page, `/clips/${given.clip}`)
    await Promise.all([page.waitForURL('**/cover'), page.getByRole('link', { name: 'Cover faces' }).press('Enter')])
    found.begins = await page.getByRole('button', { name: 'Cover them all' }).count()
    await go(page, '/cuts')
    await Promise.all([page.waitForURL('**/cuts/*'), page.locator('jebi-grid a').first().press('Enter')])
    await page.locator('.said .cues a').first().press('Enter')
    await page.waitForFunction(() => Math.abs(document.querySelector('video').currentTime - 1.2) < 0.1)
    found.finding = page.url().split('#')[1]
    await Promise.all([page.waitForURL('**/edit'), page.getByRole('link', { name: 'Edit the plan' }).press('Enter')])
    await page.locator('.lane').first().waitFor()
    found.saved = await page.getByRole('button', { name: 'Save plan' }).isDisabled()
    await page.keyboard.press('n')
    found.worst = (await page.locator('.moment[aria-current]').textContent()).replace(/\s+/g, ' ').trim()
    const box = () => page.evaluate(() => { const one = document.querySelector('svg.over .is-chosen'); return one && ['x', 'y', 'width', 'height'].map((name) => Number(one.getAttribute(name))) })
    await page.locator('svg.over .is-chosen').waitFor()
    await page.keyboard.press('d')
    const [drawn, lanes] = [await box(), await page.locator('.lane').count()]
    for (const key of ['ArrowRight', 'ArrowUp', 'Shift+ArrowRight', 'Shift+ArrowDown']) await page.keyboard.press(key)
    found.moved = (await box()).map((side, place) => side - drawn[place])
    await page.keyboard.press('o')
    found.asked = await page.getByRole('dialog', { name: 'Leave open' }).isVisible()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Delete')
    found.deleted = lanes - (await page.locator('.lane').count())
    await page.keyboard.press('Control+z')
    found.undone = (await page.locator('.lane').count()) - lanes
    await picture(page, 'editor')
    found.said = await spoken(page)
    await page.getByLabel('To', { exact: true }).first().fill('0:00.2')
    await page.getByLabel('Title', { exact: true }).last().fill('Rice "now"')
    await page.context().clearCookies()
    await page.keyboard.press('Control+s')
    await page.getByRole('alert').getByText('You are signed out').waitFor()
    found.out = [await page.locator('input:focus').inputValue(), await page.getByText('Changes that are not saved').count()]
    await page.context().addCookies([cookie('editor en dark')])
    await Promise.all([page.waitForURL(/cuts\/\d+$/), page.keyboard.press('Control+s')])
    found.kept = [await page.getByText('drawn 1').count(), await page.getByText('Rice "now"').count(), await page.getByText('0:00 – 0:00').count() > 0, await page.getByText('쌀이 비싸다').count()]
    await page.context().close()
    return found
}

/** What is said in a cut of two clips: a transcript taken over, a line of one's own, a voice; undone where it was done. */
async function spoken(page) {
    const lines = page.locator('.lines .lane')
    const found = {}
    await page.getByRole('button', { name: /^Take over: Korean, by haneul/ }).press('Enter')
    await page.locator('.lines [aria-pressed=true]:focus').waitFor()
    found.taken = [await lines.count(), await page.locator('#line-troubles').textContent()]
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Delete')
    found.left = await lines.count()
    await page.locator('.lines [aria-pressed=true]:focus').waitFor()
    await page.keyboard.press('t')
    await page.locator('[data-line]:focus').waitFor()
    await page.keyboard.type('쌀이 비싸다')
    await page.getByLabel('Spoken by a machine').selectOption('ko')
    await page.locator('.edit-bar select').selectOption('1')
    await page.waitForFunction(() => document.querySelector('video').readyState > 0)
    await page.locator('main').focus()
    await page.keyboard.press('h')
    found.other = [await lines.count(), await page.getByText('stops no expert').count()]
    for (const key of ['Control+z', 'Control+z', 'Control+y']) await page.keyboard.press(key)
    found.back = [await page.locator('.edit-bar select').inputValue(), await lines.count(), await page.getByLabel('Spoken by a machine').inputValue()]
    return found
}

/** Without a script the pages still say what they say. */
async function plain() {
    const page = await open('editor en light', undefined, { javaScriptEnabled: false })
    const found = {}
    for (const path of PAGES) {
        await go(page, path)
        found[path] = (await page.locator('h1').count()) === 1
    }
    await go(page, `/clips/${given.clip}`)
    found.controls = (await page.locator('video[controls]').count()) === 1
    await page.context().close()
    return found
}

const PAGES = ['/archive', `/clips/${given.clip}`, `/clips/${given.refused}`, `/clips/${given.clip}/people`, '/search', '/search?q=' + encodeURIComponent('쌀값'), '/parcels', `/parcels/${given.parcels[0]}`, `/parcels/${given.parcels[1]}`, '/trips', `/trips/${given.trip}`, '/log', '/cuts', `/cuts/${given.cut}`, `/cuts/${given.cut}/edit`, `/clips/${given.clip}/cover`, '/jobs', '/health', '/account', '/help']

const NAMED = ['link-name', 'button-name', 'summary-name']

/** What axe finds on every page, in both themes, and nameless on a telephone; and whether anything sticks out at the narrowest and the widest. */
async function looked() {
    const found = { axe: [], out: [], pages: 0 }
    for (const [cookie, paths] of [['editor en light', PAGES], ['admin ko light', ['/members']], ['editor ja light', [`/clips/${given.clip}`, '/nothing']], [null, ['/sign-in']]]) {
        const page = await open(cookie)
        for (const path of paths) {
            await go(page, path)
            await page.evaluate(() => { for (const one of document.querySelectorAll('main details')) one.open = true })
            await page.evaluate(axe)
            found.axe.push(...(await judged(page, {})).map((one) => `${path}: ${one}`))
            for (const width of [360, 800, 2560]) {
                await page.setViewportSize({ width, height: 900 })
                const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
                if (over > 0) found.out.push(`${width} ${path}: ${over} pixels`)
                if (width === 360) found.axe.push(...(await judged(page, { runOnly: NAMED })).map((one) => `${path}, narrow: ${one}`))
            }
            await page.setViewportSize({ width: 1440, height: 900 })
            await page.evaluate(() => { document.documentElement.dataset.theme = 'dark' })
            found.axe.push(...(await judged(page, { runOnly: ['color-contrast'] })).map((one) => `${path}, dark: ${one}`))
            found.pages += 1
        }
        await page.context().close()
    }
    return found
}

async function judged(page, options) {
    const results = await page.evaluate((chosen) => window.axe.run(document, { resultTypes: ['violations'], ...chosen }), options)
    const grave = results.violations.filter((one) => ['serious', 'critical'].includes(one.impact))
    return grave.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' ')}`)
}

async function portraits() {
    for (const [cookie, path, name, size] of [
        ['editor en light', '/archive', 'archive', undefined],
        ['editor ko dark', `/clips/${given.clip}#t=3`, 'clip-ko-dark', undefined],
        ['editor en light', `/clips/${given.clip}#t=3`, 'clip', undefined],
        ['editor ja light', '/search?q=' + encodeURIComponent('市場'), 'search-ja', undefined],
        ['editor en light', '/parcels', 'arrivals', undefined],
        ['editor ko light', `/parcels/${given.parcels[0]}`, 'parcel-ko', undefined],
        ['editor en dark', '/jobs', 'jobs-dark', undefined],
        ['editor en light', '/health', 'health', undefined],
        ['editor ja dark', `/cuts/${given.cut}`, 'cut-ja-dark', undefined],
        ['editor ko light', '/archive', 'archive-narrow-ko', { width: 390, height: 844 }],
    ]) {
        const page = await open(cookie, size)
        await go(page, path)
        await page.waitForTimeout(400)
        await picture(page, name)
        await page.context().close()
    }
}

try {
    const found = { morning: await morning(), live: await live(), plain: await plain(), looked: await looked() }
    await portraits()
    found.received = await received()
    found.edited = await edited()
    process.stdout.write(JSON.stringify({ ...found, ...seen }))
} finally {
    await browser.close()
}
