// Arithmetic and comparison of typed code, with BSON's numbers read as numbers.
import { ShellError } from './errors.ts'
import { bsonType, Closure, HostFunction, isDocument, ShellObject } from './values.ts'

export function typeOf(value: unknown): string {
  return value instanceof Closure || value instanceof HostFunction ? 'function' : typeof value
}

/** What an operand counts as: BSON's numbers as numbers, identifiers as their text. */
function primitive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const type = bsonType(value)
  if (type === 'Int32' || type === 'Double') return Number(value)
  if (type === 'Long') return (value as { toNumber(): number }).toNumber()
  if (type !== undefined) return String(value)
  if (value instanceof Date || value instanceof RegExp) return value
  if (value instanceof Closure) return value.source
  if (value instanceof ShellObject) return value.describe()
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (Array.isArray(value)) return value.map((item) => (item == null ? '' : String(primitive(item)))).join(',')
  return isDocument(value) ? '[object Object]' : `[${typeOf(value)}]`
}

type Binary = (left: never, right: never) => unknown

const ARITHMETIC: Record<string, Binary> = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
  '%': (a: number, b: number) => a % b,
  '**': (a: number, b: number) => a ** b,
  '|': (a: number, b: number) => a | b,
  '&': (a: number, b: number) => a & b,
  '^': (a: number, b: number) => a ^ b,
  '<<': (a: number, b: number) => a << b,
  '>>': (a: number, b: number) => a >> b,
  '>>>': (a: number, b: number) => a >>> b,
  '<': (a: number, b: number) => a < b,
  '>': (a: number, b: number) => a > b,
  '<=': (a: number, b: number) => a <= b,
  '>=': (a: number, b: number) => a >= b,
  '==': (a: unknown, b: unknown) => a == b,
  '!=': (a: unknown, b: unknown) => a != b
}

export function apply(operator: string, left: unknown, right: unknown): unknown {
  if (operator === '===') return left === right
  if (operator === '!==') return left !== right
  if ((operator === '==' || operator === '!=') && typeof left === 'object' && typeof right === 'object') {
    return (left === right) === (operator === '==')
  }
  const compute = Object.hasOwn(ARITHMETIC, operator) ? ARITHMETIC[operator] : undefined
  if (!compute) throw new ShellError(`The operator "${operator}" is not available in this shell.`)
  return compute(primitive(left) as never, primitive(right) as never)
}
