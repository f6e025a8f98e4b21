// Which properties and methods typed code may use on JavaScript's and BSON's own values.
import { ShellError } from './errors.ts'
import { arrayMethod } from './arrays.ts'
import { bsonType, Closure, HostFunction, isDocument, Namespace, ShellObject, setOwn, type Caller } from './values.ts'

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const STRING = words(
  'at charAt charCodeAt codePointAt concat endsWith includes indexOf lastIndexOf localeCompare match matchAll ' +
    'normalize padEnd padStart repeat search slice split startsWith substring substr toLowerCase toUpperCase ' +
    'toLocaleLowerCase toLocaleUpperCase toString trim trimEnd trimStart valueOf'
)
const NUMBER = words('toExponential toFixed toLocaleString toPrecision toString valueOf')
const DATE = words(
  'getDate getDay getFullYear getHours getMilliseconds getMinutes getMonth getSeconds getTime getTimezoneOffset ' +
    'getUTCDate getUTCDay getUTCFullYear getUTCHours getUTCMilliseconds getUTCMinutes getUTCMonth getUTCSeconds ' +
    'setDate setFullYear setHours setMilliseconds setMinutes setMonth setSeconds setTime setUTCDate setUTCFullYear ' +
    'setUTCHours setUTCMilliseconds setUTCMinutes setUTCMonth setUTCSeconds toDateString toISOString toJSON ' +
    'toLocaleDateString toLocaleString toLocaleTimeString toString toTimeString toUTCString valueOf'
)
const REGEXP = words('exec test toString')
const REGEXP_FIELDS = words('source flags global ignoreCase multiline lastIndex sticky unicode dotAll')
const COLLECTION = words('has get add set delete clear keys values entries')
const BSON: Record<string, ReadonlySet<string>> = {
  ObjectId: words('toString toHexString getTimestamp equals toJSON'),
  Long: words(
    'toString toNumber toInt equals compare add subtract multiply divide modulo negate isZero isNegative ' +
      'greaterThan lessThan greaterThanOrEqual lessThanOrEqual eq ne gt gte lt lte toBigInt'
  ),
  Int32: words('toString valueOf toJSON'),
  Double: words('toString valueOf toJSON'),
  Decimal128: words('toString toJSON'),
  Binary: words('toString toJSON length toUUID'),
  UUID: words('toString toHexString equals toJSON'),
  Timestamp: words('toString toJSON getHighBits getLowBits equals'),
  Code: words('toJSON'),
  DBRef: words('toJSON')
}
const BSON_FIELDS: Record<string, ReadonlySet<string>> = {
  Int32: words('value'),
  Double: words('value'),
  Long: words('high low'),
  Binary: words('sub_type'),
  Timestamp: words('t i'),
  Code: words('code scope'),
  BSONRegExp: words('pattern options'),
  DBRef: words('collection oid db'),
  ObjectId: words('id')
}

type Apply = (...args: unknown[]) => unknown

/** A method of the value's own class, called with plain values only. */
function native(value: object | string | number | boolean, name: string): HostFunction {
  const method = (value as unknown as Record<string, Apply>)[name]
  if (typeof method !== 'function') throw new ShellError(`There is no method "${name}" here.`)
  return new HostFunction(name, (args) => {
    const result = method.apply(value, args)
    return isIterator(result) ? [...result] : result
  })
}

function isIterator(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'next' in value && Symbol.iterator in value
}

/** `"a".replace(/x/, f)` where f may be typed code. */
function replaceMethod(text: string, name: 'replace' | 'replaceAll'): HostFunction {
  return new HostFunction(name, async ([pattern, replacement], caller: Caller) => {
    if (!(pattern instanceof RegExp) && typeof pattern !== 'string') {
      throw new ShellError(`${name} wants a string or a regular expression.`)
    }
    if (!(replacement instanceof Closure)) return text[name](pattern as string, String(replacement))
    const calls: unknown[][] = []
    text[name](pattern as string, (...args: unknown[]) => (calls.push(args), ''))
    const results: string[] = []
    for (const args of calls) results.push(String(await caller.call(replacement, args)))
    return text[name](pattern as string, () => results.shift() ?? '')
  })
}

