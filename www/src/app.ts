// Puts the page together: the database, a shell session, the editor, the sidebar and the results.
import { fieldsOf, type FieldInfo } from './data/catalog.ts'
import { download, toFile } from './data/export.ts'
import { findPipeline, readPipeline } from './data/pipeline.ts'
import { forgetSamples, loadSamples, SAMPLES_DB, samplesState } from './data/samples.ts'
import { fromFragment, toFragment } from './data/share.ts'
import { isDead, obstacleOf, openClient, type Client } from './client.ts'
import type { Driver } from './shell/driver.ts'
import { Session, type Outcome } from './shell/session.ts'
import { confirmDialog } from './ui/dialog.ts'
import { byId, count, duration, h, plural } from './ui/dom.ts'
import { DurabilityNote } from './ui/durability.ts'
import type { Editor } from './ui/editor.ts'
import { errorView, positionOf } from './ui/error-view.ts'
import { WELCOME } from './ui/examples.ts'
import { showGate } from './ui/gate.ts'
import { History } from './ui/history.ts'
import { Results } from './ui/results.ts'
import { Sidebar } from './ui/sidebar.ts'
import { announce, progress, toast } from './ui/status.ts'
import { bindChrome, setDrawer } from './ui/chrome.ts'

const TEXT_KEY = 'tussock.text'
const DB_KEY = 'tussock.db'
/** Tabs tell each other here that the catalog may have changed; one at a time loads the samples. */
const CHANNEL = 'tussock-playground'

/** Writes and what else may change what the sidebar shows. */
const MAY_CHANGE = /insert|update|delete|remove|replace|bulkWrite|create|drop|rename|\$out|\$merge|findAndModify|findOneAnd|runCommand|adminCommand|ensureIndex|\buse\b/

export class App {
  private client: Client | null = null
  private editor: Editor | null = null
  private running: AbortController | null = null
  private readonly durability = new DurabilityNote(() => this.client)
  private readonly otherTabs = new BroadcastChannel(CHANNEL)
  private readonly history = new History()
  private readonly fieldCache = new Map<string, Promise<FieldInfo[]>>()
  readonly session = new Session(() => this.driver(), localStorage.getItem(DB_KEY) ?? SAMPLES_DB, (name) => this.onUse(name))
  private readonly sidebar = new Sidebar({
    driver: () => this.driver(),
    currentDb: () => this.session.db.name,
    use: (name) => this.session.use(name),
    run: (statement) => void this.propose(statement),
    importInto: (database, collection) => void this.openImport(database, collection, null),
    exportAll: (database, collection) => void this.exportAll(database, collection),
    resetSamples: () => void this.resetSamples(),
    onDropDatabase: (name) => void (name === SAMPLES_DB && forgetSamples())
  })
  private readonly results = new Results({
    session: () => this.session,
    goTo: (offset) => this.editor?.goTo(offset),
    propose: (text) => void this.propose(text)
  })

  private driver(): Driver {
    if (!this.client) throw new Error('The database is not open.')
    return this.client.driver
  }

  async start(): Promise<void> {
    bindChrome({
      run: () => void this.runEditor(),
      stop: () => this.running?.abort(),
      steps: () => void this.runSteps(),
      share: () => void this.share(),
      example: (query) => void this.example(query),
      importFile: (file) => void this.openImport(this.session.db.name, null, file),
      history: this.history,
      take: (text) => this.take(text),
      focusEditor: () => this.editor?.focus(),
      resetSamples: () => void this.resetSamples()
    })
    this.showDatabase()
    const shared = await fromFragment(location.hash)
    if (shared?.database) this.session.use(shared.database)
    const text = shared?.query ?? localStorage.getItem(TEXT_KEY) ?? WELCOME
    const editing = this.openEditor(text)
    const isOpen = await this.open(new URLSearchParams(location.search).has('memory'))
    await editing
    if (!isOpen) return
    // A link's query waits for the user: it may write.
    if (shared) this.hintShared()
    else if (localStorage.getItem(TEXT_KEY) === null) await this.runEditor()
    addEventListener('hashchange', () => void this.onFragment())
  }

