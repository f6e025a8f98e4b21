// Bundles each adapter for the page, and weighs what a user's bundler would ship (W16).

import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const HERE = dirname(fileURLToPath(import.meta.url));
const MODULES = join(HERE, 'node_modules');

/** Copies the built package where `npm install` would put it. */
export async function installTussock(folder) {
  const target = join(MODULES, 'tussock');
  if (!existsSync(join(folder, 'package.json'))) {
    throw new Error(`there is no package in ${folder}: run cargo xtask build first, or leave Tussock out with --peers`);
  }
  await rm(target, { recursive: true, force: true });
  await cp(folder, target, { recursive: true, filter: (path) => basename(path) !== 'node_modules' });
  const { dependencies = {} } = JSON.parse(await readFile(join(target, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    if (!existsSync(join(MODULES, name))) throw new Error(`tussock depends on ${name}, which tests/bench does not install`);
  }
}

function common(outfile) {
  return {
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'error',
    outfile,
    metafile: true,
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    loader: { '.wasm': 'file' },
    external: ['node:*'],
    assetNames: '[name]',
  };
}

/**
 * The files a bundle names with `new URL(name, import.meta.url)`, which esbuild leaves as it is:
 * name beside the bundle -> file.
 */
async function assetsOf(peer, metafile) {
  const named = new Map(peer.assets.map((asset) => [basename(asset), join(MODULES, peer.package, asset)]));
  if (!peer.ours) return named;
  for (const input of Object.keys(metafile.inputs)) {
    if (!input.includes('node_modules/tussock/')) continue;
    const path = join(HERE, input);
    for (const [, asset] of (await readFile(path, 'utf8')).matchAll(/new URL\(\s*['"]([^'"]+)['"]\s*,\s*import\.meta\.url/g)) {
      const file = join(dirname(path), asset);
      if (existsSync(file)) named.set(asset, file);
    }
  }
  return named;
}

/** Writes `folder/PEER/{page.js, index.html, assets}`; readable, so that profiles name functions. */
export async function bundlePeer(peer, folder) {
  const out = join(folder, peer.name);
  await mkdir(out, { recursive: true });
  const { metafile } = await build({
    ...common(join(out, 'page.js')),
    absWorkingDir: HERE,
    stdin: {
      contents: `import { adapter } from './${peer.folder ?? 'adapters'}/${peer.adapter}.js'; import { expose } from './${peer.page ?? 'page/main.js'}'; expose(adapter);`,
      resolveDir: HERE,
    },
  });
  if (peer.worker) {
    await build({
      ...common(join(out, `${peer.worker}.js`)),
      absWorkingDir: HERE,
      entryPoints: [join(HERE, 'adapters', `${peer.worker}.js`)],
    });
  }
  for (const [asset, file] of await assetsOf(peer, metafile)) await cp(file, join(out, asset));
  await writeFile(
    join(out, 'index.html'),
    '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="page.js"></script>',
  );
}

/** Bytes of what ships: the minified bundle of the adapter, its worker, wasm and data files. */
export async function weigh(peer) {
  const options = { ...common(join(HERE, 'out', 'weigh.js')), absWorkingDir: HERE, minify: true, write: false };
  const shipped = [];
  const entries = [peer.adapter, ...(peer.worker ? [peer.worker] : [])];
  for (const entry of entries) {
    const { outputFiles, metafile } = await build({ ...options, entryPoints: [join(HERE, 'adapters', `${entry}.js`)] });
    shipped.push(...outputFiles.map((file) => Buffer.from(file.contents)));
    if (entry === peer.adapter) {
      const files = new Set((await assetsOf(peer, metafile)).values());
      for (const file of files) shipped.push(await readFile(file));
    }
  }
  const brotli = (bytes) => brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  const total = (size) => shipped.reduce((sum, bytes) => sum + size(bytes), 0);
  return {
    minified: total((bytes) => bytes.length),
    gzip: total((bytes) => gzipSync(bytes, { level: 9 }).length),
    brotli: total((bytes) => brotli(bytes).length),
  };
}

/** The version of an installed package. */
export async function versionOf(name) {
  return JSON.parse(await readFile(join(MODULES, name, 'package.json'), 'utf8')).version;
}
