// `db.name.explain(verbosity).update(...)`: what a command would do, without doing it.
import * as check from './arguments.ts'
import { pipelineOf, type ShellCollection } from './collection.ts'
import { verbosityOf } from './cursor.ts'
import type { Doc } from './driver.ts'
import { HostFunction, ShellObject } from './values.ts'

type Build = (collection: ShellCollection, args: unknown[]) => Doc

const updates = (multi: boolean): Build => (c, [filter, update, more]) => ({
  update: c.name,
  updates: [{ q: check.document(filter, 'The filter', true), u: check.update(update), multi, ...check.options(more) }]
})

const deletes = (limit: number): Build => (c, [filter]) => ({
  delete: c.name,
  deletes: [{ q: check.document(filter, 'The filter', true), limit }]
})

/** The command behind each method. */
const COMMANDS: Record<string, Build> = {
  aggregate: (c, args) => {
    const { pipeline, options } = pipelineOf(args)
    return { aggregate: c.name, pipeline, cursor: {}, ...options }
  },
  count: (c, [query]) => ({ count: c.name, query: check.document(query, 'The filter') }),
  distinct: (c, [key, query]) => ({
    distinct: c.name, key: check.name(key, 'The field'), query: check.document(query, 'The filter')
  }),
  updateOne: updates(false),
  updateMany: updates(true),
  update: updates(false),
  deleteOne: deletes(1),
  deleteMany: deletes(0),
  remove: deletes(0),
  findOneAndDelete: (c, [query]) => ({ findAndModify: c.name, query: check.document(query, 'The filter'), remove: true }),
  findOneAndUpdate: (c, [query, update]) => ({
    findAndModify: c.name, query: check.document(query, 'The filter'), update: check.update(update)
  }),
  findAndModify: (c, [all]) => ({ findAndModify: c.name, ...check.document(all, 'The options', true) })
}

export class Explainable extends ShellObject {
  private readonly verbosity: string

  constructor(
    private readonly collection: ShellCollection,
    verbosity: unknown
  ) {
    super()
    this.verbosity = verbosityOf(verbosity)
  }

  member(name: string): unknown {
    if (name === 'find') return this.find()
    const build = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    return build && new HostFunction(name, (args) => this.explain(build(this.collection, args)))
  }

  private explain(command: Doc): Promise<Doc> {
    return this.collection.database.driver().command({ explain: command, verbosity: this.verbosity })
  }

  /** The find is explained once its options are complete: when its value is asked for. */
  private find(): HostFunction {
    return new HostFunction('find', (args, caller) => {
      const find = this.collection.member('find') as HostFunction
      return new ExplainedFind(find.call(args, caller) as ShellObject, this.verbosity)
    })
  }

  memberNames(): string[] {
    return ['find', ...Object.keys(COMMANDS)]
  }

  describe(): string {
    return `Explainable(${this.collection.describe()})`
  }
}

/** `explain().find(...)`, still taking `.sort()` and the like. */
export class ExplainedFind extends ShellObject {
  constructor(
    private readonly cursor: ShellObject,
    readonly verbosity: string
  ) {
    super()
  }

  member(name: string): unknown {
    if (name === 'finish' || name === 'next') return new HostFunction(name, () => this.finish())
    const method = this.cursor.member(name)
    if (!(method instanceof HostFunction)) return undefined
    return new HostFunction(name, async (args, caller) => {
      const result = await method.call(args, caller)
      return result === this.cursor ? this : result
    })
  }

  async finish(): Promise<unknown> {
    const explain = this.cursor.member('explain') as HostFunction
    return explain.call([this.verbosity], { call: () => Promise.reject(), print: () => {}, step: () => {} })
  }

  memberNames(): string[] {
    return this.cursor.memberNames()
  }

  describe(): string {
    return this.cursor.describe()
  }
}
