// A shell session: the current database, the variables, the cursor that `it` goes on with, and running what is typed.
import type { ExpressionStatement } from 'acorn'
import { BSON_GLOBALS } from './bson-globals.ts'
import { ShellCursor } from './cursor.ts'
import { ShellDatabase } from './database.ts'
import type { Driver } from './driver.ts'
import { ShellError } from './errors.ts'
import { ExplainedFind } from './explainable.ts'
import { printText } from './format.ts'
import { HELP } from './help.ts'
import { Interpreter } from './interpreter.ts'
import { JS_GLOBALS } from './js-globals.ts'
import { parse, type Piece } from './parse.ts'
import { Scope } from './scope.ts'
import { hoist } from './statements.ts'
import { HostFunction, Namespace, ShellObject } from './values.ts'

/** What a statement gave. */
export type Outcome = { from: number; to: number; elapsedMs: number; printed: string[] } & (
  | { kind: 'none' }
  | { kind: 'value'; value: unknown }
  | { kind: 'text'; text: string }
  | { kind: 'table'; title: string; rows: Record<string, unknown>[] }
  | { kind: 'page'; cursor: ShellCursor; documents: unknown[]; hasMore: boolean }
  | { kind: 'error'; error: unknown }
)

type Body = Outcome extends infer O ? (O extends Outcome ? Omit<O, 'from' | 'to' | 'elapsedMs' | 'printed'> : never) : never

export interface RunOptions {
  signal?: AbortSignal
  stepsMax?: number
  /** Called as each statement ends. */
  onOutcome?: (outcome: Outcome) => void
}

/** Documents printed at a time, unless changed. */
export const PAGE_SIZE = 20

export class Session {
  private readonly scope = new Scope(null, true)
  private lastCursor: ShellCursor | null = null
  pageSize = PAGE_SIZE
  db: ShellDatabase

  constructor(
    private readonly driver: () => Driver,
    database: string,
    /** Told when `use` changed the database. */
    private readonly onUse: (name: string) => void = () => {}
  ) {
    this.db = new ShellDatabase(driver, database)
  }

  /** The names of the variables typed so far. */
  variables(): string[] {
    return this.scope.names()
  }

  use(name: string): void {
    this.db = new ShellDatabase(this.driver, name)
    this.onUse(name)
  }

  /** Runs all statements, up to the first error; every outcome is also told to `onOutcome`. */
  async run(text: string, options: RunOptions = {}): Promise<Outcome[]> {
    const outcomes: Outcome[] = []
    const tell = (outcome: Outcome) => {
      outcomes.push(outcome)
      options.onOutcome?.(outcome)
    }
    let pieces: Piece[]
    try {
      pieces = parse(text)
      hoist(pieces.flatMap((piece) => (piece.kind === 'script' ? [piece.node] : [])), this.scope, text)
    } catch (error) {
      tell({ kind: 'error', error, from: 0, to: text.length, elapsedMs: 0, printed: [] })
      return outcomes
    }
    for (const piece of pieces) {
      const outcome = await this.runPiece(piece, text, options)
      tell(outcome)
      if (outcome.kind === 'error') break
    }
    return outcomes
  }

  private async runPiece(piece: Piece, text: string, options: RunOptions): Promise<Outcome> {
    const printed: string[] = []
    const start = performance.now()
    let body: Body
    try {
      body = piece.kind === 'command' ? await this.command(piece) : await this.script(piece, text, options, printed)
    } catch (error) {
      body = { kind: 'error', error }
    }
    return { ...body, from: piece.from, to: piece.to, elapsedMs: performance.now() - start, printed } as Outcome
  }

