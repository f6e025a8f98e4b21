// The results: one tab per statement that gave something, each in three views and with its plan.
import { isPlan, readPlan, suggestIndex, type Plan } from '../data/plan.ts'
import { keyOf, collectionExpression } from '../data/catalog.ts'
import { COLLECTION_METHODS } from '../shell/collection.ts'
import type { Doc } from '../shell/driver.ts'
import type { Style } from '../shell/format.ts'
import { formatValue, partsOf, shellText } from '../shell/format.ts'
import type { Outcome, Session } from '../shell/session.ts'
import { isDocument } from '../shell/values.ts'
import { byId, count, duration, h, icon, iconButton, plural } from './dom.ts'
import { errorView } from './error-view.ts'
import { exportMenu } from './export-menu.ts'
import { jsonView } from './json-view.ts'
import { planBadge, planView, type Advice } from './plan-view.ts'
import { announce, toast } from './status.ts'
import { tableView } from './table-view.ts'
import { documentsTree, treeView } from './tree-view.ts'

type View = 'table' | 'tree' | 'json' | 'plan'

/** One outcome on the screen, with what was added since. */
interface Entry {
  outcome: Outcome
  text: string
  documents: unknown[] | null
  hasMore: boolean
  plan: { plan: Plan; answer: Doc } | 'loading' | 'failed' | null
}

/** Queries that took longer than this are explained only when asked. */
const EXPLAIN_MS_MAX = 250

const VIEWS: { view: View; label: string; icon: string }[] = [
  { view: 'table', label: 'Table', icon: 'table' },
  { view: 'tree', label: 'Tree', icon: 'tree' },
  { view: 'json', label: 'JSON', icon: 'braces' },
  { view: 'plan', label: 'Plan', icon: 'plan' }
]

export interface ResultsHost {
  session: () => Session
  goTo: (offset: number) => void
  /** Puts a statement into the editor and runs it. */
  propose: (text: string) => void
}

export class Results {
  private entries: Entry[] = []
  private current = 0
  private view: View = (localStorage.getItem('tussock.view') as View | null) ?? 'table'
  private style: Style = (localStorage.getItem('tussock.style') as Style | null) ?? 'shell'
  private readonly root = byId('results')

  constructor(private readonly host: ResultsHost) {}

  /** Empties the panel: a run has begun. */
  begin(): void {
    this.entries = []
    this.current = 0
    this.root.replaceChildren(h('div.empty.running', {}, h('span.spinner'), 'Running …'))
    this.root.setAttribute('aria-busy', 'true')
  }

  /** Shows an outcome; the last that gave something is in front. */
  add(outcome: Outcome, text: string): void {
    if (outcome.kind === 'none' && outcome.printed.length === 0) return
    this.entries.push(entryOf(outcome, text))
    this.current = this.entries.length - 1
  }

  /** The run has ended: draws, and says what came out. */
  end(): void {
    this.root.removeAttribute('aria-busy')
    this.draw()
    const entry = this.entry()
    announce(entry ? this.summary(entry) : 'Done, nothing to show.')
    if (entry) void this.explain(entry, false)
  }

  private entry(): Entry | undefined {
    return this.entries[this.current]
  }

  private summary({ outcome, documents, hasMore }: Entry): string {
    if (outcome.kind === 'error') return 'Error'
    if (documents) return `${plural(documents.length, 'document')}${hasMore ? ', more to come' : ''}`
    if (outcome.kind === 'value' && Array.isArray(outcome.value)) return plural(outcome.value.length, 'element')
    if (outcome.kind === 'value' && isPlan(outcome.value)) return 'Explained'
    return outcome.kind === 'table' ? plural(outcome.rows.length, 'row') : 'Done'
  }

