// `db.name`: a collection as the shell shows it.
import * as check from './arguments.ts'
import { ShellCursor } from './cursor.ts'
import type { ShellDatabase } from './database.ts'
import type { Doc, DriverCollection } from './driver.ts'
import { ShellError } from './errors.ts'
import { Explainable } from './explainable.ts'
import { ADMIN_METHODS } from './methods-admin.ts'
import { OLD_METHODS, REFUSED } from './methods-old.ts'
import { WRITE_METHODS } from './methods-write.ts'
import { HostFunction, isDocument, ShellObject, type Caller } from './values.ts'

export type CollectionMethod = (collection: ShellCollection, args: unknown[], caller: Caller) => unknown

/** `aggregate([a, b], options)` or `aggregate(a, b)`. */
export function pipelineOf(args: unknown[]): { pipeline: Doc[]; options: Doc } {
  if (Array.isArray(args[0])) {
    return { pipeline: check.documents(args[0], 'The pipeline'), options: check.options(args[1]) }
  }
  return { pipeline: check.documents(args, 'The pipeline'), options: {} }
}

export const writes = (pipeline: Doc[]): boolean =>
  pipeline.some((stage) => Object.hasOwn(stage, '$out') || Object.hasOwn(stage, '$merge'))

function find(collection: ShellCollection, [filter, projection, more]: unknown[]): ShellCursor {
  const query = check.document(filter, 'The filter')
  const options = check.options(more)
  if (projection !== undefined && projection !== null) {
    options['projection'] = check.document(projection, 'The projection')
  }
  const { driver, database } = collection
  return new ShellCursor(
    {
      kind: 'find',
      namespace: { db: database.name, collection: collection.name },
      canRunTwice: true,
      query,
      open: (all) => driver().find(query, all),
      count: async ({ limit, skip, hint, collation, maxTimeMS }) => {
        const given = Object.entries({ limit, skip, hint, collation, maxTimeMS }).filter(([, v]) => v !== undefined)
        const reply = await database.driver().command({ count: collection.name, query, ...Object.fromEntries(given) })
        return Number(reply['n'])
      }
    },
    options
  )
}

async function findOne(collection: ShellCollection, [filter, projection, more]: unknown[]): Promise<Doc | null> {
  const options = check.options(more)
  if (projection !== undefined) options['projection'] = check.document(projection, 'The projection')
  return collection.driver().findOne(check.document(filter, 'The filter'), options)
}

function aggregate(collection: ShellCollection, args: unknown[]): unknown {
  const { pipeline, options } = pipelineOf(args)
  const { explain, ...rest } = options
  if (explain !== undefined && explain !== false) return collection.driver().aggregate(pipeline, rest).explain('queryPlanner')
  const match = pipeline[0]?.['$match']
  return new ShellCursor(
    {
      kind: 'aggregate',
      namespace: { db: collection.database.name, collection: collection.name },
      canRunTwice: !writes(pipeline),
      ...(isDocument(match) ? { query: match } : {}),
      open: (all) => collection.driver().aggregate(pipeline, all)
    },
    rest
  )
}

const READ_METHODS: Record<string, CollectionMethod> = {
  find,
  findOne,
  aggregate,
  countDocuments: (c, [filter, more]) =>
    c.driver().countDocuments(check.document(filter, 'The filter'), check.options(more)),
  estimatedDocumentCount: (c, [more]) => c.driver().estimatedDocumentCount(check.options(more)),
  distinct: (c, [field, filter, more]) =>
    c.driver().distinct(check.name(field, 'The field'), check.document(filter, 'The filter'), check.options(more)),
  explain: (c, [verbosity]) => new Explainable(c, verbosity)
}

const METHODS: Record<string, CollectionMethod> = {
  ...READ_METHODS,
  ...WRITE_METHODS,
  ...ADMIN_METHODS,
  ...OLD_METHODS,
  getName: (c) => c.name,
  getFullName: (c) => `${c.database.name}.${c.name}`,
  getDB: (c) => c.database
}

/** The names that completion offers, without the old ones. */
export const COLLECTION_METHODS: readonly string[] = Object.keys(METHODS).filter((name) => !(name in OLD_METHODS))

export class ShellCollection extends ShellObject {
  constructor(
    readonly database: ShellDatabase,
    readonly name: string
  ) {
    super()
  }

  readonly driver = (): DriverCollection => this.database.driver().collection(this.name)

  member(name: string): unknown {
    const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined
    if (method) return new HostFunction(name, (args, caller) => method(this, args, caller))
    const hint = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined
    if (hint !== undefined) {
      return new HostFunction(name, () => {
        throw new ShellError(`${this.name}.${name}() is not available here.`, undefined, hint)
      })
    }
    return new ShellCollection(this.database, `${this.name}.${name}`)
  }

  memberNames(): string[] {
    return [...COLLECTION_METHODS]
  }

  describe(): string {
    return `${this.database.name}.${this.name}`
  }
}
