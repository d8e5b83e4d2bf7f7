// What can be done to covers, lines and sounds, tried on many of them: node editing.mjs WEB-SRC FOLDER, where FOLDER/plan.json is a plan.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { built } from './built.mjs'

const [sources, folder] = process.argv.slice(2)
const [plans, edits, history, lines, sounds] = await built(sources, folder, ['plan', 'edits', 'history', 'lines', 'sounds'].map((name) => `editor_${name}`))

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

// Lines: by their time, under numbers of their own; whoever overlaps another of the language is told so, and nobody else.
const said = (id, from, to, language = 'ko', words = '쌀') => ({ id, from, to, language, text: words, isTouched: false })
for (let round = 0; round < 300; round++) {
    const list = Array.from({ length: drawn(9) }, (_, id) => { const from = drawn(60); return said(id, from, from + drawn(12), ['ko', 'en'][drawn(2)]) })
    const found = lines.troubles(list)
    for (const one of list) {
        const over = list.some((other) => other !== one && other.language === one.language && other.from < other.to && one.from < one.to && one.from < other.to && other.from < one.to)
        assert.equal((found.get(one.id) ?? []).includes('line_overlap'), over, JSON.stringify(list))
        assert.equal((found.get(one.id) ?? []).includes('line_ends'), one.from >= one.to)
    }
    const [at, kept] = [drawn(70), list.filter((one) => one.from < one.to)]
    const made = lines.lineAt(kept, 99, at, 100, 'ko')
    assert.ok(at === made.from && made.from < made.to && made.to <= Math.max(100, at + 1))
    assert.ok(kept.every((one) => one.language !== 'ko' || one.from <= at || one.from >= made.to), 'a new line ends where the next one begins')
    const ordered = lines.withLines({ sources: [{ lines: [] }] }, 0, () => [...list, made]).sources[0].lines
    assert.ok(ordered.every((one, place) => !place || ordered[place - 1].from <= one.from) && ordered.length === list.length + 1)
}
const trouble = (language, words, ms) => lines.troubles([said(1, 0, ms, language, words)]).get(1) ?? []
assert.deepEqual(trouble('en', 'x'.repeat(34), 2000), [])
assert.deepEqual(trouble('en', 'x'.repeat(35), 2000), ['line_fast'])
assert.deepEqual(trouble('ko', '오늘 쌀값이 또 올랐소.', 1600), []) // nine of full width and four halves
assert.deepEqual(trouble('ja', '米の値段が上がった。', 1000), ['line_fast'])
assert.deepEqual(trouble('ko', ' \u3000\n', 1000), ['line_empty'])
assert.deepEqual(trouble('en', 'Mina: it is dear', 2000), ['line_speaker'])
assert.deepEqual(trouble('ja', 'ミナ：高い', 2000), ['line_speaker'])
assert.deepEqual(trouble('en', 'at 3:00 it closes', 2000), [])
for (const words of ['<b>dear</b>', '{\\an8}dear', 'a --> b']) assert.deepEqual(trouble('en', words, 2000), ['line_markup'])

// A transcript is taken over once, and what of it was changed or deleted comes again.
const checked = { language: 'ko', translation: false, by: ['haneul'], left: 0, lines: [[0, 900, '쌀'], [900, 1800, '강냉이']] }
const came = lines.takenOver([], checked, 7)
assert.deepEqual(came.map((one) => [one.id, one.from, one.to, one.language, one.text]), [[7, 0, 900, 'ko', '쌀'], [8, 900, 1800, 'ko', '강냉이']])
assert.deepEqual(lines.takenOver(came, checked, 9), [])
assert.deepEqual(lines.takenOver(came.slice(1), checked, 9).map((one) => [one.id, one.text]), [[9, '쌀']])

// A voice is of a language that has lines and that a machine speaks; whoever is heard under it is named.
const plan = (voice, heard, ...list) => ({ voice, sources: [{ sounds: [], lines: [] }, { sounds: heard, lines: list }] })
assert.deepEqual(lines.voices(plan('', [], said(1, 0, 9, 'ja'), said(2, 0, 9, 'zh'))), ['ja'])
assert.deepEqual(lines.voices(plan('zh', [])), ['zh'])
assert.deepEqual(lines.unmasked(plan('ko', [[0, 5, 'plain'], [5, 8, 'disguised'], [8, 99, 'surroundings']], said(1, 4, 20), said(2, 0, 9, 'en'))), [[1, 4], [1, 4]])
assert.deepEqual(lines.unmasked(plan('', [[0, 5, 'plain']], said(1, 4, 20))), [])

// Stretches that are heard stay in order and apart, wherever one is begun; nothing that was heard falls silent.
for (let round = 0; round < 300; round++) {
    let list = []
    for (let count = 0; count < 6; count++) {
        const at = drawn(20_000)
        const next = sounds.heardFrom(list, at, 20_000)
        assert.ok(next.every(([from, to], place) => from < to && to <= 20_000 && (!place || next[place - 1][1] <= from)), JSON.stringify(next))
        assert.ok(next.some(([from]) => from === at))
        assert.ok(list.every(([from, to]) => next.filter((one) => from <= one[0] && one[1] <= to).reduce((sum, one) => sum + one[1] - one[0], 0) === to - from))
        list = next.map(([from, to]) => [from, to, ['plain', 'disguised'][drawn(2)]])
    }
    assert.ok(list.every((one) => sounds.refusedFor(one, list) === null))
}
assert.equal(sounds.refusedFor([5, 5, 'plain'], []), 'stretch_ends')
const crossed = [[0, 9, 'plain'], [8, 12, 'plain']]
assert.ok(crossed.every((one) => sounds.refusedFor(one, crossed) === 'stretch_overlaps'))

// What is undone is undone in the clip where it was done, and done again there; what follows under one tag is one.
const past = new history.History()
const moment = (draft, source, line) => ({ draft, source, current: null, line })
for (const [number, tag] of [[0, ''], [1, 'typed'], [2, 'typed'], [3, '']]) past.before(moment(number, 0, number), tag)
assert.deepEqual([past.undo(moment(4, 1, 9)), past.canRedo], [moment(3, 0, 3), true])
assert.deepEqual(past.undo(moment(3, 0, 3)), moment(1, 0, 1))
assert.deepEqual(past.redo(moment(1, 0, 1)), moment(3, 0, 3))
assert.deepEqual(past.redo(moment(3, 0, 3)), moment(4, 0, null))
assert.equal(past.redo(moment(4, 0, null)), null)
past.before(moment(4, 0, null), '')
assert.equal(past.canRedo, false)

// An edited plan is one that the desk reads.
const first = draft.sources[0].held[0].id
let edited = edits.withHeld(draft, 0, (list) => list.map((one) => (one.id === first ? { ...one, isOpen: true } : one)))
edited = { ...edited, about: { ...edited.about, places: ['혜산', ' ', '혜산 ', '강변'], title: { ...edited.about.title, ja: ' 市場の米\n', en: ' ' } } }
assert.ok(plans.fresh(edited) >= 2_000_000)
edited = edits.withHeld(edited, 0, (list) => [...list, edits.drawn(plans.fresh(edited), 500, [100, 100, 900, 900], 20_000)])
edited.sources[0].sounds.reverse()
edited = lines.withLines(edited, 0, (list) => [...list, { ...lines.lineAt(list, lines.freshLine(edited), 500, 20_000, 'ja'), text: '\u3000米が \t高い\u200b\n\n\u00a0' }, lines.lineAt(list, 9_999, 0, 20_000, 'en')])
writeFileSync(join(folder, 'edited.json'), plans.written(edited))
