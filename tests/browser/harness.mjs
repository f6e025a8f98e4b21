// What browser tests share: a static file server and a headless Chromium.
//
//   const site = await serve({ '/': folder, '/tussock/': dist });   site.url, await site.close()
//   const site = await serveTussock({ '/': folder });               the same, plus /blank.html
//   const chromium = await launch({ userDataDir });                 chromium.page(url), .close(), .kill()
//
// A page that `serveTussock` serves as /blank.html has an import map, so that tests can write
// `await import('tussock')`, `import('tussock/engine')` and `import('bson')` inside
// `page.evaluate`. Nothing here reaches further than localhost.

import { createServer } from 'node:http';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join, normalize, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium as playwright } from 'playwright-core';

const HERE = dirname(fileURLToPath(import.meta.url));

/** The built package, as `cargo xtask build` leaves it (overridable by TUSSOCK_DIST). */
export const TUSSOCK_DIST = process.env.TUSSOCK_DIST ?? resolve(HERE, '../../dist/tussock');

/** The built playground (overridable by TUSSOCK_WWW_DIST). */
export const WWW_DIST = process.env.TUSSOCK_WWW_DIST ?? resolve(HERE, '../../www/dist');

/** The browser to start (overridable by TUSSOCK_CHROMIUM). */
export const CHROMIUM = process.env.TUSSOCK_CHROMIUM ?? '/usr/bin/chromium';

/** Chromium without a screen, without a sandbox (root has none) and without traffic of its own. */
export const CHROMIUM_FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

const MEDIA_TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/**
 * Serves folders on a free port of localhost.
 *
 * `routes` maps path prefixes that end in '/' to folders, and exact paths to the text of a page
 * (`{ html: '...' }`) or of a script (`{ js: '...' }`). The longest matching prefix wins.
 * `headers` are added to every answer (cross-origin isolation, for instance).
 */
export async function serve(routes, { port = 0, headers = {} } = {}) {
  const server = createServer((request, response) => {
    answer(routes, request.url ?? '/').then(
      ({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', ...headers });
        response.end(request.method === 'HEAD' ? undefined : body);
      },
      (error) => {
        response.writeHead(500, { 'content-type': 'text/plain' });
        response.end(String(error));
      },
    );
  });
  await new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', done);
  });
  return {
    /** Without a slash at the end. A secure context: Web Locks and the like are there. */
    url: `http://localhost:${server.address().port}`,
    close() {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

async function answer(routes, target) {
  const path = decodeURIComponent(new URL(target, 'http://localhost').pathname);
  const text = routes[path];
  if (text?.html !== undefined) return { status: 200, type: MEDIA_TYPES['.html'], body: text.html };
  if (text?.js !== undefined) return { status: 200, type: MEDIA_TYPES['.js'], body: text.js };
  const prefix = Object.keys(routes)
    .filter((prefix) => prefix.endsWith('/') && path.startsWith(prefix))
    .sort((one, two) => two.length - one.length)
    .find((prefix) => typeof routes[prefix] === 'string');
  if (prefix !== undefined) {
    const folder = resolve(routes[prefix]);
    let file = normalize(join(folder, path.slice(prefix.length)));
    if (file === folder || file.startsWith(folder + sep)) {
      try {
        if ((await stat(file)).isDirectory()) file = join(file, 'index.html');
        const type = MEDIA_TYPES[extname(file)] ?? 'application/octet-stream';
        return { status: 200, type, body: await readFile(file) };
      } catch (error) {
        if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
      }
    }
  }
  return { status: 404, type: 'text/plain', body: `no such file: ${path}\n` };
}

/**
 * Serves the built package as an unbundled page would load it, and an empty page
 * `/blank.html` whose import map resolves `tussock`, `tussock/*` and `bson`.
 */
export async function serveTussock(routes = {}, options = {}) {
  return serve(
    {
      '/tussock/': TUSSOCK_DIST,
      '/bson/': join(HERE, 'node_modules', 'bson'),
      '/blank.html': { html: blankPage(await importMap()) },
      ...routes,
    },
    options,
  );
}

/** An empty page with an import map. */
export function blankPage(imports) {
  const map = JSON.stringify({ imports });
  return `<!doctype html><meta charset="utf-8"><title>blank</title><link rel="icon" href="data:,"><script type="importmap">${map}</script>`;
}

/** The import map that the package's own `exports` amount to, for pages of `serveTussock`. */
export async function importMap() {
  const manifest = JSON.parse(await readFile(join(TUSSOCK_DIST, 'package.json'), 'utf8'));
  const imports = { bson: '/bson/lib/bson.mjs' };
  for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
    const file = browserTarget(target);
    if (file?.endsWith('js')) imports[entry.replace('.', 'tussock')] = file.replace('.', '/tussock');
  }
  return imports;
}

function browserTarget(target) {
  if (typeof target !== 'object' || target === null) return target;
  for (const condition of ['browser', 'import', 'default']) {
    if (target[condition] !== undefined) return browserTarget(target[condition]);
  }
  return undefined;
}

/**
 * Starts a headless Chromium of its own. Without `userDataDir` it gets a fresh profile, which
 * `close` and `kill` remove; with it the profile stays, for tests that start the browser again.
 */
export async function launch({ userDataDir, args = [], viewport, ...more } = {}) {
  const profile = userDataDir ?? (await mkdtemp(join(tmpdir(), 'tussock-chromium-')));
  const context = await playwright.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    chromiumSandbox: false,
    args: [...CHROMIUM_FLAGS, ...args],
    viewport: viewport ?? { width: 1280, height: 800 },
    ...more,
  });
  const cleanUp = async () => {
    if (userDataDir === undefined) await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return {
    /** Playwright's BrowserContext, for all that is not here. */
    context,

    profile,

    /** Opens a page. `page.problems` collects uncaught errors and console errors. */
    async page(url = 'about:blank') {
      const page = await context.newPage();
      page.problems = [];
      page.on('pageerror', (error) => page.problems.push(String(error.stack ?? error)));
      page.on('console', (message) => {
        if (message.type() === 'error') page.problems.push(message.text());
      });
      await page.goto(url);
      return page;
    },

    /** Ends the browser as a user would. */
    async close() {
      await context.close();
      await cleanUp();
    },

    /** Ends the browser as a crash would: at once, nothing flushed. Only processes of this profile. */
    async kill() {
      const gone = new Promise((done) => context.once('close', done));
      for (const pid of await browserProcesses(profile)) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It was gone already.
        }
      }
      await gone;
      await cleanUp();
    },
  };
}

/** The ids of the browser processes that were started with this profile. */
async function browserProcesses(profile) {
  const { readdir } = await import('node:fs/promises');
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = [];
  for (const id of ids) {
    const words = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
    if (words.includes(`--user-data-dir=${profile}`)) found.push(Number(id));
  }
  return found;
}
