// Compiles the driver to ES modules with types, and to CommonJS for `require`.
// The folder to fill is TUSSOCK_DIST, or ./build; the WebAssembly module joins it from src/wasm when it was built.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const given = process.env.TUSSOCK_DIST;
const out = given ? resolve(given) : join(here, 'build');

if (!given) rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const compiled = spawnSync(process.execPath, [tsc, '-p', join(here, 'tsconfig.json'), '--outDir', out], {
  stdio: 'inherit',
});
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

const wasm = join(here, 'src', 'wasm');
if (!given && existsSync(wasm)) cpSync(wasm, join(out, 'wasm'), { recursive: true });

// CommonJS: one file with the driver and the engine; `bson` stays outside, so that its classes are the caller's own.
const meta = '__tussockModuleUrl';
await build({
  entryPoints: [join(out, 'index.js')],
  outfile: join(out, 'index.cjs'),
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  external: ['bson'],
  define: { 'import.meta.url': meta },
  banner: { js: `const ${meta} = require('node:url').pathToFileURL(__filename).href;` },
  plugins: [{
    name: 'glue-of-wasm-bindgen',
    setup(build) {
      // Before the first build of the engine there is no glue yet: then it is looked for at run time.
      build.onResolve({ filter: /wasm\/tussock\.js$/ }, (found) =>
        existsSync(join(wasm, 'tussock.js')) ? { path: join(wasm, 'tussock.js') } : { path: found.path, external: true });
    },
  }],
  logLevel: 'error',
});
writeFileSync(join(out, 'engine.cjs'), "'use strict';\nmodule.exports = { Engine: require('./index.cjs').Engine };\n");

// The worker: one file with all that it needs, since a page's import map does not reach into workers.
await build({
  entryPoints: [join(out, 'worker', 'entry.js')],
  outfile: join(out, 'worker.js'),
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  plugins: [{
    name: 'module-beside-the-worker',
    setup(build) {
      build.onResolve({ filter: /wasm\/tussock\.js$/ }, () => ({ path: './wasm/tussock.js', external: true }));
    },
  }],
  logLevel: 'error',
});

refuseEvaluation();

/** Nothing that reaches a page may evaluate text as code: content security policies forbid it. */
function refuseEvaluation() {
  for (const file of readdirSync(out, { recursive: true })) {
    if (!String(file).endsWith('.js')) continue;
    const text = readFileSync(join(out, String(file)), 'utf8');
    if (/\beval\(|new Function\(/.test(text)) throw new Error(`${file} evaluates text as code`);
  }
}