  private async script(
    piece: Piece & { kind: 'script' },
    text: string,
    options: RunOptions,
    printed: string[]
  ): Promise<Body> {
    const interpreter = new Interpreter(text, {
      globals: (name) => this.global(name),
      print: (value) => void printed.push(printText(value)),
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.stepsMax === undefined ? {} : { stepsMax: options.stepsMax })
    })
    if (piece.node.type !== 'ExpressionStatement') {
      await interpreter.execute(piece.node, this.scope)
      return { kind: 'none' }
    }
    const { expression } = piece.node as ExpressionStatement
    return this.show(await interpreter.evaluate(expression, this.scope))
  }

  private async show(value: unknown): Promise<Body> {
    if (value === undefined) return { kind: 'none' }
    if (value instanceof ShellCursor) return this.page(value)
    if (value instanceof ExplainedFind) return { kind: 'value', value: await value.finish() }
    if (value === HELP_VALUE) return { kind: 'text', text: HELP }
    return { kind: 'value', value }
  }

  /** The next documents of a cursor. */
  async page(cursor: ShellCursor): Promise<Body> {
    const { documents, hasMore } = await cursor.page(this.pageSize)
    this.lastCursor = hasMore ? cursor : null
    return { kind: 'page', cursor, documents, hasMore }
  }

  private global(name: string): { value: unknown } | undefined {
    if (name === 'db') return { value: this.db }
    const table = [SHELL_GLOBALS, BSON_GLOBALS, JS_GLOBALS].find((globals) => Object.hasOwn(globals, name))
    return table && { value: table[name] }
  }

  private async command({ name, argument }: Piece & { kind: 'command' }): Promise<Body> {
    switch (name) {
      case 'show':
        return this.showList(argument)
      case 'use':
        return this.useCommand(argument)
      case 'it':
        return this.lastCursor ? this.page(this.lastCursor) : { kind: 'text', text: 'no cursor' }
      case 'help':
        return { kind: 'text', text: HELP }
      case 'cls':
        return { kind: 'none' }
      default:
        return { kind: 'text', text: 'The playground ends when you close the tab. Everything you wrote is kept.' }
    }
  }

  private useCommand(argument: string): Body {
    const name = argument.replace(/^(['"])(.*)\1$/, '$2')
    if (!/^[^\s/\\."$*<>:|?]+$/.test(name)) throw new ShellError(`"${name}" is not a name for a database.`)
    this.use(name)
    return { kind: 'text', text: `switched to db ${name}` }
  }

  private async showList(what: string): Promise<Body> {
    if (what === 'dbs' || what === 'databases') {
      const reply = await this.db.sibling('admin').driver().command({ listDatabases: 1 })
      const rows = reply['databases'] as Record<string, unknown>[]
      return { kind: 'table', title: 'Databases', rows: rows.map(({ name, sizeOnDisk, empty }) => ({ name, sizeOnDisk, empty })) }
    }
    if (what === 'collections' || what === 'tables') {
      const infos = (await this.db.driver().listCollections({}).toArray()) as { name: string; type?: string }[]
      const rows = infos.map(({ name, type = 'collection' }) => ({ name, type }))
      return { kind: 'table', title: `Collections of ${this.db.name}`, rows: rows.sort((a, b) => (a.name < b.name ? -1 : 1)) }
    }
    throw new ShellError(`show ${what}: not known.`, undefined, 'show dbs and show collections are.')
  }
}

const HELP_VALUE = new Namespace('help', {})

const print = new HostFunction('print', (args, caller) => caller.print(args.map(printText).join(' ')))
const printjson = new HostFunction('printjson', ([value], caller) => caller.print(value))

const sleep = new HostFunction('sleep', async ([ms], caller) => {
  const end = performance.now() + Number(ms)
  while (performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(50, end - performance.now())))
    await caller.step()
  }
})

const tojson = new HostFunction('tojson', ([value]) => printText(value instanceof ShellObject ? value.describe() : value))

/** Names that only a shell has. */
const SHELL_GLOBALS: Record<string, unknown> = {
  print,
  printjson,
  sleep,
  tojson,
  help: HELP_VALUE,
  console: new Namespace('console', { log: print, error: print, warn: print, info: print })
}

/** All the names that completion offers at the start of an expression. */
export const GLOBAL_NAMES: readonly string[] = ['db', ...Object.keys(SHELL_GLOBALS), ...Object.keys(BSON_GLOBALS), ...Object.keys(JS_GLOBALS)]
