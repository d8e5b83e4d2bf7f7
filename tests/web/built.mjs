// Modules of the islands as the engine can load them: built as the desk's pages have them, for tests of their pure half.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The modules of these names, built from WEB-SRC into a folder. */
export async function built(sources, folder, names) {
    const { build } = await import(pathToFileURL(createRequire(join(sources, 'package.json')).resolve('vite')).href)
    const entry = Object.fromEntries(names.map((name) => [name, join(sources, 'src', `${name}.ts`)]))
    const lib = { entry, formats: ['es'], fileName: (_, name) => `${name}.mjs` }
    await build({ configFile: false, root: sources, logLevel: 'error', publicDir: false, build: { outDir: folder, emptyOutDir: false, target: 'es2022', lib } })
    return Promise.all(names.map((name) => import(pathToFileURL(join(folder, `${name}.mjs`)).href)))
}
