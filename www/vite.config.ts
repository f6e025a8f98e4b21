import { readFileSync } from 'node:fs'
import { defineConfig } from 'vite'

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string }

export default defineConfig({
  // Relative addresses: the page works from any folder of any host.
  base: './',
  define: { __VERSION__: JSON.stringify(version) },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  // The package finds its wasm file beside its own module.
  optimizeDeps: { exclude: ['tussock'] },
  // The compatibility page lies at the top of the repository.
  server: { fs: { allow: ['..'] } },
  preview: { port: 4173 }
})
