// What browser tests share: a static file server and browsers without a screen.
//
//   const site = await serve({ '/': folder, '/tussock/': dist });   site.url, await site.close()
//   const site = await serveTussock({ '/': folder });               the same, plus /blank.html
//   const browser = await launch({ userDataDir });                  browser.page(url), .close(), .kill()
//
// `launch` starts the browser that TUSSOCK_BROWSER names: chromium (the default), firefox or webkit. Chromium is driven
// by Playwright, whose pages have all that Playwright's have; the others' pages can only be those of `serveTussock`
// and have `evaluate`, `exposeFunction`, `reload`, `title`, `close`, `process` and `problems`.
//
// A page that `serveTussock` serves as /blank.html has an import map, so that tests can write
// `await import('tussock')`, `import('tussock/engine')` and `import('bson')` inside
// `page.evaluate`. Nothing here reaches further than localhost.

import { createServer } from 'node:http';
import { readFile, stat } from 'node:fs/promises';
import { dirname, extname, join, normalize, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as chromium from './browsers/chromium.mjs';
import * as firefox from './browsers/firefox.mjs';
import { AGENT } from './browsers/home.mjs';
import * as webkit from './browsers/webkit.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));

/** The built package, as `cargo xtask build` leaves it (overridable by TUSSOCK_DIST). */
export const TUSSOCK_DIST = process.env.TUSSOCK_DIST ?? resolve(HERE, '../../dist/tussock');

/** The built playground (overridable by TUSSOCK_WWW_DIST). */
export const WWW_DIST = process.env.TUSSOCK_WWW_DIST ?? resolve(HERE, '../../www/dist');

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

/** An empty page with an import map, which can be driven in every browser. */
export function blankPage(imports) {
  const map = JSON.stringify({ imports });
  return `<!doctype html><meta charset="utf-8"><title>blank</title><link rel="icon" href="data:,"><script type="importmap">${map}</script>${AGENT}`;
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

const BROWSERS = { chromium, firefox, webkit };

/** The browser that the tests of this process run in. */
export const BROWSER = process.env.TUSSOCK_BROWSER ?? 'chromium';

/** Why a test is left out that asks Chromium for what the other browsers cannot be asked: an option of `test`. */
export const ONLY_CHROMIUM = { skip: BROWSER !== 'chromium' && `${BROWSER} cannot be told to` };

/**
 * Starts a browser of its own. Without `userDataDir` it gets a fresh profile, which `close` and `kill` remove; with it
 * the profile stays, for tests that start the browser again.
 */
export function launch(options = {}) {
  const browser = BROWSERS[BROWSER];
  if (browser === undefined) throw new Error(`TUSSOCK_BROWSER names no browser that is known: ${BROWSER}`);
  return browser.launch(options);
}

/** Whether a browser is there to be tested. */
export function isInstalled(name) {
  return BROWSERS[name].isInstalled();
}

/** Changes what IndexedDB holds behind the client's back. */
export function tamper(page, name, store, act) {
  return page.evaluate(
    async ([name, store, act]) => {
      const done = (request) =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const database = await done(indexedDB.open(name));
      const objects = database.transaction(store, 'readwrite').objectStore(store);
      const keys = await done(objects.getAllKeys());
      await new Function('objects', 'keys', 'done', `return (${act})(objects, keys, done)`)(objects, keys, done);
      database.close();
    },
    [name, store, String(act)],
  );
}

/** For {@link tamper} on the space `meta`: damages both manifests. The rows of owners, above, stay. */
export async function spoilManifests(objects, keys, done) {
  for (const key of keys.filter((key) => key < 2 ** 40)) {
    const bytes = await done(objects.get(key));
    bytes[bytes.length - 1] ^= 1;
    await done(objects.put(bytes, key));
  }
}