function stringMember(text: string, name: string): unknown {
  if (name === 'length') return text.length
  if (/^\d+$/.test(name)) return text[Number(name)]
  if (name === 'replace' || name === 'replaceAll') return replaceMethod(text, name)
  return STRING.has(name) ? native(text, name) : undefined
}

function arrayMember(array: unknown[], name: string): unknown {
  if (name === 'length') return array.length
  if (Object.hasOwn(array, name)) return (array as unknown as Record<string, unknown>)[name]
  return arrayMethod(array, name)
}

function documentMember(document: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(document, name)) return document[name]
  if (name === 'hasOwnProperty') {
    return new HostFunction(name, ([key]) => Object.hasOwn(document, String(key)))
  }
  return name === 'toString' ? new HostFunction(name, () => '[object Object]') : undefined
}

function objectMember(value: object, name: string): unknown {
  const type = bsonType(value)
  if (type !== undefined) {
    if (type === 'ObjectId' && name === 'str') return String(value)
    if (BSON_FIELDS[type]?.has(name)) return (value as Record<string, unknown>)[name]
    return BSON[type]?.has(name) ? native(value, name) : undefined
  }
  if (value instanceof Date) return DATE.has(name) ? native(value, name) : undefined
  if (value instanceof RegExp) {
    if (REGEXP_FIELDS.has(name)) return (value as unknown as Record<string, unknown>)[name]
    return REGEXP.has(name) ? native(value, name) : undefined
  }
  if (value instanceof Map || value instanceof Set) return mapOrSetMember(value, name)
  if (value instanceof Error) return errorMember(value, name)
  return documentMember(value as Record<string, unknown>, name)
}

function mapOrSetMember(value: Map<unknown, unknown> | Set<unknown>, name: string): unknown {
  if (name === 'size') return value.size
  if (name === 'forEach') {
    return new HostFunction(name, async ([callee], caller) => {
      for (const [key, item] of [...value.entries()]) await caller.call(callee, [item, key])
    })
  }
  return COLLECTION.has(name) ? native(value, name) : undefined
}

const ERROR_FIELDS = words('message name code codeName errmsg writeErrors result errorLabels errInfo keyPattern keyValue hint')

function errorMember(error: Error, name: string): unknown {
  if (name === 'toString') return new HostFunction(name, () => `${error.name}: ${error.message}`)
  return ERROR_FIELDS.has(name) ? (error as unknown as Record<string, unknown>)[name] : undefined
}

/** `value.name` or `value[name]` as typed code sees it. */
export function getMember(value: unknown, key: unknown): unknown {
  const name = typeof key === 'symbol' ? '' : String(key)
  if (value === null || value === undefined) {
    throw new ShellError(`Cannot read "${name}" of ${value === null ? 'null' : 'undefined'}.`)
  }
  if (value instanceof ShellObject) return value.member(name)
  if (value instanceof HostFunction || value instanceof Namespace) return value.members.get(name)
  if (value instanceof Closure) return name === 'name' ? (value.node.id?.name ?? '') : undefined
  if (typeof value === 'string') return stringMember(value, name)
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
    return NUMBER.has(name) ? native(value as number, name) : undefined
  }
  if (Array.isArray(value)) return arrayMember(value, name)
  return objectMember(value, name)
}

/** `target.name = value`; only documents and arrays can be written to. */
export function setMember(target: unknown, key: unknown, value: unknown): void {
  if (Array.isArray(target)) {
    const name = String(key)
    if (name !== 'length' && !/^\d+$/.test(name)) throw new ShellError(`An array has no property "${name}" to set.`)
    ;(target as unknown as Record<string, unknown>)[name] = value
    return
  }
  if (!isDocument(target)) throw new ShellError(`Only documents and arrays can be assigned to, not "${String(key)}" here.`)
  setOwn(target, String(key), value)
}

/** The values that `for ... of` and spread walk. */
export async function* iterate(value: unknown): AsyncGenerator<unknown> {
  if (value instanceof ShellObject && value.iterate) yield* value.iterate()
  else if (typeof value === 'string' || Array.isArray(value) || value instanceof Map || value instanceof Set) yield* value
  else throw new ShellError('This value cannot be iterated.')
}