  private async openEditor(text: string): Promise<void> {
    const [{ Editor }, { LANGUAGE }] = await Promise.all([import('./ui/editor.ts'), import('./language/index.ts')])
    const host = byId('editor')
    host.replaceChildren()
    this.editor = new Editor(host, text, {
      run: (code, offset) => void this.run(code, offset),
      previous: () => this.stepHistory(-1),
      next: () => this.stepHistory(1),
      changed: (code) => localStorage.setItem(TEXT_KEY, code),
      moved: () => this.lookForPipeline(),
      completion: {
        collections: () => (this.sidebar.catalog.get(this.session.db.name) ?? []).map(({ name }) => name),
        databases: () => [...this.sidebar.catalog.keys()],
        fields: (collection) => this.fields(collection),
        variables: () => this.session.variables(),
        language: LANGUAGE
      }
    })
    this.lookForPipeline()
    if (matchMedia('(min-width: 800px)').matches) this.editor.focus()
  }

  /** The button for stages is there where a pipeline is. */
  private lookForPipeline(): void {
    const editor = this.editor
    byId('steps-button').hidden = editor === null || findPipeline(editor.text, editor.cursor) === null
  }

  private async runSteps(): Promise<void> {
    const call = this.editor && findPipeline(this.editor.text, this.editor.cursor)
    if (!call || !this.client) return
    const { showSteps } = await import('./ui/steps-view.ts')
    try {
      await showSteps(await readPipeline(this.session, call), () => this.driver())
    } catch (error) {
      byId('results').replaceChildren(errorView(error, '', () => undefined))
    }
  }

  /** Opens the database; on failure a panel says why, with a button that tries again. */
  private async open(temporary: boolean): Promise<boolean> {
    const bar = progress('Opening the database …')
    try {
      this.client = await openClient(temporary)
      this.durability.follow(this.client)
      await navigator.locks.request(CHANNEL, () => this.ensureSamples())
      await this.sidebar.refresh()
      this.otherTabs.onmessage = () => void this.catalogChanged().catch((error: unknown) => this.failed(error))
      return true
    } catch (error) {
      this.gate(error)
      return false
    } finally {
      bar.end()
    }
  }

  private gate(error: unknown): void {
    const obstacle = obstacleOf(error)
    byId('catalog').replaceChildren(h('p.nothing', {}, 'The database is not open.'))
    showGate(obstacle, {
      retry: async () => {
        // An engine that broke down leaves its WebAssembly instance behind: the page starts afresh.
        if (obstacle.kind === 'dead') return location.reload()
        await this.client?.close().catch(() => undefined)
        this.client = null
        if (await this.open(false)) announce('The database is open.')
      },
      temporary: async () => void (await this.open(true))
    })
  }

  private async ensureSamples(): Promise<void> {
    const state = this.client?.isTemporary ? 'absent' : await samplesState(this.driver())
    if (state === 'present') {
      if (this.client?.loss) toast(this.client.loss, 'error')
      return
    }
    if (state === 'gone') toast('The browser has removed the stored database. The sample data is loaded anew; your own collections are gone.', 'error')
    await this.loadSamples()
  }

  private async loadSamples(): Promise<void> {
    const start = performance.now()
    const bar = progress('Loading the sample data …')
    let total = 0
    try {
      await loadSamples(this.driver(), (now) => {
        total = now.total
        bar.update(now.documents, now.total, `Loading the sample data: ${now.collection}, ${count(now.documents)} of ${count(now.total)} documents`)
      })
      toast(`${plural(total, 'document')} loaded in ${duration(performance.now() - start)}.`)
    } finally {
      bar.end()
    }
  }

  private async resetSamples(): Promise<void> {
    const text = 'The sample collections are loaded anew: what you changed in them is lost. Your own collections stay.'
    if (!(await confirmDialog('Reset the sample data?', text, 'Reset'))) return
    try {
      await this.loadSamples()
    } catch (error) {
      this.failed(error)
    }
    await this.catalogChanged(true)
  }

  /** Reads the catalog anew; other tabs do so when the change was made here. */
  private async catalogChanged(here = false): Promise<void> {
    this.fieldCache.clear()
    if (here) this.otherTabs.postMessage('changed')
    await this.sidebar.refresh()
  }

  private onUse(name: string): void {
    localStorage.setItem(DB_KEY, name)
    this.sidebar.use(name)
    this.showDatabase()
  }

