// Plans there and back through the editor: node round_trip.mjs WEB-SRC FOLDER. On each line that comes in is a plan; out goes what the editor would send
// if nothing was done, and what it would send after a line was added.
import { createInterface } from 'node:readline'
import { built } from './built.mjs'

const [plans, lines] = await built(...process.argv.slice(2), ['editor_plan', 'editor_lines'])
for await (const text of createInterface({ input: process.stdin })) {
    const draft = plans.drafted(JSON.parse(text))
    const said = { ...lines.lineAt([], lines.freshLine(draft), 5, 20, 'ko'), text: ' 쌀 ' }
    const more = lines.withLines(draft, 0, (list) => [...list, said])
    process.stdout.write(`${plans.written(draft)}\n${plans.written(more)}\n`)
}
