// The sidebar: databases, their collections with counts, and of an open collection its indexes and fields.
import { collectionExpression, collectionsOf, databaseNames, fieldsOf, indexesOf, keyOf, type CollectionInfo } from '../data/catalog.ts'
import { COLLECTION_METHODS } from '../shell/collection.ts'
import { DATABASE_METHODS } from '../shell/database.ts'
import type { Driver } from '../shell/driver.ts'
import { openCreate } from './create-dialog.ts'
import { confirmDialog, promptDialog } from './dialog.ts'
import { byId, count, h, icon } from './dom.ts'
import { menuButton, type MenuEntry } from './menu.ts'
import { announce, toast } from './status.ts'

export interface SidebarHost {
  driver: () => Driver
  currentDb: () => string
  use: (database: string) => void
  /** Puts the statement into the editor and runs it. */
  run: (statement: string) => void
  importInto: (database: string, collection: string | null) => void
  exportAll: (database: string, collection: string) => void
  resetSamples: () => void
  onDropDatabase: (database: string) => void
}

const RESERVED = [...COLLECTION_METHODS, ...DATABASE_METHODS]
const EMPTY_ALWAYS = ['admin', 'config', 'local']

export class Sidebar {
  private readonly root = byId('catalog')
  private readonly openCollections = new Set<string>()
  private readonly closedDatabases = new Set<string>()
  /** Databases that `use` named and that hold nothing yet. */
  private readonly named = new Set<string>()
  private generation = 0
  /** Collections of each database, for completion too. */
  catalog = new Map<string, CollectionInfo[]>()

  constructor(private readonly host: SidebarHost) {}

  /** Reads everything anew. */
  async refresh(): Promise<void> {
    const mine = ++this.generation
    const driver = this.host.driver()
    const current = this.host.currentDb()
    const names = new Set([...(await databaseNames(driver)).filter((name) => !EMPTY_ALWAYS.includes(name)), current, ...this.named])
    const catalog = new Map<string, CollectionInfo[]>()
    for (const name of [...names].sort()) catalog.set(name, await collectionsOf(driver, name))
    if (mine !== this.generation) return
    this.catalog = catalog
    await this.draw(mine)
  }

  use(name: string): void {
    this.named.add(name)
  }

