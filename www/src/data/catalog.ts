// What is in the database: names, counts, indexes, and the fields of a sample of documents.
import type { Doc, Driver } from '../shell/driver.ts'
import { bsonType, isDocument } from '../shell/values.ts'

export interface CollectionInfo {
  name: string
  type: string
  /** Null for a view, and for a collection that cannot be read: the others stay usable. */
  count: number | null
  /** What is special about it, in a word each: view, capped, validated, ... */
  tags: string[]
}

export interface IndexInfo {
  name: string
  key: Doc
  /** What is special about it, in a word each: unique, partial, TTL, ... */
  tags: string[]
}

export interface FieldInfo {
  path: string
  /** Type names by how often they were met, the most frequent first. */
  types: string[]
  /** Share of the sampled documents that have the field. */
  share: number
}

const SAMPLE = 60
const FIELDS_MAX = 200

export async function databaseNames(driver: Driver): Promise<string[]> {
  const reply = await driver.db('admin').command({ listDatabases: 1, nameOnly: true })
  return (reply['databases'] as { name: string }[]).map(({ name }) => name).sort()
}

export async function collectionsOf(driver: Driver, database: string): Promise<CollectionInfo[]> {
  const infos = (await driver.db(database).listCollections({}).toArray()) as { name: string; type?: string; options?: Doc }[]
  // What the engine keeps for itself (the definitions of views, ...) is not for people.
  const found = infos.filter(({ name }) => !name.startsWith('system.')).map(async ({ name, type = 'collection', options = {} }) => ({
    name,
    type,
    tags: collectionTags(type, options),
    count: type === 'view' ? null : await driver.db(database).collection(name).estimatedDocumentCount().catch(() => null)
  }))
  return (await Promise.all(found)).sort((a, b) => (a.name < b.name ? -1 : 1))
}

export async function indexesOf(driver: Driver, database: string, collection: string): Promise<IndexInfo[]> {
  const indexes = (await driver.db(database).collection(collection).indexes()) as Doc[]
  return indexes.map((index) => ({
    name: String(index['name']),
    key: index['key'] as Doc,
    tags: indexTags(index)
  }))
}

/** What is special about an index, from its description. */
export function indexTags(index: Doc): string[] {
  const key = index['key'] as Doc
  const has = (option: string) => index[option] !== undefined && index[option] !== false
  const tags: [boolean, string][] = [
    [has('unique') || index['name'] === '_id_', 'unique'],
    [has('clustered'), 'clustered'],
    [has('sparse'), 'sparse'],
    [has('partialFilterExpression'), 'partial'],
    [has('expireAfterSeconds'), `TTL ${String(index['expireAfterSeconds'])} s`],
    [has('hidden'), 'hidden'],
    [Object.keys(key).some((field) => field === '$**' || field.endsWith('.$**')), 'wildcard'],
    [Object.values(key).includes('hashed'), 'hashed']
  ]
  return tags.filter(([is]) => is).map(([, tag]) => tag)
}

/** What is special about a collection, from its options. */
export function collectionTags(type: string, options: Doc): string[] {
  const tags: [boolean, string][] = [
    [type === 'view', 'view'],
    [type === 'timeseries', 'time series'],
    [options['capped'] === true, 'capped'],
    [options['clusteredIndex'] !== undefined, 'clustered'],
    [options['validator'] !== undefined, 'validated'],
    [options['expireAfterSeconds'] !== undefined, 'TTL']
  ]
  return tags.filter(([is]) => is).map(([, tag]) => tag)
}

/** The name that MongoDB gives the type of a value. */
export function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (value instanceof Date) return 'date'
  if (value instanceof RegExp) return 'regex'
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'boolean':
      return 'bool'
    case 'number':
      return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 'int' : 'double'
    case 'bigint':
      return 'long'
    case 'object':
      break
    default:
      return typeof value
  }
  const type = bsonType(value)
  if (type === undefined) return 'object'
  const names: Record<string, string> = {
    Int32: 'int', Long: 'long', Double: 'double', Decimal128: 'decimal', ObjectId: 'objectId', Binary: 'binData',
    UUID: 'uuid', Timestamp: 'timestamp', BSONRegExp: 'regex', Code: 'javascript', MinKey: 'minKey', MaxKey: 'maxKey'
  }
  return names[type] ?? type
}

/** Adds the paths of a document, through arrays of documents too. */
function collectPaths(value: Doc, prefix: string, into: Map<string, Map<string, number>>): void {
  for (const [name, item] of Object.entries(value)) {
    const path = prefix + name
    const types = into.get(path) ?? new Map<string, number>()
    into.set(path, types)
    types.set(typeName(item), (types.get(typeName(item)) ?? 0) + 1)
    if (isDocument(item)) collectPaths(item, `${path}.`, into)
    else if (Array.isArray(item)) for (const part of item.slice(0, 3)) if (isDocument(part)) collectPaths(part, `${path}.`, into)
  }
}

/** The fields of the first documents of a collection. */
export async function fieldsOf(driver: Driver, database: string, collection: string): Promise<FieldInfo[]> {
  const documents = await driver.db(database).collection(collection).find({}, { limit: SAMPLE }).toArray()
  const paths = new Map<string, Map<string, number>>()
  for (const document of documents) collectPaths(document, '', paths)
  return [...paths].slice(0, FIELDS_MAX).map(([path, types]) => {
    const met = [...types.values()].reduce((sum, count) => sum + count, 0)
    return {
      path,
      types: [...types].sort((a, b) => b[1] - a[1]).map(([name]) => name),
      share: Math.min(1, met / Math.max(1, documents.length))
    }
  })
}

/** A key as the shell writes it: `state: 1, city: 1`. */
export const keyOf = (key: Doc): string =>
  Object.entries(key)
    .map(([field, direction]) => `${field}: ${typeof direction === 'string' ? `'${direction}'` : String(direction)}`)
    .join(', ')

/** How typed code names a collection. */
export const collectionExpression = (name: string, reserved: readonly string[]): string =>
  /^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$/.test(name) && !name.split('.').some((part) => reserved.includes(part))
    ? `db.${name}`
    : `db.getCollection('${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}')`
