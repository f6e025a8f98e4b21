// A fresh npm project in a temporary folder with the tarball installed in it.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DIST = resolve(import.meta.dirname, '../../dist');

/** The tarball as `cargo xtask build` leaves it (overridable by TUSSOCK_TARBALL). */
export async function tarball() {
  if (process.env.TUSSOCK_TARBALL) return process.env.TUSSOCK_TARBALL;
  const name = (await readdir(DIST)).find((name) => name.endsWith('.tgz'));
  if (name === undefined) throw new Error('dist/ has no tarball: run cargo xtask build');
  return join(DIST, name);
}

/** The versions that this folder's lock file pins, for projects that want the same. */
async function pinned(names) {
  const manifest = JSON.parse(await readFile(join(import.meta.dirname, 'package.json'), 'utf8'));
  return Object.fromEntries(names.map((name) => [name, manifest.devDependencies[name]]));
}

/**
 * Makes the project: `files` by their paths, the tarball and `packages` (of those that this
 * folder depends on) installed by npm. Give it to `remove` when done.
 */
export async function freshProject({ files, packages = [], type = 'module' }) {
  const folder = await mkdtemp(join(tmpdir(), 'tussock-project-'));
  const dependencies = { tussock: `file:${await tarball()}`, ...(await pinned(packages)) };
  const manifest = { name: 'fresh', private: true, type, dependencies };
  await write(folder, { 'package.json': JSON.stringify(manifest, null, 2), ...files });
  await inProject(folder, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund');
  return folder;
}

async function write(folder, files) {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

/** Runs a program in the project; fails with all that it printed. */
export async function inProject(folder, program, ...words) {
  try {
    const { stdout } = await run(program, words, { cwd: folder, maxBuffer: 1 << 24 });
    return stdout;
  } catch (error) {
    throw new Error(`${program} ${words.join(' ')}\n${error.stdout ?? ''}${error.stderr ?? ''}`);
  }
}

/** Runs a tool that the project has installed. */
export function tool(folder, name, ...words) {
  return inProject(folder, join(folder, 'node_modules', '.bin', name), ...words);
}

export function remove(folder) {
  return rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** The TypeScript examples of the project's readme, in order. */
export async function readmeExamples() {
  const readme = await readFile(resolve(import.meta.dirname, '../../README.md'), 'utf8');
  return [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]);
}
