// The page's fixed parts: buttons of the header, the drawer, the divider, dropped files, and keys that work everywhere.
import { byId, icon } from './dom.ts'
import type { History } from './history.ts'
import { menuButton } from './menu.ts'
import { currentTheme, onSystemTheme, toggleTheme } from './theme.ts'

export interface ChromeHost {
  run: () => void
  stop: () => void
  steps: () => void
  share: () => void
  example: (query: string) => void
  importFile: (file: File | null) => void
  history: History
  take: (text: string) => void
  focusEditor: () => void
  resetSamples: () => void
}

const panels = () => import('./panels.ts')

export function bindChrome(host: ChromeHost): void {
  for (const place of document.querySelectorAll<HTMLElement>('[data-icon]')) place.prepend(icon(place.dataset['icon'] ?? ''))
  const actions: Record<string, () => void> = {
    run: host.run,
    stop: host.stop,
    steps: host.steps,
    share: host.share,
    import: () => host.importFile(null),
    reset: host.resetSamples,
    examples: () => void panels().then(({ openExamples }) => openExamples(host.example)),
    history: () => void panels().then(({ openHistory }) => openHistory(host.history, host.take)),
    reference: () => void import('./reference-panel.ts').then(({ openReference }) => openReference()),
    help: () => void panels().then(({ openHelp }) => openHelp()),
    about: () => void panels().then(({ openAbout }) => openAbout(__VERSION__)),
    theme: () => {
      toggleTheme()
      themeIcon()
    },
    drawer: () => setDrawer(!document.body.classList.contains('drawer-open'))
  }
  for (const button of document.querySelectorAll<HTMLElement>('[data-action]')) {
    button.addEventListener('click', () => actions[button.dataset['action'] ?? '']?.())
  }
  const overflow = ['reference', 'import', 'share', 'history', 'theme', 'help', 'about'] as const
  const labels = { reference: 'Reference', import: 'Import a file', share: 'Copy a link', history: 'History', theme: 'Light or dark', help: 'Keys', about: 'About' }
  const icons = { reference: 'search', import: 'import', share: 'share', history: 'history', theme: 'sun', help: 'help', about: 'info' }
  menuButton(byId('overflow'), () => overflow.map((name) => ({ label: labels[name], icon: icons[name], run: () => actions[name]?.() })), 'More')
  byId('run-key').textContent = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘ ↵' : 'Ctrl ↵'
  themeIcon()
  onSystemTheme(themeIcon)
  bindKeys(host, actions)
  bindDrop(host)
  bindDivider()
  byId('scrim').addEventListener('click', () => setDrawer(false))
}

function themeIcon(): void {
  const button = byId('theme')
  button.querySelector('svg')?.remove()
  const isDark = currentTheme() === 'dark'
  button.prepend(icon(isDark ? 'sun' : 'moon'))
  button.setAttribute('aria-label', isDark ? 'Light theme' : 'Dark theme')
  button.title = isDark ? 'Light theme' : 'Dark theme'
}

/** Opens or closes the sidebar where it is a drawer. */
export function setDrawer(open: boolean): void {
  document.body.classList.toggle('drawer-open', open)
  byId('drawer-button').setAttribute('aria-expanded', String(open))
  if (open) byId('catalog').querySelector<HTMLElement>('button')?.focus()
}

function bindKeys(host: ChromeHost, actions: Record<string, () => void>): void {
  document.addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement
    const isTyping = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
    if (event.key === 'Escape' && document.body.classList.contains('drawer-open')) {
      setDrawer(false)
      byId('drawer-button').focus()
    } else if (event.key === '?' && !isTyping && !document.querySelector('dialog[open]')) actions['help']?.()
    else if ((event.ctrlKey || event.metaKey) && event.key === 'Enter' && !event.defaultPrevented && !document.querySelector('dialog[open]')) host.run()
    else if (event.altKey && event.code === 'Digit1') focusSidebar()
    else if (event.altKey && event.code === 'Digit2') host.focusEditor()
    else if (event.altKey && event.code === 'Digit3') focusResult()
    else return
    event.preventDefault()
  })
}

function focusSidebar(): void {
  if (getComputedStyle(byId('drawer-button')).display !== 'none') setDrawer(true)
  byId('catalog').querySelector<HTMLElement>('.collection')?.focus()
}

function focusResult(): void {
  const results = byId('results')
  const inner = results.querySelector<HTMLElement>('.table-wrap, [role=treeitem][tabindex="0"], pre[tabindex], .stages')
  ;(inner ?? results).focus()
}

/** A file dropped anywhere opens the import. */
function bindDrop(host: ChromeHost): void {
  let depth = 0
  const mark = (by: number) => {
    depth = Math.max(0, depth + by)
    document.body.classList.toggle('is-dropping', depth > 0)
  }
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
  document.addEventListener('dragenter', (event) => hasFiles(event) && mark(1))
  document.addEventListener('dragleave', (event) => hasFiles(event) && mark(-1))
  document.addEventListener('dragover', (event) => hasFiles(event) && event.preventDefault())
  document.addEventListener('drop', (event) => {
    depth = 0
    document.body.classList.remove('is-dropping')
    const file = event.dataTransfer?.files[0]
    if (!file || event.defaultPrevented) return
    event.preventDefault()
    if (!document.querySelector('dialog[open]')) host.importFile(file)
  })
}

const HEIGHT_KEY = 'tussock.editor-height'

/** The divider between editor and result: drag, or arrow keys. */
function bindDivider(): void {
  const divider = byId('divider')
  const pane = byId('editor-pane')
  const set = (height: number) => {
    const most = (pane.parentElement?.clientHeight ?? 800) - 160
    const px = Math.round(Math.max(120, Math.min(most, height)))
    pane.style.setProperty('--editor-height', `${px}px`)
    divider.setAttribute('aria-valuenow', String(px))
    localStorage.setItem(HEIGHT_KEY, String(px))
  }
  const stored = Number(localStorage.getItem(HEIGHT_KEY))
  if (stored > 0) set(stored)
  divider.addEventListener('pointerdown', (event) => {
    divider.setPointerCapture(event.pointerId)
    const from = event.clientY - pane.offsetHeight
    const move = (now: PointerEvent) => set(now.clientY - from)
    divider.addEventListener('pointermove', move)
    divider.addEventListener('pointerup', () => divider.removeEventListener('pointermove', move), { once: true })
  })
  divider.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowDown' ? 24 : event.key === 'ArrowUp' ? -24 : 0
    if (step === 0) return
    event.preventDefault()
    set(pane.offsetHeight + step)
  })
}
