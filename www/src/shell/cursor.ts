// A cursor as the shell shows it: it collects options, opens on first use, and prints twenty documents at a time.
import type { Doc, DriverCursor } from './driver.ts'
import { ShellError } from './errors.ts'
import { HostFunction, ShellObject, type Caller } from './values.ts'

/** What the cursor will run. */
export interface CursorSource {
  kind: 'find' | 'aggregate'
  namespace: { db: string; collection: string | null }
  /** Opens the driver's cursor with the options collected by then. */
  open(options: Doc): DriverCursor
  /** The `count` command's answer for a find; absent for an aggregation. */
  count?(options: Doc): Promise<number>
  /** False for a pipeline that writes ($out, $merge): it is not run a second time to be explained. */
  canRunTwice: boolean
  /** The filter of a find, or of the $match that a pipeline starts with. */
  query?: Doc
}

type Method = (cursor: ShellCursor, args: unknown[], caller: Caller) => unknown

/** Methods that set an option of the same name, and the option's name where it differs. */
const OPTIONS: Record<string, string> = {
  sort: 'sort', limit: 'limit', skip: 'skip', projection: 'projection', project: 'projection', hint: 'hint',
  collation: 'collation', comment: 'comment', batchSize: 'batchSize', maxTimeMS: 'maxTimeMS', min: 'min', max: 'max',
  allowDiskUse: 'allowDiskUse', returnKey: 'returnKey', showRecordId: 'showRecordId', noCursorTimeout: 'noCursorTimeout'
}
const AGGREGATE_OPTIONS = new Set(['hint', 'collation', 'comment', 'batchSize', 'maxTimeMS', 'allowDiskUse'])

const VERBOSITY = new Set(['queryPlanner', 'executionStats', 'allPlansExecution'])

/** `explain(true)` and no argument mean what they mean in MongoDB's shell. */
export function verbosityOf(value: unknown): string {
  if (value === undefined || value === false) return 'queryPlanner'
  if (value === true) return 'allPlansExecution'
  if (typeof value === 'string' && VERBOSITY.has(value)) return value
  throw new ShellError('explain wants "queryPlanner", "executionStats" or "allPlansExecution".')
}

const METHODS: Record<string, Method> = {
  pretty: (cursor) => cursor,
  toArray: (cursor) => cursor.toArray(),
  next: (cursor) => cursor.next(),
  tryNext: (cursor) => cursor.next(),
  hasNext: (cursor) => cursor.hasNext(),
  close: (cursor) => cursor.close(),
  isExhausted: async (cursor) => !(await cursor.hasNext()),
  isClosed: (cursor) => cursor.closed,
  forEach: async (cursor, [callee], caller) => {
    for await (const document of cursor.iterate()) {
      if ((await caller.call(callee, [document])) === false) break
    }
  },
  map: (cursor, [callee], caller) => {
    cursor.transforms.push((value) => caller.call(callee, [value]))
    return cursor
  },
  count: (cursor) => cursor.count(),
  size: (cursor) => cursor.count(),
  itcount: async (cursor) => {
    let count = 0
    for await (const _ of cursor.iterate()) count++
    return count
  },
  explain: (cursor, [verbosity]) => cursor.explain(verbosityOf(verbosity))
}

export class ShellCursor extends ShellObject {
  readonly transforms: ((value: unknown) => Promise<unknown>)[] = []
  private opened: DriverCursor | null = null
  closed = false

  constructor(
    readonly source: CursorSource,
    readonly options: Doc = {}
  ) {
    super()
  }

  member(name: string): HostFunction | undefined {
    const option = this.optionFor(name)
    if (option !== undefined) {
      return new HostFunction(name, ([value]) => {
        if (this.opened) throw new ShellError(`${name} must be called before the first document is read.`)
        this.options[option] = value === undefined ? true : value
        return this
      })
    }
    const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined
    return method && new HostFunction(name, (args, caller) => method(this, args, caller))
  }

  private optionFor(name: string): string | undefined {
    if (!Object.hasOwn(OPTIONS, name)) return undefined
    return this.source.kind === 'find' || AGGREGATE_OPTIONS.has(name) ? OPTIONS[name] : undefined
  }

  memberNames(): string[] {
    return [...Object.keys(OPTIONS).filter((name) => this.optionFor(name)), ...Object.keys(METHODS)]
  }

  describe(): string {
    const { db, collection } = this.source.namespace
    return `[${this.source.kind} cursor of ${collection === null ? db : `${db}.${collection}`}]`
  }

  private driver(): DriverCursor {
    return (this.opened ??= this.source.open(this.options))
  }

  async next(): Promise<unknown> {
    const document = await this.driver().next()
    return document === null ? null : this.transform(document)
  }

  async hasNext(): Promise<boolean> {
    return !this.closed && this.driver().hasNext()
  }

  async toArray(): Promise<unknown[]> {
    const documents = await this.driver().toArray()
    return this.transforms.length === 0 ? documents : Promise.all(documents.map((d) => this.transform(d)))
  }

  async close(): Promise<void> {
    this.closed = true
    await this.opened?.close()
  }

  async count(): Promise<number> {
    if (this.source.count) return this.source.count(this.options)
    throw new ShellError('An aggregation cursor has no count.', undefined, 'Use itcount(), or a $count stage.')
  }

  /** Explains with the options collected so far; the cursor itself stays where it is. */
  explain(verbosity: string): Promise<Doc> {
    return this.source.open(this.options).explain(verbosity)
  }

  /** Up to `limit` documents for the screen, and whether there are more. */
  async page(limit: number): Promise<{ documents: unknown[]; hasMore: boolean }> {
    const documents: unknown[] = []
    while (documents.length < limit) {
      const document = await this.driver().next()
      if (document === null) return { documents, hasMore: false }
      documents.push(await this.transform(document))
    }
    return { documents, hasMore: await this.hasNext() }
  }

  override async *iterate(): AsyncGenerator<unknown> {
    for (;;) {
      const document = await this.driver().next()
      if (document === null) return
      yield await this.transform(document)
    }
  }

  private async transform(document: Doc): Promise<unknown> {
    let value: unknown = document
    for (const transform of this.transforms) value = await transform(value)
    return value
  }
}

/** The names that completion offers after a find. */
export const FIND_CURSOR_METHODS: readonly string[] = [...Object.keys(OPTIONS), ...Object.keys(METHODS)]
export const AGGREGATE_CURSOR_METHODS: readonly string[] = [...AGGREGATE_OPTIONS, ...Object.keys(METHODS)]
