// How each kind of expression is evaluated.
import type {
  ArrayExpression, AssignmentExpression, BinaryExpression, CallExpression, Expression, Identifier, Literal,
  MemberExpression, NewExpression, ObjectExpression, SpreadElement, Super, UnaryExpression, UpdateExpression
} from 'acorn'
import { ShellError } from './errors.ts'
import type { Interpreter } from './interpreter.ts'
import { getMember, iterate } from './members.ts'
import { apply, typeOf } from './operators.ts'
import { bindPattern, propertyKey } from './patterns.ts'
import type { Scope } from './scope.ts'
import { bsonType, Closure, HostFunction, isCallable, isDocument, setOwn } from './values.ts'

type Of<T extends Expression['type']> = Extract<Expression, { type: T }>

/** What an optional chain (`a?.b.c`) gives when it ends early. */
const SHORT = Symbol('short circuit')

function literal(node: Literal): unknown {
  return node.regex ? new RegExp(node.regex.pattern, node.regex.flags) : node.value
}

function identifier(run: Interpreter, node: Identifier, scope: Scope): unknown {
  const variable = scope.find(node.name) ?? run.options.globals(node.name)
  if (!variable) throw new ShellError(`"${node.name}" is not defined.`, node.start)
  return variable.value
}

async function array(run: Interpreter, node: ArrayExpression, scope: Scope): Promise<unknown[]> {
  const items: unknown[] = []
  for (const element of node.elements) {
    if (!element) items.push(undefined)
    else if (element.type === 'SpreadElement') await spreadInto(run, items, element, scope)
    else items.push(await run.evaluate(element, scope))
  }
  return items
}

async function spreadInto(run: Interpreter, items: unknown[], node: SpreadElement, scope: Scope): Promise<void> {
  for await (const item of iterate(await run.evaluate(node.argument, scope))) items.push(item)
}

async function object(run: Interpreter, node: ObjectExpression, scope: Scope): Promise<object> {
  const result = {}
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      const value = await run.evaluate(property.argument, scope)
      if (isDocument(value) || Array.isArray(value)) {
        for (const [name, item] of Object.entries(value)) setOwn(result, name, item)
      } else if (value !== null && value !== undefined && typeof value === 'object') {
        throw new ShellError('Only documents can be spread into a document.', property.start)
      }
      continue
    }
    if (property.kind !== 'init') throw new ShellError('Getters and setters are not available.', property.start)
    setOwn(result, await propertyKey(run, property, scope), await run.evaluate(property.value, scope))
  }
  return result
}

async function args(run: Interpreter, nodes: (Expression | SpreadElement)[], scope: Scope): Promise<unknown[]> {
  const values: unknown[] = []
  for (const node of nodes) {
    if (node.type === 'SpreadElement') await spreadInto(run, values, node, scope)
    else values.push(await run.evaluate(node, scope))
  }
  return values
}

async function key(run: Interpreter, node: MemberExpression, scope: Scope): Promise<unknown> {
  if (node.property.type === 'PrivateIdentifier') throw new ShellError('Private names are not available.', node.start)
  return !node.computed && node.property.type === 'Identifier' ? node.property.name : run.evaluate(node.property, scope)
}

async function member(run: Interpreter, node: MemberExpression, scope: Scope): Promise<unknown> {
  const target = await run.evaluate(notSuper(node.object), scope)
  if (target === SHORT || (node.optional && (target === null || target === undefined))) return SHORT
  return getMember(target, await key(run, node, scope))
}

function notSuper(node: Expression | Super): Expression {
  if (node.type === 'Super') throw new ShellError('"super" is not available in this shell.', node.start)
  return node
}

async function call(run: Interpreter, node: CallExpression, scope: Scope): Promise<unknown> {
  const callee = await run.evaluate(notSuper(node.callee), scope)
  if (callee === SHORT || (node.optional && (callee === null || callee === undefined))) return SHORT
  if (!isCallable(callee)) {
    const name = run.text.slice(node.callee.start, node.callee.end).replace(/\s+/g, ' ')
    const short = name.length > 60 ? `…${name.slice(-60)}` : name
    const at = node.callee.type === 'MemberExpression' ? node.callee.property.start : node.callee.start
    throw new ShellError(`${short} is not a function.`, at)
  }
  return run.call(callee, await args(run, node.arguments, scope))
}

async function construct(run: Interpreter, node: NewExpression, scope: Scope): Promise<unknown> {
  const callee = await run.evaluate(notSuper(node.callee), scope)
  if (!(callee instanceof HostFunction)) throw new ShellError('This cannot be used with "new".', node.start)
  const values = await args(run, node.arguments, scope)
  return callee.more.construct ? callee.more.construct(values, run) : callee.call(values, run)
}

async function assign(run: Interpreter, node: AssignmentExpression, scope: Scope): Promise<unknown> {
  if (node.operator === '=') {
    const value = await run.evaluate(node.right, scope)
    await bindPattern(run, node.left, value, scope, null)
    return value
  }
  const operator = node.operator.slice(0, -1)
  const current = await run.evaluate(node.left as Expression, scope)
  if (operator === '&&' ? !current : operator === '||' ? current : operator === '??' && current != null) return current
  const right = await run.evaluate(node.right, scope)
  const value = /^(&&|\|\||\?\?)$/.test(operator) ? right : apply(operator, current, right)
  await bindPattern(run, node.left, value, scope, null)
  return value
}

