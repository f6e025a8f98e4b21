// How much a user downloads: the WebAssembly module and the JavaScript as a bundler ships it
// (esbuild, minified), both under brotli at its best. Holds that against tests/size.json.
//
// Called by `cargo xtask test size [--accept]`, which sets the variables read here.

import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

/** Growth beyond the record that is let through: compilers differ a little from day to day. */
const GROWTH_MAX = 0.01;
/** What a standard library adds that could not be compiled anew (xtask/src/standard_library.rs). */
const PRECOMPILED_GROWTH = 0.02;
/** What the whole download is meant to stay under. */
const TARGET_BYTES = 600_000;

const { TUSSOCK_DIST: dist, TUSSOCK_TOOLS: tools, TUSSOCK_BSON: modules } = process.env;
const { TUSSOCK_SIZE_RECORD: recordFile, TUSSOCK_STANDARD_LIBRARY: standardLibrary } = process.env;
const isPrecompiled = standardLibrary === 'precompiled';
const esbuild = createRequire(join(tools, 'package.json'))('esbuild');

function brotli(bytes) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 22,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return brotliCompressSync(bytes, { params }).length;
}

function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

/** The files that the package's `exports` lead a browser's bundler to; the worker holds nothing that is not there. */
function entries(target) {
  if (typeof target === 'string') return /\.m?js$/.test(target) ? [target] : [];
  if (target === null || typeof target !== 'object') return [];
  if (Object.keys(target).some((key) => key.startsWith('.'))) {
    return Object.entries(target).flatMap(([key, value]) => (key === './worker' ? [] : entries(value)));
  }
  const condition = ['browser', 'import', 'default'].find((name) => name in target);
  return condition === undefined ? [] : entries(target[condition]);
}

/** Brotli size of every entry in one bundle; chunks that entries share count once. */
async function javascript(external) {
  const manifest = JSON.parse(readFileSync(join(dist, 'package.json'), 'utf8'));
  const built = await esbuild.build({
    entryPoints: [...new Set(entries(manifest.exports))].map((entry) => join(dist, entry)),
    outdir: 'out',
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: [...external, 'node:*'],
    nodePaths: [modules],
    legalComments: 'none',
    logLevel: 'error',
  });
  return built.outputFiles.reduce((sum, file) => sum + brotli(file.contents), 0);
}

const wasm = files(dist).filter((file) => file.endsWith('.wasm'));
const driver = await javascript(['bson']);
const today = {
  wasm: wasm.reduce((sum, file) => sum + brotli(readFileSync(file)), 0),
  driver,
  bson: (await javascript([])) - driver,
};
today.total = today.wasm + today.driver + today.bson;

let record;
try {
  record = JSON.parse(readFileSync(recordFile, 'utf8'));
} catch (error) {
  if (error.code !== 'ENOENT') throw error;
}

const rawWasm = wasm.reduce((sum, file) => sum + statSync(file).size, 0);
console.log(`brotli bytes       today     record   change   (wasm uncompressed: ${rawWasm})`);
if (isPrecompiled) console.log('built with the precompiled standard library: 2 % more is let through');
let failed = 0;
for (const [name, bytes] of Object.entries(today)) {
  const before = record?.brotli_bytes[name];
  const growth = before === undefined ? 0 : bytes / before - 1;
  const change = before === undefined ? 'new' : `${growth >= 0 ? '+' : ''}${(100 * growth).toFixed(2)} %`;
  const grew = name === 'total' && growth > GROWTH_MAX + (isPrecompiled ? PRECOMPILED_GROWTH : 0);
  failed += grew ? 1 : 0;
  console.log(
    `${name.padEnd(12)} ${String(bytes).padStart(11)} ${String(before ?? '-').padStart(10)} ${change.padStart(8)}${grew ? '   TOO LARGE' : ''}`,
  );
}
const share = ((100 * today.total) / TARGET_BYTES).toFixed(0);
console.log(`total is ${share} % of the ${TARGET_BYTES / 1000} KB that it is meant to stay under`);

if (process.argv.includes('--accept') && isPrecompiled) {
  failed = 1;
  console.log('not recorded: the record is of a build that compiles the standard library anew');
} else if (process.argv.includes('--accept')) {
  const kept = {
    what: 'Brotli size of what a user downloads; `cargo xtask test size` fails 1 % above the total.',
    brotli_bytes: today,
  };
  writeFileSync(recordFile, `${JSON.stringify(kept, null, 2)}\n`);
  console.log(`recorded in tests/size.json; say in CHANGELOG.md what the bytes are for`);
  failed = 0;
} else if (record === undefined) {
  failed = 1;
  console.log('tests/size.json is missing: make it with cargo xtask test size --accept');
} else if (failed > 0) {
  console.log('The package grew by more than 1 %. If the growth is worth it: cargo xtask test size --accept,');
  console.log('commit tests/size.json, and say in CHANGELOG.md what the bytes are for.');
}
console.log(`${1 - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
