// WebKitGTK's MiniBrowser, on a screen that nobody sees. Its driver would start it without a profile that lasts.

import { spawn } from 'node:child_process';
import { access, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { launchHoming } from './homing.mjs';

/** The browser to start (overridable by TUSSOCK_MINIBROWSER). */
const MINIBROWSER = process.env.TUSSOCK_MINIBROWSER ?? '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';

const isThere = (file) => access(file).then(() => true, () => false);

export async function isInstalled() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const screens = await Promise.all(folders.map((folder) => isThere(join(folder, 'Xvfb'))));
  return screens.includes(true) && (await isThere(MINIBROWSER));
}

let screen = null;

/** An X server for all browsers of this process. */
function display() {
  screen ??= new Promise((resolve, reject) => {
    const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}`)));
    server.stdio[3].once('data', (number) => {
      // It must not keep the tests from ending.
      server.unref();
      server.stdio[3].unref();
      resolve(`:${String(number).trim()}`);
    });
    process.on('exit', () => server.kill());
  });
  return screen;
}

export async function launch({ userDataDir } = {}) {
  const profile = userDataDir ?? (await mkdtemp(join(tmpdir(), 'tussock-webkit-')));
  const folders = { HOME: 'home', XDG_DATA_HOME: 'data', XDG_CACHE_HOME: 'cache', XDG_CONFIG_HOME: 'config', XDG_RUNTIME_DIR: 'run' };
  const environment = Object.fromEntries(Object.entries(folders).map(([name, folder]) => [name, join(profile, folder)]));
  for (const folder of Object.values(environment)) await mkdir(folder, { recursive: true, mode: 0o700 });
  return launchHoming({
    profile,
    isKept: userDataDir !== undefined,
    command: async (url) => ({
      program: MINIBROWSER,
      parameters: ['--javascript-can-open-windows-automatically=true', url],
      environment: {
        ...environment,
        DISPLAY: await display(),
        NO_AT_BRIDGE: '1',
        WEBKIT_DISABLE_COMPOSITING_MODE: '1',
        WEBKIT_DISABLE_DMABUF_RENDERER: '1',
      },
    }),
  });
}