async function update(run: Interpreter, node: UpdateExpression, scope: Scope): Promise<unknown> {
  const before = apply('-', await run.evaluate(node.argument, scope), 0)
  const after = apply(node.operator === '++' ? '+' : '-', before, 1)
  if (node.argument.type === 'Identifier' || node.argument.type === 'MemberExpression') {
    await bindPattern(run, node.argument, after, scope, null)
  } else throw new ShellError('This cannot be counted up or down.', node.start)
  return node.prefix ? after : before
}

async function unary(run: Interpreter, node: UnaryExpression, scope: Scope): Promise<unknown> {
  if (node.operator === 'delete') return remove(run, node, scope)
  if (node.operator === 'typeof' && node.argument.type === 'Identifier') {
    const known = scope.find(node.argument.name) ?? run.options.globals(node.argument.name)
    if (!known) return 'undefined'
  }
  const value = await run.evaluate(node.argument, scope)
  switch (node.operator) {
    case '!':
      return !value
    case 'typeof':
      return typeOf(value)
    case 'void':
      return undefined
    case '-':
      return bsonType(value) === undefined && typeof value === 'bigint' ? -value : apply('*', value, -1)
    case '+':
      return apply('-', value, 0)
    default:
      return apply('^', value, -1)
  }
}

async function remove(run: Interpreter, node: UnaryExpression, scope: Scope): Promise<boolean> {
  if (node.argument.type !== 'MemberExpression') throw new ShellError('Only a property can be deleted.', node.start)
  const target = await run.evaluate(notSuper(node.argument.object), scope)
  const name = String(await key(run, node.argument, scope))
  if (!isDocument(target)) throw new ShellError('Only a property of a document can be deleted.', node.start)
  return Reflect.deleteProperty(target, name)
}

async function binary(run: Interpreter, node: BinaryExpression, scope: Scope): Promise<unknown> {
  if (node.left.type === 'PrivateIdentifier') throw new ShellError('Private names are not available.', node.start)
  const left = await run.evaluate(node.left, scope)
  const right = await run.evaluate(node.right, scope)
  if (node.operator === 'instanceof') {
    if (!(right instanceof HostFunction)) throw new ShellError('instanceof wants a constructor.', node.right.start)
    return right.more.native?.(left) ?? false
  }
  if (node.operator === 'in') {
    if (typeof right !== 'object' || right === null) throw new ShellError('"in" wants a document.', node.right.start)
    return Object.hasOwn(right, String(left))
  }
  return apply(node.operator, left, right)
}

const closure = (run: Interpreter, node: Of<'FunctionExpression'> | Of<'ArrowFunctionExpression'>, scope: Scope): Closure => {
  if (node.generator) throw new ShellError('Generator functions are not available in this shell.', node.start)
  return new Closure(node, scope, run.text.slice(node.start, node.end))
}

type Handler<N> = (run: Interpreter, node: N, scope: Scope) => unknown

const HANDLERS: { [T in Expression['type']]?: Handler<Of<T>> } = {
  Literal: (_run, node) => literal(node),
  Identifier: identifier,
  ThisExpression: () => undefined,
  ArrayExpression: array,
  ObjectExpression: object,
  ArrowFunctionExpression: closure,
  FunctionExpression: closure,
  TemplateLiteral: async (run, node, scope) => {
    let text = node.quasis[0]?.value.cooked ?? ''
    for (const [index, expression] of node.expressions.entries()) {
      text += asText(await run.evaluate(expression, scope)) + (node.quasis[index + 1]?.value.cooked ?? '')
    }
    return text
  },
  MemberExpression: member,
  CallExpression: call,
  NewExpression: construct,
  ChainExpression: async (run, node, scope) => {
    const value = await run.evaluate(node.expression, scope)
    return value === SHORT ? undefined : value
  },
  ConditionalExpression: async (run, node, scope) =>
    run.evaluate((await run.evaluate(node.test, scope)) ? node.consequent : node.alternate, scope),
  LogicalExpression: async (run, node, scope) => {
    const left = await run.evaluate(node.left, scope)
    if (node.operator === '&&' ? !left : node.operator === '||' ? left : left !== null && left !== undefined) return left
    return run.evaluate(node.right, scope)
  },
  SequenceExpression: async (run, node, scope) => {
    let last: unknown
    for (const expression of node.expressions) last = await run.evaluate(expression, scope)
    return last
  },
  AssignmentExpression: assign,
  UpdateExpression: update,
  UnaryExpression: unary,
  BinaryExpression: binary,
  AwaitExpression: (run, node, scope) => run.evaluate(node.argument, scope),
  ParenthesizedExpression: (run, node, scope) => run.evaluate(node.expression, scope)
}

/** A value inside a template string. */
const asText = (value: unknown): string => apply('+', '', value) as string

export const EXPRESSIONS = HANDLERS as Partial<Record<string, Handler<unknown>>>