  private draw(): void {
    const entry = this.entry()
    if (!entry) {
      this.root.replaceChildren(h('div.empty', {}, 'Done. Nothing to show.'))
      return
    }
    const { outcome } = entry
    const body = h('div.result-body', {}, this.printed(outcome), this.body(entry))
    this.root.replaceChildren(...[this.tabs(), this.head(entry), body, this.foot(entry)].filter((part) => part !== null))
    this.root.querySelector('.result-tab[aria-selected=true]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }

  private tabs(): HTMLElement | null {
    if (this.entries.length < 2) return null
    const tabs = this.entries.map((entry, index) => {
      const source = entry.text.slice(entry.outcome.from, entry.outcome.to).replace(/\s+/g, ' ')
      const show = () => {
        this.current = index
        this.draw()
        this.root.querySelector<HTMLElement>('.result-tab[aria-selected=true]')?.focus()
        void this.explain(entry, false)
      }
      const selected = index === this.current
      const kind = entry.outcome.kind === 'error' ? 'error' : ''
      return h(
        'button.result-tab',
        { type: 'button', role: 'tab', 'aria-selected': String(selected), tabindex: selected ? 0 : -1, class: kind, title: source.slice(0, 300), onclick: show },
        h('span.result-number', {}, String(index + 1)),
        outline(source)
      )
    })
    const list = h('div.result-tabs', { role: 'tablist', 'aria-label': 'Statements' }, ...tabs)
    list.addEventListener('keydown', (event) => {
      const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
      if (step !== 0) tabs[(this.current + step + tabs.length) % tabs.length]?.click()
    })
    return list
  }

  private head(entry: Entry): HTMLElement {
    const { outcome, plan } = entry
    const badge = plan !== null && typeof plan === 'object' ? planBadge(plan.plan) : null
    const badgeButton = badge && h('button.badge-button', { type: 'button', title: 'Show the plan', onclick: () => this.show('plan') }, badge)
    const explain =
      outcome.kind === 'page' && plan === null && outcome.cursor.source.canRunTwice
        ? h('button.link', { type: 'button', onclick: () => void this.explain(entry, true) }, 'Explain')
        : null
    const views = this.viewsFor(entry)
    const active = this.activeView(entry)
    const buttons = VIEWS.filter(({ view }) => views.includes(view)).map(({ view, label, icon: name }) =>
      h('button.segment', { type: 'button', 'aria-pressed': String(view === active), title: label, onclick: () => this.show(view) }, icon(name), h('span', {}, label))
    )
    return h(
      'div.result-head',
      {},
      h('div.result-summary', {}, h('strong', {}, this.summary(entry)), h('span.dim', {}, duration(outcome.elapsedMs)), badgeButton, explain),
      buttons.length > 1 ? h('div.segments', { role: 'group', 'aria-label': 'View' }, ...buttons) : null,
      this.tools(entry)
    )
  }

  private tools(entry: Entry): HTMLElement | null {
    if (this.viewsFor(entry).length === 0) return null
    const styles: [Style, string][] = [['shell', 'Shell'], ['relaxed', 'Extended JSON'], ['canonical', 'Canonical']]
    const select = h('select.small', { 'aria-label': 'Notation' }, ...styles.map(([value, label]) => h('option', { value, selected: value === this.style }, label)))
    select.addEventListener('change', () => {
      this.style = select.value as Style
      localStorage.setItem('tussock.style', this.style)
      this.draw()
    })
    return h(
      'div.result-tools',
      {},
      this.activeView(entry) === 'json' ? select : null,
      iconButton('copy', 'Copy', () => void this.copy(entry)),
      exportMenu(() => this.all(entry), () => this.style)
    )
  }

  private async copy(entry: Entry): Promise<void> {
    const value = entry.documents ?? (entry.outcome.kind === 'value' ? entry.outcome.value : entry.outcome.kind === 'table' ? entry.outcome.rows : null)
    await navigator.clipboard.writeText(formatValue(value, this.style))
    toast('Copied.')
  }

  /** Every document of the result, for export: a cursor runs once more from its start. */
  private async all({ outcome, documents, hasMore }: Entry): Promise<unknown[]> {
    if (outcome.kind === 'page' && hasMore && outcome.cursor.source.canRunTwice && outcome.cursor.transforms.length === 0) {
      return outcome.cursor.source.open(outcome.cursor.options).toArray()
    }
    if (documents) return documents
    if (outcome.kind === 'table') return outcome.rows
    return outcome.kind === 'value' ? (Array.isArray(outcome.value) ? outcome.value : [outcome.value]) : []
  }

  private viewsFor({ outcome, documents, plan }: Entry): View[] {
    const planned: View[] = plan !== null && typeof plan === 'object' ? ['plan'] : []
    if (documents) return ['table', 'tree', 'json', ...planned]
    if (outcome.kind !== 'value' || !partsOf(outcome.value)) return []
    return [...(isTabular(outcome.value) ? ['table' as const] : []), 'tree', 'json', ...planned]
  }

  private activeView(entry: Entry): View {
    const views = this.viewsFor(entry)
    if (entry.outcome.kind === 'value' && isPlan(entry.outcome.value) && this.view === 'table') return 'plan'
    return views.includes(this.view) ? this.view : (views[0] ?? 'json')
  }

  private show(view: View): void {
    this.view = view
    if (view !== 'plan') localStorage.setItem('tussock.view', view)
    this.draw()
    this.root.querySelector<HTMLElement>('.segment[aria-pressed=true]')?.focus()
  }

  private printed({ printed }: Outcome): HTMLElement | null {
    return printed.length === 0 ? null : h('pre.printed', { tabindex: 0, 'aria-label': 'Printed lines' }, printed.join('\n'))
  }

  private body(entry: Entry): HTMLElement | null {
    const { outcome, documents, text, plan } = entry
    if (outcome.kind === 'none') return null
    if (outcome.kind === 'error') return errorView(outcome.error, text, this.host.goTo)
    if (outcome.kind === 'text') return h('pre.text', { tabindex: 0 }, outcome.text)
    if (outcome.kind === 'table') return h('div', {}, h('h3.table-title', {}, outcome.title), tableView(outcome.rows))
    const value = documents ?? (outcome.kind === 'value' ? outcome.value : undefined)
    if (!partsOf(value)) return h('pre.scalar', { tabindex: 0 }, typeof value === 'string' ? value : shellText(value))
    const view = this.activeView(entry)
    if (view === 'plan' && plan !== null && typeof plan === 'object') return planView(plan.plan, plan.answer, this.advice(entry, plan.plan))
    if (documents?.length === 0) return h('div.empty', {}, 'No document matches.')
    if (view === 'table') return tableView(value as unknown[])
    if (view === 'tree') return documents ? documentsTree(documents) : treeView(value, null, true)
    return jsonView(value, this.style)
  }

  /** For a scan that an index would spare. */
  private advice({ outcome }: Entry, plan: Plan): Advice | null {
    if (outcome.kind !== 'page' || !plan.scansCollection || (plan.docsExamined ?? 0) < 100) return null
    const { query, namespace } = outcome.cursor.source
    const sort = outcome.cursor.options['sort']
    const key = suggestIndex(query ?? {}, isDocument(sort) ? sort : {})
    if (!key || namespace.collection === null) return null
    const quoted = Object.fromEntries(Object.entries(key))
    const target = collectionExpression(namespace.collection, COLLECTION_METHODS)
    const text = `${target}.createIndex(${shellText(quoted)})`
    return { text, action: `Try { ${keyOf(key)} }`, run: () => this.host.propose(text) }
  }

  private foot(entry: Entry): HTMLElement | null {
    const { outcome, documents, hasMore } = entry
    if (outcome.kind !== 'page' || !documents || !hasMore) return null
    const session = this.host.session()
    const more = h('button.button', { type: 'button' }, `Show ${session.pageSize} more`)
    more.addEventListener('click', async () => {
      more.disabled = true
      await this.more(entry)
    })
    const sizes = [20, 50, 200, 1000].map((size) => h('option', { value: size, selected: size === session.pageSize }, String(size)))
    const select = h('select.small', { 'aria-label': 'Documents at a time' }, ...sizes)
    select.addEventListener('change', () => {
      session.pageSize = Number(select.value)
      more.textContent = `Show ${session.pageSize} more`
    })
    return h('div.result-foot', {}, h('span.dim', {}, `${count(documents.length)} shown`), more, select)
  }

  private async more(entry: Entry): Promise<void> {
    if (entry.outcome.kind !== 'page' || !entry.documents) return
    try {
      const next = await this.host.session().page(entry.outcome.cursor)
      if (next.kind !== 'page') return
      entry.documents.push(...next.documents)
      entry.hasMore = next.hasMore
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'error')
      entry.hasMore = false
    }
    const top = this.root.querySelector('.result-body')?.scrollTop ?? 0
    this.draw()
    this.root.querySelector('.result-body')?.scrollTo({ top })
    announce(this.summary(entry))
  }

  private async explain(entry: Entry, always: boolean): Promise<void> {
    const { outcome } = entry
    if (outcome.kind !== 'page' || entry.plan !== null || !outcome.cursor.source.canRunTwice) return
    if (!always && outcome.elapsedMs > EXPLAIN_MS_MAX) return
    entry.plan = 'loading'
    try {
      const answer = await outcome.cursor.explain('executionStats')
      entry.plan = { plan: readPlan(answer), answer }
    } catch (error) {
      entry.plan = 'failed'
      if (always) toast(error instanceof Error ? error.message : String(error), 'error')
    }
    if (this.entry() === entry) this.redrawHead(entry)
  }

  /** Only the head: the body may have been scrolled or opened. */
  private redrawHead(entry: Entry): void {
    const head = this.root.querySelector('.result-head')
    if (!head) return
    const label = head.contains(document.activeElement) ? document.activeElement?.textContent : null
    const fresh = this.head(entry)
    head.replaceWith(fresh)
    if (label !== null) [...fresh.querySelectorAll('button')].find((button) => button.textContent === label)?.focus()
  }
}

function entryOf(outcome: Outcome, text: string): Entry {
  const entry: Entry = { outcome, text, documents: null, hasMore: false, plan: null }
  if (outcome.kind === 'page') {
    entry.documents = [...outcome.documents]
    entry.hasMore = outcome.hasMore
  }
  if (outcome.kind === 'value' && isPlan(outcome.value)) entry.plan = { plan: readPlan(outcome.value), answer: outcome.value }
  return entry
}

/** A statement in a few words: `db.a.find({...}).sort({...})` as `a.find().sort()`. */
function outline(source: string): string {
  let depth = 0
  let text = ''
  for (const char of source) {
    if (/[)\]}]/.test(char)) depth--
    if (depth === 0) text += char
    if (/[([{]/.test(char)) depth++
  }
  const short = text.replace(/^db\./, '').trim()
  return short.length > 32 ? `${short.slice(0, 31)}…` : short
}

/** A list of documents can be a table. */
const isTabular = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.some(isDocument)
