// The part of JavaScript's own globals that typed code sees.
import { ShellError } from './errors.ts'
import { getMember, iterate } from './members.ts'
import { Closure, HostFunction, isDocument, Namespace, setOwn } from './values.ts'

type Native = (...args: never[]) => unknown

/** Plain functions as host functions. */
function functions(native: Record<string, Native>): Record<string, HostFunction> {
  return Object.fromEntries(
    Object.entries(native).map(([name, call]) => [name, new HostFunction(name, (args) => call(...(args as never[])))])
  )
}

function mathNamespace(): Namespace {
  const members: Record<string, unknown> = {}
  for (const name of Object.getOwnPropertyNames(Math)) {
    const value = (Math as unknown as Record<string, unknown>)[name]
    members[name] = typeof value === 'function' ? new HostFunction(name, (args) => (value as Native)(...(args as never[]))) : value
  }
  return new Namespace('Math', members)
}

const plain = (value: unknown): object => {
  if (isDocument(value) || Array.isArray(value)) return value
  if (typeof value === 'string') return [...value]
  throw new ShellError('A document or an array is wanted here.')
}

async function collect(value: unknown): Promise<unknown[]> {
  const items: unknown[] = []
  if (isDocument(value) && typeof value['length'] === 'number') return Array.from({ length: value['length'] })
  for await (const item of iterate(value)) items.push(item)
  return items
}

const OBJECT = new HostFunction('Object', ([value]) => value ?? {}, { native: (v) => typeof v === 'object' && v !== null }).with({
  ...functions({
    keys: (value) => Object.keys(plain(value)),
    values: (value) => Object.values(plain(value)) as unknown[],
    entries: (value) => Object.entries(plain(value)) as unknown[],
    hasOwn: (value, key) => Object.hasOwn(plain(value), String(key)),
    freeze: (value) => value,
    is: (a, b) => Object.is(a, b)
  }),
  assign: new HostFunction('assign', ([target, ...sources]) => {
    const into = plain(target)
    for (const source of sources) {
      if (source == null) continue
      for (const [name, item] of Object.entries(plain(source))) setOwn(into, name, item)
    }
    return into
  }),
  fromEntries: new HostFunction('fromEntries', async ([entries]) => {
    const result = {}
    for (const entry of await collect(entries)) setOwn(result, String(getMember(entry, 0)), getMember(entry, 1))
    return result
  })
})

const ARRAY = new HostFunction('Array', (args) => newArray(args), {
  construct: (args) => newArray(args),
  native: Array.isArray
}).with({
  isArray: new HostFunction('isArray', ([value]) => Array.isArray(value)),
  of: new HostFunction('of', (args) => args),
  from: new HostFunction('from', async ([source, map], caller) => {
    const items = await collect(source)
    if (map === undefined) return items
    const result: unknown[] = []
    for (const [index, item] of items.entries()) result.push(await caller.call(map, [item, index]))
    return result
  })
})

function newArray(args: unknown[]): unknown[] {
  const [length] = args
  if (args.length !== 1 || typeof length !== 'number') return args
  if (!Number.isInteger(length) || length < 0 || length > 10_000_000) throw new ShellError('That is no length for an array.')
  return new Array<unknown>(length).fill(undefined)
}

const DATE = new HostFunction('Date', () => new Date().toString(), {
  construct: (args) => new (Date as unknown as new (...args: unknown[]) => Date)(...args),
  native: (value) => value instanceof Date
}).with(functions({ now: () => Date.now(), parse: (text) => Date.parse(text), UTC: (...parts) => Date.UTC(...(parts as unknown as [number])) }))

const JSON_NAMESPACE = new Namespace('JSON', {
  parse: new HostFunction('parse', ([text]) => JSON.parse(String(text)) as unknown),
  stringify: new HostFunction('stringify', ([value, , indent]) => JSON.stringify(value, undefined, indent as number))
})

const regExp = (args: unknown[]) => {
  const [pattern, flags] = args
  return new RegExp(pattern instanceof RegExp ? pattern.source : String(pattern ?? ''), flags === undefined ? undefined : String(flags))
}

function error(args: unknown[]): Error {
  return new Error(String(args[0] ?? ''))
}

const text = (value: unknown): string => {
  if (value instanceof Closure) return value.source
  return Array.isArray(value) ? value.map(text).join(',') : String(value)
}

const SETS: Record<string, HostFunction> = {
  Set: new HostFunction('Set', () => mustBeNew('Set'), {
    construct: async ([values]) => new Set(values === undefined ? [] : await collect(values)),
    native: (value) => value instanceof Set
  }),
  Map: new HostFunction('Map', () => mustBeNew('Map'), {
    construct: async ([entries]) => {
      const pairs = entries === undefined ? [] : await collect(entries)
      return new Map(pairs.map((pair) => [getMember(pair, 0), getMember(pair, 1)]))
    },
    native: (value) => value instanceof Map
  })
}

function mustBeNew(name: string): never {
  throw new ShellError(`${name} wants "new".`)
}

export const JS_GLOBALS: Record<string, unknown> = {
  undefined,
  NaN,
  Infinity,
  Math: mathNamespace(),
  JSON: JSON_NAMESPACE,
  Object: OBJECT,
  Array: ARRAY,
  Date: DATE,
  ...SETS,
  String: new HostFunction('String', ([value = '']) => text(value)).with(
    functions({ fromCharCode: (...codes: number[]) => String.fromCharCode(...codes) })
  ),
  Number: new HostFunction('Number', ([value = 0]) => Number(value)).with({
    ...functions({
      isInteger: (value) => Number.isInteger(value),
      isSafeInteger: (value) => Number.isSafeInteger(value),
      isNaN: (value) => Number.isNaN(value),
      isFinite: (value) => Number.isFinite(value),
      parseInt: (value: string, radix?: number) => parseInt(value, radix),
      parseFloat: (value: string) => parseFloat(value)
    }),
    MAX_SAFE_INTEGER: Number.MAX_SAFE_INTEGER,
    MIN_SAFE_INTEGER: Number.MIN_SAFE_INTEGER,
    MAX_VALUE: Number.MAX_VALUE,
    MIN_VALUE: Number.MIN_VALUE,
    EPSILON: Number.EPSILON
  }),
  Boolean: new HostFunction('Boolean', ([value]) => Boolean(value)),
  BigInt: new HostFunction('BigInt', ([value]) => BigInt(value as string)),
  RegExp: new HostFunction('RegExp', regExp, { construct: regExp, native: (value) => value instanceof RegExp }),
  Error: new HostFunction('Error', error, { construct: error, native: (value) => value instanceof Error }),
  ...functions({
    parseInt: (value: string, radix?: number) => parseInt(value, radix),
    parseFloat: (value: string) => parseFloat(value),
    isNaN: (value: number) => isNaN(value),
    isFinite: (value: number) => isFinite(value),
    encodeURIComponent: (value: string) => encodeURIComponent(value),
    decodeURIComponent: (value: string) => decodeURIComponent(value)
  })
}
