// What can be done to a cover, tried on many of them: node editing.mjs WEB-SRC FOLDER, where FOLDER/plan.json is a plan.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [sources, folder] = process.argv.slice(2)
const { build } = await import(pathToFileURL(createRequire(join(sources, 'package.json')).resolve('vite')).href)
for (const name of ['editor_plan', 'editor_edits']) {
    const lib = { entry: join(sources, 'src', `${name}.ts`), formats: ['es'], fileName: () => `${name}.mjs` }
    await build({ configFile: false, root: sources, logLevel: 'error', publicDir: false, build: { outDir: folder, emptyOutDir: false, target: 'es2022', lib } })
}
const load = (name) => import(pathToFileURL(join(folder, `${name}.mjs`)).href)
const [plans, edits] = [await load('editor_plan'), await load('editor_edits')]

// A plan that nothing was done to goes back to the byte.
const text = readFileSync(join(folder, 'plan.json'), 'utf-8')
const draft = plans.drafted(JSON.parse(text))
assert.equal(plans.written(draft), text)
writeFileSync(join(folder, 'same.json'), plans.written(draft))

// Numbers are drawn so that a failure can be had again.
let seed = 1
const drawn = (below) => (seed = (seed * 48271) % 2147483647) % below
const cover = (id) => {
    const times = [...new Set(Array.from({ length: 1 + drawn(5) }, () => drawn(10_000)))].sort((a, b) => a - b)
    const key = (at) => { const [w, h] = [50 + drawn(3000), 50 + drawn(3000)]; return [at, drawn(10_000 - w), drawn(10_000 - h), w, h] }
    return { id, isOpen: false, kind: 'face', style: 'solid', keys: times.map(key) }
}
const fits = (one) => {
    assert.ok(one.keys.length > 0)
    one.keys.forEach(([at, x, y, w, h], place) => {
        for (const number of [at, x, y, w, h]) assert.ok(Number.isInteger(number) && number >= 0, String(number))
        assert.ok(w > 0 && h > 0 && x + w <= plans.SIDE && y + h <= plans.SIDE)
        if (place) assert.ok(at > one.keys[place - 1][0])
    })
    return one
}
const holds = (outer, [x, y, w, h]) => outer && outer[0] <= x && outer[1] <= y && outer[0] + outer[2] >= x + w && outer[1] + outer[3] >= y + h

for (let round = 0; round < 500; round++) {
    const [one, other, at] = [cover(1), cover(2), drawn(11_000)]
    const both = fits(edits.joined(one, other))
    for (const part of [one, other]) for (const [time, ...box] of part.keys) assert.ok(holds(edits.boxAt(both, time), box), 'joined covers hide all that both hid')
    const wide = fits(edits.figureOf(one))
    for (const [time, x, y, w, h] of one.keys) assert.ok(holds(edits.boxAt(wide, time), [x + 0.3 * w, y + 0.3 * h, 0.3 * w, 0.3 * h]), 'a figure hides its face')
    const box = edits.boxAt(one, at)
    const moved = fits(edits.withKey(one, at, [drawn(9000) - 500, drawn(9000) - 500, drawn(4000), drawn(4000)]))
    assert.ok(edits.start(moved) <= Math.min(at, edits.start(one)) || box, 'a key beyond the ends makes it longer')
    const earlier = fits(edits.fromHere(one, at))
    if (at - edits.FRAME <= edits.end(one)) assert.equal(edits.start(earlier), Math.max(0, at - edits.FRAME))
    if (box) for (const time of [at, edits.end(one)]) assert.ok(holds(edits.boxAt(earlier, time), edits.boxAt(one, time).map((n, i) => (i < 2 ? n + 1 : n - 2))), 'what stays is hidden as before')
    const later = fits(edits.toHere(one, at, 20_000))
    if (at + edits.FRAME >= edits.start(one)) assert.equal(edits.end(later), at + edits.FRAME)
    fits(edits.withoutKey(one, at))
    fits(edits.drawn(9, at, [drawn(12_000) - 1000, drawn(12_000) - 1000, drawn(12_000), drawn(12_000)], 10_000))
    assert.equal(edits.apart(one, other) < 0, edits.start(one) < edits.end(other) && edits.start(other) < edits.end(one))
}

// Times are read as they are written.
for (const ms of [0, 1, 999, 1000, 61_040, 3_723_005]) assert.equal(plans.parsed(plans.clock(ms)), ms)
for (const bad of ['', 'x', '1:2:3:4', '-1', '1e3', '1:-2', ' : ']) assert.equal(plans.parsed(bad), null)

// Worst first: what is new, what the desk is worried about in its order, the rest as they begin, and what is open.
const held = [0, 1, 2].map((id) => ({ ...cover(id), keys: [[100 * (3 - id), 0, 0, 50, 50]] }))
const open = { ...cover(1_000_000), isOpen: true }
const order = edits.inOrder([...held, open, { ...cover(2_000_000) }], [{ why: 'bare', cover: null }, { why: 'gap', cover: 1 }, { why: 'short', cover: 1 }])
assert.deepEqual(order.map((one) => one.id), [2_000_000, 1, 2, 0, 1_000_000])

// An edited plan is one that the desk reads.
const first = draft.sources[0].held[0].id
let edited = edits.withHeld(draft, 0, (list) => list.map((one) => (one.id === first ? { ...one, isOpen: true } : one)))
edited = { ...edited, about: { ...edited.about, places: ['혜산', ' ', '혜산 ', '강변'], title: { ...edited.about.title, ja: ' 市場の米\n', en: ' ' } } }
assert.ok(plans.fresh(edited) >= 2_000_000)
edited = edits.withHeld(edited, 0, (list) => [...list, edits.drawn(plans.fresh(edited), 500, [100, 100, 900, 900], 20_000)])
edited.sources[0].sounds.reverse()
writeFileSync(join(folder, 'edited.json'), plans.written(edited))