  private showDatabase(): void {
    byId('current-db').textContent = this.session.db.name
  }

  /** Samples of a collection's fields, read once until something is written. */
  private fields(collection: string): Promise<FieldInfo[]> {
    const id = `${this.session.db.name}.${collection}`
    let found = this.fieldCache.get(id)
    if (!found) {
      found = fieldsOf(this.driver(), this.session.db.name, collection).catch(() => [])
      this.fieldCache.set(id, found)
    }
    return found
  }

  private async runEditor(): Promise<void> {
    if (this.editor) await this.run(this.editor.text, 0)
  }

  /** Puts text into the editor; undo and the history bring back what was there. */
  private take(text: string): void {
    if (!this.editor) return
    this.history.add(this.editor.text, this.session.db.name)
    this.editor.text = text
    if (!document.body.classList.contains('drawer-open')) return
    setDrawer(false)
    byId('results').focus()
  }

  private async propose(text: string): Promise<void> {
    this.take(text)
    await this.runEditor()
  }

  private async example(query: string): Promise<void> {
    if (this.session.db.name !== SAMPLES_DB) this.session.use(SAMPLES_DB)
    await this.propose(query)
    this.editor?.focus()
  }

  private stepHistory(by: -1 | 1): void {
    const text = this.editor && this.history.step(by, this.editor.text)
    if (this.editor && text !== null) this.editor.text = text
  }

  /** Runs code that stands at `offset` of the editor's text. */
  private async run(code: string, offset: number): Promise<void> {
    if (this.running || !this.client || code.trim() === '') return
    this.running = new AbortController()
    document.body.classList.add('is-running')
    this.editor?.fault(null)
    this.history.add(code, this.session.db.name)
    this.results.begin()
    let outcomes: Outcome[] = []
    try {
      outcomes = await this.session.run(code, {
        signal: this.running.signal,
        onOutcome: (outcome) => this.results.add(outcome, code)
      })
    } finally {
      this.running = null
      document.body.classList.remove('is-running')
      this.results.end()
    }
    await this.afterRun(code, offset, outcomes.at(-1))
  }

  private async afterRun(code: string, offset: number, last: Outcome | undefined): Promise<void> {
    if (last?.kind === 'error') {
      const position = positionOf(last.error)
      if (position !== null) this.editor?.fault(offset + position)
      if (isDead(last.error)) return this.gate(last.error)
    }
    if (!MAY_CHANGE.test(code)) return
    try {
      await this.catalogChanged(true)
      // Everything was dropped on purpose: the next visit must not take that for a loss.
      if ([...this.sidebar.catalog.values()].every((collections) => collections.length === 0)) forgetSamples()
    } catch (error) {
      this.failed(error)
    }
  }

  private failed(error: unknown): void {
    if (isDead(error)) this.gate(error)
    else toast(error instanceof Error ? error.message : String(error), 'error')
  }

  private async share(): Promise<void> {
    if (!this.editor) return
    const fragment = await toFragment(this.editor.text, this.session.db.name)
    window.history.replaceState(null, '', fragment)
    try {
      await navigator.clipboard.writeText(location.href)
      toast('Link copied. The query is in the link itself; no server keeps it.')
    } catch {
      toast('The link is in the address bar.')
    }
  }

  private async onFragment(): Promise<void> {
    const shared = await fromFragment(location.hash)
    if (!shared) return
    if (shared.database) this.session.use(shared.database)
    this.take(shared.query)
    this.hintShared()
  }

  private hintShared(): void {
    byId('results').replaceChildren(h('div.empty', {}, 'This query came with the link. Read it, then press Run.'))
  }

  private async openImport(database: string, collection: string | null, file: File | null): Promise<void> {
    const { openImport } = await import('./ui/import-dialog.ts')
    const onDone = () => void this.catalogChanged(true)
    openImport({ driver: this.driver(), database, collection, onDone }, file)
  }

  private async exportAll(database: string, collection: string): Promise<void> {
    try {
      const documents = await this.driver().db(database).collection(collection).find({}).toArray()
      download(`${collection}.ndjson`, toFile(documents, 'ndjson', 'canonical'))
      toast(`Saved ${plural(documents.length, 'document')}.`)
    } catch (error) {
      this.failed(error)
    }
  }
}
