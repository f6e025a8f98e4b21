// The constructors of BSON values that typed code sees: ObjectId(), ISODate(), NumberLong() and the like.
import {
  Binary, BSONRegExp, Code, DBRef, Decimal128, Double, EJSON, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp, UUID
} from 'tussock'
import * as check from './arguments.ts'
import { ShellError } from './errors.ts'
import { bsonType, HostFunction, isDocument, Namespace } from './values.ts'

type Make = (...args: unknown[]) => unknown

/** A constructor that may be called with or without `new`. */
function constructor(name: string, type: string, make: Make): HostFunction {
  const call = (args: unknown[]) => {
    try {
      return make(...args)
    } catch (error) {
      if (error instanceof ShellError) throw error
      throw new ShellError(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return new HostFunction(name, call, { construct: call, native: (value) => bsonType(value) === type })
}

function objectId(value?: unknown): ObjectId {
  if (value === undefined) return new ObjectId()
  if (value instanceof ObjectId) return value
  if (typeof value === 'number') return ObjectId.createFromTime(value)
  if (typeof value === 'string' && /^[0-9a-fA-F]{24}$/.test(value)) return new ObjectId(value)
  throw new ShellError('ObjectId wants 24 hexadecimal digits.')
}

/** Dates as MongoDB's shell reads them: without a time zone they are UTC. */
export function isoDate(value?: unknown): Date {
  if (value === undefined) return new Date()
  if (typeof value !== 'string') throw new ShellError("ISODate wants a text, such as ISODate('2018-01-31T12:00:00Z').")
  const parts = /^(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d)(?::?(\d\d)(?::?(\d\d)(\.\d+)?)?)?)?(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(value)
  if (!parts) throw new ShellError(`"${value}" is not an ISO date.`)
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = parts
  const offset = zone === 'Z' ? 'Z' : zone.length === 3 ? `${zone}:00` : zone.replace(/(\d\d)(\d\d)$/, '$1:$2')
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${offset}`)
  if (Number.isNaN(date.getTime())) throw new ShellError(`"${value}" is not a date of the calendar.`)
  return date
}

function long(value: unknown = 0): Long {
  if (value instanceof Long) return value
  if (typeof value === 'bigint') return Long.fromBigInt(value)
  if (typeof value === 'number') return Long.fromNumber(value)
  if (typeof value === 'string' && /^\s*-?\d+\s*$/.test(value)) return Long.fromString(value.trim())
  throw new ShellError('NumberLong wants a whole number, best as text: NumberLong("9007199254740993").')
}

function timestamp(first?: unknown, second?: unknown): Timestamp {
  if (isDocument(first)) return new Timestamp({ t: Number(first['t'] ?? 0), i: Number(first['i'] ?? 0) })
  return new Timestamp({ t: Number(first ?? 0), i: Number(second ?? 0) })
}

function binary(subtype: unknown, base64: unknown): Binary {
  if (typeof subtype !== 'number' || typeof base64 !== 'string') throw new ShellError('BinData wants a subtype and base64 text.')
  return Binary.createFromBase64(base64, subtype)
}

function hexData(subtype: unknown, hex: unknown): Binary {
  if (typeof subtype !== 'number' || typeof hex !== 'string') throw new ShellError('HexData wants a subtype and hexadecimal digits.')
  return Binary.createFromHexString(hex, subtype)
}

const date = new HostFunction('ISODate', ([value]) => isoDate(value), {
  construct: ([value]) => isoDate(value),
  native: (value) => value instanceof Date
})

const fromString = (name: string, make: (text: string) => unknown) => ({
  fromString: new HostFunction(name, ([text]) => make(String(text)))
})

const BSON_GLOBALS_SHARED: Record<string, HostFunction> = {
  ObjectId: constructor('ObjectId', 'ObjectId', objectId),
  Long: constructor('NumberLong', 'Long', long).with(fromString('fromString', (text) => long(text))),
  Int32: constructor('NumberInt', 'Int32', (value = 0) => new Int32(Math.trunc(Number(value)))),
  Double: constructor('Double', 'Double', (value = 0) => new Double(Number(value))),
  Decimal128: constructor('NumberDecimal', 'Decimal128', (value = '0') => Decimal128.fromString(String(value))).with(
    fromString('fromString', (text) => Decimal128.fromString(text))
  )
}

/** Every BSON constructor, with the shell's older names for the same. */
export const BSON_GLOBALS: Record<string, unknown> = {
  ...BSON_GLOBALS_SHARED,
  ObjectID: BSON_GLOBALS_SHARED['ObjectId'],
  NumberLong: BSON_GLOBALS_SHARED['Long'],
  NumberInt: BSON_GLOBALS_SHARED['Int32'],
  NumberDecimal: BSON_GLOBALS_SHARED['Decimal128'],
  ISODate: date,
  UUID: constructor('UUID', 'Binary', (value) => (value === undefined ? new UUID() : new UUID(check.name(value, 'UUID')))),
  BinData: constructor('BinData', 'Binary', binary),
  HexData: constructor('HexData', 'Binary', hexData),
  Timestamp: constructor('Timestamp', 'Timestamp', timestamp),
  MinKey: constructor('MinKey', 'MinKey', () => new MinKey()),
  MaxKey: constructor('MaxKey', 'MaxKey', () => new MaxKey()),
  Code: constructor('Code', 'Code', (code) => new Code(String(code))),
  DBRef: constructor('DBRef', 'DBRef', (name, id) => new DBRef(String(name), objectId(id))),
  BSONRegExp: constructor('BSONRegExp', 'BSONRegExp', (pattern, flags = '') => new BSONRegExp(String(pattern), String(flags))),
  EJSON: new Namespace('EJSON', {
    stringify: new HostFunction('stringify', ([value, ...rest]) => {
      const options = rest.find(isDocument) ?? {}
      const indent = rest.find((item) => typeof item === 'number')
      return EJSON.stringify(value, undefined, indent as number | undefined, options)
    }),
    parse: new HostFunction('parse', ([text]) => EJSON.parse(String(text)) as unknown),
    serialize: new HostFunction('serialize', ([value]) => EJSON.serialize(value) as unknown),
    deserialize: new HostFunction('deserialize', ([value]) => EJSON.deserialize(value as Record<string, unknown>) as unknown)
  })
}
