// Values as text: in the shell's notation, or as Extended JSON.
import { EJSON } from 'tussock'
import { bsonType, Closure, HostFunction, isDocument, Namespace, ShellObject } from './values.ts'

export type Style = 'shell' | 'relaxed' | 'canonical'

const WIDTH = 76
const DEPTH_MAX = 200

/** A text in single quotes, escaped. */
export function quote(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${escaped}'`
}

const isName = (key: string): boolean => /^[A-Za-z_$][\w$]*$/.test(key)

/** A key of a document: bare where JavaScript allows it. */
export const keyText = (key: string): string => (isName(key) ? key : quote(key))

/** A date in the shell's notation. */
export const dateText = (date: Date): string =>
  Number.isNaN(date.getTime()) ? 'Invalid Date' : `ISODate('${date.toISOString()}')`

type Bson = Record<string, unknown> & { toString(encoding?: string): string }

function binaryText(value: Bson): string {
  if (value['sub_type'] === 4) {
    const hex = value.toString('hex')
    return `UUID('${hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}')`
  }
  return `Binary.createFromBase64('${value.toString('base64')}', ${String(value['sub_type'])})`
}

/** How each BSON type is written. */
const BSON_TEXT: Record<string, (value: Bson) => string> = {
  ObjectId: (value) => `ObjectId('${value.toString()}')`,
  Long: (value) => `Long('${value.toString()}')`,
  Int32: (value) => `Int32(${value.toString()})`,
  Double: (value) => `Double(${value.toString()})`,
  Decimal128: (value) => `Decimal128('${value.toString()}')`,
  Timestamp: (value) => `Timestamp({ t: ${String(value['t'])}, i: ${String(value['i'])} })`,
  MinKey: () => 'MinKey()',
  MaxKey: () => 'MaxKey()',
  Binary: binaryText,
  UUID: (value) => `UUID('${value.toString()}')`,
  Code: (value) => `Code(${quote(String(value['code']))})`,
  BSONRegExp: (value) => `/${String(value['pattern'])}/${String(value['options'])}`,
  BSONSymbol: (value) => `BSONSymbol(${quote(String(value['value']))})`,
  DBRef: (value) => `DBRef(${quote(String(value['collection']))}, ${scalarText(value['oid'])})`
}

/** The text of a value that has no parts; of one that has, a word for it. */
export function scalarText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'bigint':
      return `Long('${value}')`
    case 'object':
      break
    default:
      return String(value)
  }
  if (value === null) return 'null'
  const type = bsonType(value)
  if (type !== undefined) return BSON_TEXT[type]?.(value as Bson) ?? type
  if (value instanceof Date) return dateText(value)
  if (value instanceof RegExp) return String(value)
  if (value instanceof Uint8Array) return `Buffer(${value.length})`
  if (value instanceof Closure) return `[Function${value.node.id ? `: ${value.node.id.name}` : ''}]`
  if (value instanceof HostFunction) return `[Function: ${value.name}]`
  if (value instanceof Namespace) return `[${value.name}]`
  if (value instanceof ShellObject) return value.describe()
  if (value instanceof Error) return `${value.name}: ${value.message}`
  return '{}'
}

/** The parts of a value that has parts, else null. */
export function partsOf(value: unknown): { kind: 'array' | 'document'; entries: [string, unknown][] } | null {
  if (Array.isArray(value)) return { kind: 'array', entries: value.map((item, index) => [String(index), item]) }
  if (value instanceof Set) return { kind: 'array', entries: [...value].map((item, index) => [String(index), item]) }
  if (value instanceof Map) return { kind: 'document', entries: [...value].map(([k, v]) => [String(k), v]) }
  if (isDocument(value)) return { kind: 'document', entries: Object.entries(value) }
  return isResult(value) ? { kind: 'document', entries: resultEntries(value) } : null
}

/** The driver's result objects may be instances of classes; they print as documents. */
function isResult(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || bsonType(value) !== undefined) return false
  const others = [Date, RegExp, Uint8Array, Closure, HostFunction, Namespace, ShellObject, Error]
  return !others.some((type) => value instanceof type)
}

function resultEntries(value: object): [string, unknown][] {
  const own = Object.entries(value).filter(([, item]) => typeof item !== 'function')
  const getters = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(value) as object))
    .filter(([name, { get }]) => get !== undefined && !name.startsWith('_') && name !== '__proto__')
    .map(([name]): [string, unknown] => [name, (value as Record<string, unknown>)[name]])
  return [...own, ...getters]
}

/** The value in the shell's notation; what fits on a line is put on one. */
export function shellText(value: unknown, indent = 0, room = WIDTH, depth = 0): string {
  const parts = partsOf(value)
  if (!parts) return scalarText(value)
  const isArray = parts.kind === 'array'
  if (parts.entries.length === 0) return isArray ? '[]' : '{}'
  if (depth > DEPTH_MAX) return isArray ? '[…]' : '{…}'
  const line = oneLine(parts, Math.max(20, room - indent))
  if (line !== null) return line
  const inner = ' '.repeat(indent + 2)
  const lines = parts.entries.map(([key, item]) => {
    const label = isArray ? '' : `${keyText(key)}: `
    return `${inner}${label}${shellText(item, indent + 2, room, depth + 1)}`
  })
  const [open, close] = isArray ? ['[', ']'] : ['{', '}']
  return `${open}\n${lines.join(',\n')}\n${' '.repeat(indent)}${close}`
}

/** The value on one line if it is that short, else null. */
function oneLine({ kind, entries }: NonNullable<ReturnType<typeof partsOf>>, room: number): string | null {
  let text = ''
  for (const [key, item] of entries) {
    const inner = partsOf(item)
    const value = inner ? (inner.entries.length === 0 ? (inner.kind === 'array' ? '[]' : '{}') : oneLine(inner, room)) : scalarText(item)
    if (value === null) return null
    text += `${text === '' ? '' : ', '}${kind === 'array' ? '' : `${keyText(key)}: `}${value}`
    if (text.length > room) return null
  }
  return kind === 'array' ? `[ ${text} ]` : `{ ${text} }`
}

/** Results of the driver as plain documents, functions and shell objects as their text. */
export function toPlain(value: unknown): unknown {
  const parts = partsOf(value)
  if (!parts) {
    const own = value instanceof Closure || value instanceof HostFunction || value instanceof Namespace
    return own || value instanceof ShellObject || value instanceof Error ? scalarText(value) : value
  }
  if (parts.kind === 'array') return parts.entries.map(([, item]) => toPlain(item))
  return Object.fromEntries(parts.entries.map(([key, item]) => [key, toPlain(item)]))
}

/** The value in the notation asked for, indented by two. */
export function formatValue(value: unknown, style: Style): string {
  if (style === 'shell') return shellText(value)
  if (value === undefined) return ''
  return EJSON.stringify(toPlain(value), undefined, 2, { relaxed: style === 'relaxed' })
}

/** What `print` shows: texts bare, everything else in the shell's notation. */
export const printText = (value: unknown): string => (typeof value === 'string' ? value : shellText(value))
