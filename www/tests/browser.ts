// What the end-to-end tests share: the built page on localhost, and a headless Chromium with a profile.
import { createServer, type Server } from 'node:http'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, extname, join, normalize, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'

// This file runs from tests/out/js/tests.
const WWW = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..')
const DIST = process.env['TUSSOCK_WWW_DIST'] ?? join(WWW, 'dist')
const CHROMIUM = process.env['TUSSOCK_CHROMIUM'] ?? '/usr/bin/chromium'
const SHOTS = join(WWW, 'tests', 'out')

const TYPES: Record<string, string> = {
  '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm', '.ndjson': 'application/x-ndjson'
}

export interface Site {
  url: string
  close(): void
}

/** Serves the built page from a free port. */
export async function serve(): Promise<Site> {
  const server: Server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)
    const file = normalize(join(DIST, path.endsWith('/') ? `${path}index.html` : path))
    if (!file.startsWith(DIST + sep)) return void response.writeHead(404).end()
    readFile(file).then(
      (body) => response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(body),
      () => response.writeHead(404).end()
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections()
      server.close()
    }
  }
}

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'
]

export interface Browser {
  context: BrowserContext
  page: Page
  /** Errors that the page threw or logged. */
  problems: string[]
  /** Requests that left the page's own host. */
  strangers: string[]
  close(): Promise<void>
}

export const newProfile = (): string => mkdtempSync(join(tmpdir(), 'tussock-playground-'))
export const removeProfile = (profile: string): void => rmSync(profile, { recursive: true, force: true, maxRetries: 5 })

/** Opens the page in a browser that keeps its data in `profile`. */
export async function open(url: string, profile: string, options: BrowserContextOptions = {}): Promise<Browser> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: FLAGS,
    viewport: { width: 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options
  })
  context.setDefaultTimeout(20_000)
  const problems: string[] = []
  const strangers: string[] = []
  const watch = (page: Page) => {
    page.on('pageerror', (error) => problems.push(String(error.stack ?? error)))
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  }
  context.on('page', watch)
  context.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).hostname !== 'localhost') strangers.push(request.url())
  })
  const page = context.pages()[0] ?? (await context.newPage())
  watch(page)
  await page.goto(url)
  return { context, page, problems, strangers, close: () => context.close() }
}

/** Keeps a picture for people to look at. */
export async function shot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true })
  await page.screenshot({ path: join(SHOTS, `${name}.png`) })
}

/** Puts text into the editor in place of what is there. */
export async function type(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(text)
  await page.keyboard.press('Escape')
}

/** Runs the text and waits until the result is there. */
export async function run(page: Page, text: string): Promise<void> {
  await type(page, text)
  await page.keyboard.press('Control+Enter')
  await settled(page)
}

/** Waits until nothing runs and the panel shows a result. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const results = document.getElementById('results')
    return !document.body.classList.contains('is-running') && results?.getAttribute('aria-busy') === null && results.querySelector('.result-head, .empty') !== null
  })
}

/** The result's text in the shell's notation. */
export async function resultText(page: Page): Promise<string> {
  const json = page.getByRole('button', { name: 'JSON' })
  if (await json.isVisible()) await json.click()
  return (await page.locator('.result-body').innerText()).trim()
}