  private async draw(mine: number): Promise<void> {
    const sections: HTMLElement[] = []
    for (const [database, collections] of this.catalog) sections.push(await this.section(database, collections))
    if (mine !== this.generation) return
    const focused = this.root.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset['focus'] : undefined
    this.root.replaceChildren(...sections)
    if (focused) this.root.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focused)}"]`)?.focus()
  }

  private async section(database: string, collections: CollectionInfo[]): Promise<HTMLElement> {
    const isCurrent = database === this.host.currentDb()
    const isOpen = !this.closedDatabases.has(database)
    const rows = isOpen ? await Promise.all(collections.map((info) => this.collection(database, info))) : []
    const toggle = h(
      'button.db-toggle',
      { type: 'button', 'aria-expanded': String(isOpen), 'data-focus': `db:${database}` },
      icon('chevron'),
      icon('database'),
      h('span.name', {}, database),
      isCurrent ? h('span.current', {}, 'current') : null
    )
    toggle.addEventListener('click', () => {
      if (isOpen) this.closedDatabases.add(database)
      else this.closedDatabases.delete(database)
      void this.draw(this.generation)
    })
    const menu = this.menu(`Actions for database ${database}`, () => this.databaseActions(database, isCurrent))
    const empty = isOpen && rows.length === 0 ? h('li.nothing', {}, 'No collections yet') : null
    return h('section.db', { class: isCurrent ? 'is-current' : '' }, h('div.db-head', {}, toggle, menu), h('ul.collections', {}, ...rows, empty))
  }

  private async collection(database: string, { name, type, count: documents, tags }: CollectionInfo): Promise<HTMLElement> {
    const id = `${database}.${name}`
    const isOpen = this.openCollections.has(id)
    const toggle = h('button.twist', { type: 'button', 'aria-expanded': String(isOpen), 'aria-label': `Indexes and fields of ${name}`, 'data-focus': `twist:${id}` }, icon('chevron'))
    toggle.addEventListener('click', () => {
      if (isOpen) this.openCollections.delete(id)
      else this.openCollections.add(id)
      void this.draw(this.generation)
    })
    const open = h(
      'button.collection',
      { type: 'button', title: `${this.expression(name)}.find()`, 'data-focus': `open:${id}` },
      icon(type === 'view' ? 'view' : 'collection'),
      h('span.name', {}, name),
      ...tags.map((tag) => h('span.tag', {}, tag)),
      documents !== null ? h('span.count', {}, count(documents)) : type === 'view' ? null : h('span.count', {}, 'unreadable')
    )
    open.addEventListener('click', () => {
      this.host.use(database)
      this.host.run(`${this.expression(name)}.find()`)
    })
    const menu = this.menu(`Actions for ${name}`, () => this.collectionActions(database, name))
    const detail = isOpen ? await this.detail(database, name, type === 'view').catch((error: unknown) => h('p.nothing', {}, String(error))) : null
    return h('li', {}, h('div.collection-row', {}, toggle, open, menu), detail)
  }

  private async detail(database: string, name: string, isView: boolean): Promise<HTMLElement> {
    const driver = this.host.driver()
    const [indexes, fields] = await Promise.all([isView ? [] : indexesOf(driver, database, name), fieldsOf(driver, database, name)])
    const indexRows = indexes.map((index) =>
      h('li', {}, icon('key'), h('span.name', { title: index.name }, keyOf(index.key)), ...index.tags.map((tag) => h('span.tag', {}, tag)))
    )
    const fieldRows = fields.map((field) =>
      h('li', {}, icon('field'), h('span.name', { title: field.path }, field.path), h('span.tag', {}, field.types.filter((t) => t !== 'null')[0] ?? 'null'))
    )
    return h('div.detail', {}, isView ? null : h('h4', {}, 'Indexes'), h('ul', {}, ...indexRows), h('h4', {}, 'Fields'), h('ul', {}, ...fieldRows))
  }

  private menu(label: string, entries: () => MenuEntry[]): HTMLElement {
    return menuButton(h('button.more', { type: 'button', 'aria-label': label, title: label }, icon('more')), entries, label)
  }

  private readonly expression = (name: string): string => collectionExpression(name, RESERVED)

  private databaseActions(database: string, isCurrent: boolean): MenuEntry[] {
    return [
      ...(isCurrent ? [] : [{ label: 'Use', icon: 'database', run: () => this.host.use(database) }]),
      { label: 'New collection …', icon: 'plus', run: () => void this.create(database) },
      { label: 'Import a file …', icon: 'import', run: () => this.host.importInto(database, null) },
      ...(database === 'samples' ? [{ label: 'Reset sample data', icon: 'reset', run: () => this.host.resetSamples() }] : []),
      'separator',
      { label: 'Drop database …', icon: 'trash', danger: true, run: () => void this.dropDatabase(database) }
    ]
  }

  private collectionActions(database: string, name: string): MenuEntry[] {
    const target = this.expression(name)
    const run = (statement: string) => () => {
      this.host.use(database)
      this.host.run(statement)
    }
    return [
      { label: 'Find documents', icon: 'search', run: run(`${target}.find()`) },
      { label: 'Show indexes', icon: 'key', run: run(`${target}.getIndexes()`) },
      { label: 'Statistics', icon: 'info', run: run(`${target}.stats()`) },
      'separator',
      { label: 'Import into it …', icon: 'import', run: () => this.host.importInto(database, name) },
      { label: 'Export all', icon: 'export', run: () => this.host.exportAll(database, name) },
      { label: 'Rename …', icon: 'edit', run: () => void this.rename(database, name) },
      'separator',
      { label: 'Drop …', icon: 'trash', danger: true, run: () => void this.drop(database, name) }
    ]
  }

  private async attempt(done: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
      announce(done)
      toast(done)
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'error')
    }
    await this.refresh()
  }

  private async create(database: string): Promise<void> {
    const collections = (this.catalog.get(database) ?? []).map(({ name }) => name)
    const wanted = await openCreate(database, collections)
    if (!wanted) return
    const { name, statement, isPlain } = wanted
    if (isPlain) return this.attempt(`Created ${name}.`, () => this.host.driver().db(database).createCollection(name))
    // What has options is shown as typed code: it teaches, and can be mended where it is wrong.
    this.host.use(database)
    this.host.run(statement)
  }

  private async rename(database: string, name: string): Promise<void> {
    const next = await promptDialog(`Rename ${name}`, 'New name', 'Rename', name)
    if (!next || next === name) return
    await this.attempt(`Renamed to ${next}.`, () => this.host.driver().db(database).collection(name).rename(next))
  }

  private async drop(database: string, name: string): Promise<void> {
    const sure = await confirmDialog(`Drop ${name}?`, `All documents and indexes of ${database}.${name} are deleted. This cannot be undone.`, 'Drop')
    if (sure) await this.attempt(`Dropped ${name}.`, () => this.host.driver().db(database).collection(name).drop())
  }

  private async dropDatabase(database: string): Promise<void> {
    const sure = await confirmDialog(`Drop the database ${database}?`, 'All its collections are deleted. This cannot be undone.', 'Drop')
    if (!sure) return
    this.named.delete(database)
    this.host.onDropDatabase(database)
    await this.attempt(`Dropped ${database}.`, () => this.host.driver().db(database).dropDatabase())
  }
}
