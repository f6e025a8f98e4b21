// Methods that MongoDB's shell keeps for old habits: each is mapped to its successor, and says so.
import * as check from './arguments.ts'
import type { CollectionMethod, ShellCollection } from './collection.ts'
import { ShellError } from './errors.ts'
import { ADMIN_METHODS } from './methods-admin.ts'
import type { Caller } from './values.ts'
import { isDocument } from './values.ts'

function deprecated(caller: Caller, old: string, successors: string): void {
  caller.print(`DeprecationWarning: ${old}() is deprecated. Use ${successors}.`)
}

/** Old options: `true` as an argument stood for one flag. */
function flags(value: unknown, flag: string): Record<string, unknown> {
  if (typeof value === 'boolean') return { [flag]: value }
  return check.options(value)
}

async function insert(c: ShellCollection, [what, more]: unknown[], caller: Caller) {
  deprecated(caller, 'insert', 'insertOne, insertMany or bulkWrite')
  const list = Array.isArray(what) ? check.documents(what, 'The documents') : [check.document(what, 'The document', true)]
  return c.driver().insertMany(list, check.options(more))
}

async function update(c: ShellCollection, [query, change, third, fourth]: unknown[], caller: Caller) {
  deprecated(caller, 'update', 'updateOne, updateMany, replaceOne or bulkWrite')
  const { multi, ...options } = { ...flags(third, 'upsert'), ...(fourth === undefined ? {} : { multi: fourth }) } as {
    multi?: unknown
  }
  const filter = check.document(query, 'The filter', true)
  const changes = check.update(change)
  if (!check.hasOperators(changes) && !Array.isArray(changes)) {
    if (multi === true) throw new ShellError('A replacement cannot be applied to many documents.')
    return c.driver().replaceOne(filter, changes, options)
  }
  return multi === true ? c.driver().updateMany(filter, changes, options) : c.driver().updateOne(filter, changes, options)
}

async function remove(c: ShellCollection, [query, more]: unknown[], caller: Caller) {
  deprecated(caller, 'remove', 'deleteOne, deleteMany, findOneAndDelete or bulkWrite')
  const { justOne, ...options } = flags(more, 'justOne')
  const filter = check.document(query, 'The filter', true)
  return justOne === true ? c.driver().deleteOne(filter, options) : c.driver().deleteMany(filter, options)
}

async function count(c: ShellCollection, [query, more]: unknown[], caller: Caller) {
  deprecated(caller, 'count', 'countDocuments or estimatedDocumentCount')
  const reply = await c.database.driver().command({
    count: c.name,
    query: check.document(query, 'The filter'),
    ...check.options(more)
  })
  return Number(reply['n'])
}

async function findAndModify(c: ShellCollection, [all]: unknown[]) {
  const { query, update: change, remove: removes, new: fresh, fields, ...rest } = check.document(all, 'The options', true)
  const filter = check.document(query, 'The query')
  const options = { ...rest, ...(isDocument(fields) ? { projection: fields } : {}) }
  if (removes === true) return c.driver().findOneAndDelete(filter, options)
  const changes = check.update(change)
  const after = { ...options, ...(fresh === true ? { returnDocument: 'after' } : {}) }
  if (Array.isArray(changes) || check.hasOperators(changes)) return c.driver().findOneAndUpdate(filter, changes, after)
  return c.driver().findOneAndReplace(filter, changes, after)
}

const createIndex = ADMIN_METHODS['createIndex']

export const OLD_METHODS: Record<string, CollectionMethod> = {
  insert,
  update,
  remove,
  count,
  findAndModify,
  ensureIndex: (c, args, caller) => {
    deprecated(caller, 'ensureIndex', 'createIndex')
    return createIndex?.(c, args, caller)
  }
}

/** Methods of MongoDB's shells that are refused, and what to do instead. */
export const REFUSED: Record<string, string> = {
  save: 'Use insertOne, or replaceOne with { upsert: true }.',
  mapReduce: 'Use aggregate with $group.',
  group: 'Use aggregate with $group.',
  copyTo: 'Use aggregate with $out.',
  watch: 'Change streams are not part of this playground.',
  initializeOrderedBulkOp: 'Use bulkWrite.',
  initializeUnorderedBulkOp: 'Use bulkWrite with { ordered: false }.',
  hideIndex: 'Drop the index instead, and create it again.',
  unhideIndex: 'Drop the index instead, and create it again.',
  reIndex: 'Drop the index and create it again.'
}
