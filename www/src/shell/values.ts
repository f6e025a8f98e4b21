// The kinds of value that typed code handles beside documents: functions, namespaces and the shell's objects.
//
// Invariant: no value that typed code can hold is a JavaScript function, so nothing outside the
// interpreter ever calls into typed code by accident, and typed code reaches no constructor of ours.
import type { Function as FunctionNode, ArrowFunctionExpression } from 'acorn'
import type { Scope } from './scope.ts'

/** What a function of ours may use of the interpreter that calls it. */
export interface Caller {
  /** Calls a function value of typed code. */
  call(callee: unknown, args: unknown[]): Promise<unknown>
  /** Shows a line of output. */
  print(value: unknown): void
  /** Rejects when the user pressed Stop; counts a step. */
  step(): Promise<void> | void
}

/** A function written in typed code. */
export class Closure {
  constructor(
    readonly node: FunctionNode | ArrowFunctionExpression,
    readonly scope: Scope,
    readonly source: string
  ) {}
}

/** A function of the shell, callable from typed code. */
export class HostFunction {
  readonly members = new Map<string, unknown>()
  constructor(
    readonly name: string,
    readonly call: (args: unknown[], caller: Caller) => unknown,
    readonly more: {
      /** `new Name(...)`; without it, `new` is the same as a call. */
      construct?: (args: unknown[], caller: Caller) => unknown
      /** For `instanceof`. */
      native?: (value: unknown) => boolean
    } = {}
  ) {}

  /** Adds static members, such as `Object.keys`. */
  with(members: Record<string, unknown>): this {
    for (const [name, value] of Object.entries(members)) this.members.set(name, value)
    return this
  }
}

/** A named bag of functions and constants, such as `Math`. */
export class Namespace {
  readonly members: Map<string, unknown>
  constructor(
    readonly name: string,
    members: Record<string, unknown>
  ) {
    this.members = new Map(Object.entries(members))
  }
}

/** An object of the shell: a database, a collection, a cursor. */
export abstract class ShellObject {
  /** The member that typed code sees under this name, or undefined. */
  abstract member(name: string): unknown
  /** The names that completion offers. */
  abstract memberNames(): string[]
  /** What is printed for it. */
  abstract describe(): string
  /** Iteration by `for ... of` and spread. */
  iterate?(): AsyncIterable<unknown>
}

export const isCallable = (value: unknown): value is Closure | HostFunction =>
  value instanceof Closure || value instanceof HostFunction

/** The `_bsontype` of a BSON class's instance, else undefined. */
export function bsonType(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('_bsontype' in value)) return undefined
  return typeof value._bsontype === 'string' ? value._bsontype : undefined
}

/** True for `{...}` as opposed to arrays, dates, BSON values and the shell's objects. */
export function isDocument(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  if (bsonType(value) !== undefined) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Sets an own property, whatever its name: `__proto__` is a name like any other. */
export function setOwn(target: object, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true })
  } else (target as Record<string, unknown>)[name] = value
}
