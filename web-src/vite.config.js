// One file under a name that never changes: pages ask for it by its content's digest, and the desk reads it when it starts.
import { defineConfig } from 'vite'

export default defineConfig({
    publicDir: false,
    resolve: { preserveSymlinks: true },
    build: {
        outDir: process.env.JEBI_STATIC ?? '../src/jebi/web/static',
        emptyOutDir: false,
        target: 'es2022',
        modulePreload: false,
        reportCompressedSize: false,
        lib: { entry: 'src/islands.ts', formats: ['es'], fileName: () => 'islands.js' },
    },
})
