// The collection methods for indexes, names and statistics.
import * as check from './arguments.ts'
import type { CollectionMethod, ShellCollection } from './collection.ts'
import { ShellError } from './errors.ts'
import { isDocument } from './values.ts'

function createIndex(c: ShellCollection, [key, more]: unknown[]) {
  return c.driver().createIndex(indexKey(key), check.options(more))
}

function indexKey(key: unknown) {
  if (isDocument(key) && Object.keys(key).length > 0) return key
  throw new ShellError("An index wants a key, such as { state: 1, 'cost.total': -1 }.")
}

/** `createIndexes([{a: 1}, {b: 1}], options)`: the options hold for each. */
async function createIndexes(c: ShellCollection, [keys, more]: unknown[]) {
  const options = check.options(more)
  const names: string[] = []
  for (const key of check.documents(keys, 'The keys')) names.push(await c.driver().createIndex(indexKey(key), options))
  return names
}

async function dropIndex(c: ShellCollection, [index]: unknown[]) {
  if (typeof index !== 'string' && !isDocument(index)) {
    throw new ShellError('dropIndex wants the name or the key of an index.', undefined, 'getIndexes() lists them.')
  }
  if (index === '*') throw new ShellError('To drop all indexes use dropIndexes().')
  return c.database.driver().command({ dropIndexes: c.name, index })
}

async function rename(c: ShellCollection, [name, dropTarget]: unknown[]) {
  await c.driver().rename(check.name(name, 'The new name'), { dropTarget: dropTarget === true })
  return { ok: 1 }
}

async function stats(c: ShellCollection, [scale]: unknown[]) {
  const factor = typeof scale === 'number' ? { scale } : check.options(scale)
  return c.database.driver().command({ collStats: c.name, ...factor })
}

const stat = (field: string): CollectionMethod => async (c) => (await stats(c, []))[field]

export const ADMIN_METHODS: Record<string, CollectionMethod> = {
  createIndex,
  createIndexes,
  getIndexes: (c) => c.driver().indexes(),
  getIndexKeys: async (c) => ((await c.driver().indexes()) as { key: unknown }[]).map(({ key }) => key),
  dropIndex,
  dropIndexes: (c, [index]) => c.database.driver().command({ dropIndexes: c.name, index: index ?? '*' }),
  drop: (c) => c.driver().drop(),
  renameCollection: rename,
  stats,
  dataSize: stat('size'),
  storageSize: stat('storageSize'),
  totalIndexSize: stat('totalIndexSize'),
  exists: async (c) => (await c.database.driver().listCollections({ name: c.name }).toArray())[0] ?? null,
  isCapped: async (c) => (await stats(c, []))['capped'] === true,
  validate: (c, [more]) => c.database.driver().command({ validate: c.name, ...check.options(more) }),
  runCommand: (c, [command, more]) => {
    const rest = typeof command === 'string' ? check.options(more) : check.document(command, 'The command', true)
    const name = typeof command === 'string' ? command : Object.keys(rest)[0]
    if (name === undefined) throw new ShellError('runCommand wants the name of a command.')
    return c.database.driver().command({ [name]: c.name, ...rest })
  }
}
