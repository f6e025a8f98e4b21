// `db`: a database as the shell shows it.
import * as check from './arguments.ts'
import { pipelineOf, ShellCollection, writes } from './collection.ts'
import { ShellCursor } from './cursor.ts'
import type { Doc, Driver, DriverDatabase } from './driver.ts'
import { ShellError } from './errors.ts'
import { HostFunction, ShellObject } from './values.ts'

type Method = (database: ShellDatabase, args: unknown[]) => unknown

function commandOf(value: unknown, more: unknown): Doc {
  return typeof value === 'string' ? { [value]: 1, ...check.options(more) } : check.document(value, 'The command', true)
}

async function collectionNames(database: ShellDatabase): Promise<string[]> {
  const infos = (await database.driver().listCollections({}, { nameOnly: true }).toArray()) as { name: string }[]
  return infos.map(({ name }) => name).sort()
}

function aggregate(database: ShellDatabase, args: unknown[]): ShellCursor {
  const { pipeline, options } = pipelineOf(args)
  return new ShellCursor(
    {
      kind: 'aggregate',
      namespace: { db: database.name, collection: null },
      canRunTwice: !writes(pipeline),
      open: (all) => database.driver().aggregate(pipeline, all)
    },
    options
  )
}

const METHODS: Record<string, Method> = {
  getCollection: (db, [name]) => new ShellCollection(db, check.name(name, 'The name')),
  getSiblingDB: (db, [name]) => db.sibling(check.name(name, 'The name')),
  getName: (db) => db.name,
  getCollectionNames: collectionNames,
  getCollectionInfos: (db, [filter]) => db.driver().listCollections(check.document(filter, 'The filter')).toArray(),
  createCollection: async (db, [name, more]) => {
    await db.driver().createCollection(check.name(name, 'The name'), check.options(more))
    return { ok: 1 }
  },
  createView: async (db, [name, viewOn, pipeline, more]) => {
    const stages = check.documents(pipeline ?? [], 'The pipeline')
    const options = { viewOn: check.name(viewOn, 'The source'), pipeline: stages, ...check.options(more) }
    await db.driver().createCollection(check.name(name, 'The name'), options)
    return { ok: 1 }
  },
  dropDatabase: async (db) => {
    await db.driver().dropDatabase()
    return { ok: 1, dropped: db.name }
  },
  runCommand: (db, [command, more]) => db.driver().command(commandOf(command, more)),
  adminCommand: (db, [command]) => db.sibling('admin').driver().command(commandOf(command, undefined)),
  aggregate,
  stats: (db, [scale]) => db.driver().command({ dbStats: 1, ...(typeof scale === 'number' ? { scale } : check.options(scale)) }),
  hello: (db) => db.driver().command({ hello: 1 }),
  isMaster: (db) => db.driver().command({ hello: 1 }),
  serverBuildInfo: (db) => db.driver().command({ buildInfo: 1 }),
  version: async (db) => (await db.driver().command({ buildInfo: 1 }))['version'],
  listCommands: (db) => db.driver().command({ listCommands: 1 })
}

export const DATABASE_METHODS: readonly string[] = Object.keys(METHODS)

export class ShellDatabase extends ShellObject {
  constructor(
    private readonly client: () => Driver,
    readonly name: string
  ) {
    super()
  }

  readonly driver = (): DriverDatabase => this.client().db(this.name)

  sibling(name: string): ShellDatabase {
    return new ShellDatabase(this.client, name)
  }

  member(name: string): unknown {
    const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined
    if (method) return new HostFunction(name, (args) => method(this, args))
    if (name === 'collection') {
      return new HostFunction(name, () => {
        throw new ShellError('The shell has no db.collection().', undefined, 'Use db.getCollection(name), or db.name.')
      })
    }
    return new ShellCollection(this, name)
  }

  memberNames(): string[] {
    return [...DATABASE_METHODS]
  }

  describe(): string {
    return this.name
  }
}
