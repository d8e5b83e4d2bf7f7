// Goes through the public site with Debian's Chromium, from a server and from a folder, and says what it saw as JSON. node site.mjs GIVEN.json
import { createReadStream, mkdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { chromium } from 'playwright-core'

const given = JSON.parse(readFileSync(process.argv[2], 'utf-8'))
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf-8')
const seen = { elsewhere: [], said: [], axe: [], out: [], looked: 0, plays: {}, taken: [] }
mkdirSync(given.pictures, { recursive: true })

/** What any web server does: files, their types, and ranges of them. */
const types = { '.html': 'text/html', '.xml': 'application/atom+xml', '.vtt': 'text/vtt', '.mp4': 'video/mp4', '.jpg': 'image/jpeg', '.svg': 'image/svg+xml', '.m3u8': 'application/vnd.apple.mpegurl' }
let served = []
const server = createServer((request, response) => {
    const path = join(given.site, decodeURIComponent(request.url.split('?')[0]))
    let size
    try { size = statSync(path).size } catch { response.writeHead(404).end(); return }
    const [, from, to] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? []
    const [start, end] = from === undefined ? [0, size - 1] : [Number(from), to ? Number(to) : size - 1]
    served.push([request.url, end - start + 1])
    response.writeHead(from === undefined ? 200 : 206, {
        'Content-Type': types[extname(path)] ?? 'text/plain', 'Content-Length': end - start + 1, 'Accept-Ranges': 'bytes',
        ...(from === undefined ? {} : { 'Content-Range': `bytes ${start}-${end}/${size}` }),
    })
    createReadStream(path, { start, end }).on('error', () => response.destroy()).pipe(response)
})
await new Promise((done) => server.listen(0, '127.0.0.1', done))
const places = { http: `http://127.0.0.1:${server.address().port}/`, file: `file://${given.site}/` }

const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...(given.sandbox ? [] : ['--no-sandbox']), '--autoplay-policy=no-user-gesture-required', '--disable-background-networking'],
})

async function open(more = {}) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...more })
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    page.on('request', (request) => {
        if (!Object.values(places).some((place) => request.url().startsWith(place)) && !request.url().startsWith('blob:')) seen.elsewhere.push(request.url())
    })
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && seen.said.push(`${page.url()}: ${message.text()}`))
    page.on('pageerror', (error) => seen.said.push(`${page.url()}: ${error.message}`))
    return page
}

const state = (page) => page.evaluate(() => {
    const video = document.querySelector('video')
    return { at: video.currentTime, paused: video.paused, source: video.currentSrc.split('/').pop(), error: video.error?.message ?? '', cues: [...video.textTracks].map((track) => [track.language, track.mode, track.cues?.length ?? 0]) }
})

/** Ask until it holds. Where a page may run no scripts, nothing can wait in it either. */
async function until(page, claim) {
    for (let waited = 0; waited < 30_000; waited += 100) {
        if (await page.evaluate(claim)) return
        await page.waitForTimeout(100)
    }
    throw new Error(`it never came true: ${claim}: ${JSON.stringify(await state(page))}`)
}

/** Every kind of page: axe, and whether anything sticks out. */
async function look(place, language, more) {
    const page = await open(more)
    for (const path of given.kinds) {
        await page.goto(places[place] + (path.startsWith('index') ? path : `${language}/${path}`), { waitUntil: 'load' })
        await page.evaluate(axe)
        const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
        seen.axe.push(...found.violations.map((one) => `${place} ${language} ${path}: ${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(' | ')}`))
        for (const width of [360, 2560]) {
            await page.setViewportSize({ width, height: 800 })
            const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
            if (over > 0) seen.out.push(`${place} ${language} ${path} at ${width}: ${over}`)
        }
        await page.setViewportSize({ width: 1440, height: 900 })
        seen.looked += 1
    }
    await page.context().close()
}

/** A film plays and seeks by keyboard; with a script, subtitles are there and the transcript moves the film. */
async function play(place, script) {
    const page = await open({ javaScriptEnabled: script })
    served = []
    await page.goto(`${places[place]}en/${given.film}`, { waitUntil: 'load' })
    await page.waitForTimeout(300)
    const found = { before: served.filter(([url]) => !url.endsWith('.vtt')).reduce((sum, [, size]) => sum + size, 0), asked: served.map(([url]) => url) }
    await page.keyboard.press('Tab')
    found.skip = await page.evaluate(() => document.activeElement.getAttribute('href'))
    await page.locator('video').focus()
    await page.keyboard.press(' ')
    await until(page, () => document.querySelector('video').currentTime > 0.2)
    found.played = await state(page)
    await page.evaluate(() => { document.querySelector('video').currentTime = 4 })
    await until(page, () => document.querySelector('video').currentTime >= 4 && document.querySelector('video').readyState >= 2)
    found.sought = await state(page)
    found.decoded = await page.evaluate(() => document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames)
    const line = page.locator('ol.words[lang=en] li').nth(1)
    if (script) {
        await page.evaluate(() => document.querySelector('video').pause())
        await line.locator('a').focus()
        await page.keyboard.press('Enter')
        await until(page, () => document.querySelector('ol.words[lang=en] li:nth-child(2)').hasAttribute('aria-current'))
        found.moved = page.url()
    }
    found.link = await line.locator('a').getAttribute('href')
    if (place === 'file' && script) {
        await page.goto(`${places[place]}en/${given.long}`, { waitUntil: 'load' })
        found.long = await state(page)
        await page.getByRole('link', { name: 'Watch with the transcript' }).press('Enter')
        await page.waitForURL('**-words.html')
        found.words = await state(page)
    }
    await page.locator('.tongues a[lang=ko]').press('Enter')
    await page.waitForURL('**/ko/**')
    found.language = await page.evaluate(() => document.documentElement.lang)
    seen.plays[`${place} ${script ? 'with' : 'without'} script`] = found
    await page.context().close()
}

async function pictures() {
    for (const [name, path, width, colorScheme] of given.shots) {
        const page = await open({ viewport: { width, height: width < 500 ? 844 : 900 }, colorScheme })
        await page.goto(places.file + path, { waitUntil: 'load' })
        await page.waitForTimeout(path.includes('films/') ? 1200 : 100)
        await page.screenshot({ path: join(given.pictures, `${name}.png`) })
        seen.taken.push(name)
        await page.context().close()
    }
}

for (const place of ['http', 'file']) for (const script of [true, false]) await play(place, script)
await look('http', 'en', { colorScheme: 'light' })
await look('file', 'ko', { colorScheme: 'dark' })
await pictures()
await browser.close()
server.close()
server.closeAllConnections()
console.log(JSON.stringify(seen))
