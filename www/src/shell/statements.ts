// How each kind of statement runs.
import type {
  BlockStatement, ForInStatement, ForOfStatement, ForStatement, ModuleDeclaration, Statement, SwitchStatement,
  TryStatement, VariableDeclaration, DoWhileStatement, WhileStatement, LabeledStatement
} from 'acorn'
import { ShellError, Stopped, ThrownValue } from './errors.ts'
import type { Completion, Interpreter } from './interpreter.ts'
import { iterate } from './members.ts'
import { bindPattern } from './patterns.ts'
import { Scope } from './scope.ts'
import { Closure } from './values.ts'

type Result = Promise<Completion | undefined>
type Handler = (run: Interpreter, node: never, scope: Scope) => Result
type Of<T extends Statement['type']> = Extract<Statement, { type: T }>

/** Declares the functions of a list of statements before it runs. */
export function hoist(body: (Statement | ModuleDeclaration)[], scope: Scope, text: string): void {
  for (const node of body) {
    if (node.type !== 'FunctionDeclaration') continue
    if (node.generator) throw new ShellError('Generator functions are not available in this shell.', node.start)
    scope.declare(node.id.name, new Closure(node, scope, text.slice(node.start, node.end)))
  }
}

async function block(run: Interpreter, body: Statement[], scope: Scope): Result {
  const inner = new Scope(scope)
  hoist(body, inner, run.text)
  for (const statement of body) {
    const completion = await run.execute(statement, inner)
    if (completion) return completion
  }
  return undefined
}

async function declare(run: Interpreter, node: VariableDeclaration, scope: Scope): Promise<void> {
  if (node.kind !== 'let' && node.kind !== 'const' && node.kind !== 'var') {
    throw new ShellError(`"${node.kind}" is not available in this shell.`, node.start)
  }
  for (const { id, init } of node.declarations) {
    if (!init && node.kind === 'var' && id.type === 'Identifier' && scope.find(id.name)) continue
    await bindPattern(run, id, init ? await run.evaluate(init, scope) : undefined, scope, node.kind)
  }
}

/** What a loop does with the completion of its body: go on, end, or end and pass it on. */
function afterBody(completion: Completion | undefined, label: string | undefined): 'next' | 'end' | 'pass' {
  if (!completion) return 'next'
  if (completion.kind === 'return') return 'pass'
  const mine = completion.label === undefined || completion.label === label
  if (!mine) return 'pass'
  return completion.kind === 'break' ? 'end' : 'next'
}

async function forLoop(run: Interpreter, node: ForStatement, scope: Scope, label?: string): Result {
  let turn = new Scope(scope)
  if (node.init?.type === 'VariableDeclaration') await declare(run, node.init, turn)
  else if (node.init) await run.evaluate(node.init, turn)
  while (!node.test || (await run.evaluate(node.test, turn))) {
    const completion = await run.execute(node.body, turn)
    const then = afterBody(completion, label)
    if (then === 'pass') return completion
    if (then === 'end') return undefined
    turn = copyOf(turn, scope)
    if (node.update) await run.evaluate(node.update, turn)
    const pause = run.step()
    if (pause) await pause
  }
  return undefined
}

/** Each turn of a `for` has variables of its own, so that closures keep theirs. */
function copyOf(turn: Scope, parent: Scope): Scope {
  const copy = new Scope(parent)
  for (const name of turn.names()) copy.declare(name, turn.find(name)?.value)
  return copy
}

async function forEach(
  run: Interpreter,
  node: ForOfStatement | ForInStatement,
  values: AsyncIterable<unknown>,
  scope: Scope,
  label?: string
): Result {
  for await (const value of values) {
    const turn = new Scope(scope)
    if (node.left.type === 'VariableDeclaration') {
      const [declaration] = node.left.declarations
      const kind = node.left.kind
      if (!declaration || (kind !== 'let' && kind !== 'const' && kind !== 'var')) throw new ShellError('Unknown loop.')
      await bindPattern(run, declaration.id, value, turn, kind)
    } else await bindPattern(run, node.left, value, turn, null)
    const completion = await run.execute(node.body, turn)
    const then = afterBody(completion, label)
    if (then === 'pass') return completion
    if (then === 'end') return undefined
  }
  return undefined
}

async function forIn(run: Interpreter, node: ForInStatement, scope: Scope, label?: string): Result {
  const target = await run.evaluate(node.right, scope)
  const keys = typeof target === 'object' && target !== null ? Object.keys(target) : []
  return forEach(run, node, iterate(keys), scope, label)
}

async function whileLoop(run: Interpreter, node: WhileStatement | DoWhileStatement, scope: Scope, label?: string): Result {
  let first = node.type === 'DoWhileStatement'
  while (first || (await run.evaluate(node.test, scope))) {
    first = false
    const completion = await run.execute(node.body, scope)
    const then = afterBody(completion, label)
    if (then === 'pass') return completion
    if (then === 'end') return undefined
    const pause = run.step()
    if (pause) await pause
  }
  return undefined
}

async function labeled(run: Interpreter, node: LabeledStatement, scope: Scope): Result {
  const label = node.label.name
  const { body } = node
  let completion: Completion | undefined
  if (body.type === 'ForStatement') completion = await forLoop(run, body, scope, label)
  else if (body.type === 'ForInStatement') completion = await forIn(run, body, scope, label)
  else if (body.type === 'ForOfStatement') {
    completion = await forEach(run, body, iterate(await run.evaluate(body.right, scope)), scope, label)
  } else if (body.type === 'WhileStatement' || body.type === 'DoWhileStatement') {
    completion = await whileLoop(run, body, scope, label)
  } else completion = await run.execute(body, scope)
  return completion?.kind === 'break' && completion.label === label ? undefined : completion
}

async function switchOn(run: Interpreter, node: SwitchStatement, scope: Scope): Result {
  const value = await run.evaluate(node.discriminant, scope)
  const inner = new Scope(scope)
  let start = -1
  for (const [index, { test }] of node.cases.entries()) {
    if (test && (await run.evaluate(test, inner)) === value) {
      start = index
      break
    }
  }
  if (start < 0) start = node.cases.findIndex(({ test }) => !test)
  for (const { consequent } of start < 0 ? [] : node.cases.slice(start)) {
    for (const statement of consequent) {
      const completion = await run.execute(statement, inner)
      if (completion?.kind === 'break' && completion.label === undefined) return undefined
      if (completion) return completion
    }
  }
  return undefined
}

async function tryCatch(run: Interpreter, node: TryStatement, scope: Scope): Result {
  let completion: Completion | undefined
  try {
    completion = await run.execute(node.block, scope)
  } catch (error) {
    if (!node.handler || error instanceof Stopped) throw error
    const inner = new Scope(scope)
    const caught = error instanceof ThrownValue ? error.value : error
    if (node.handler.param) await bindPattern(run, node.handler.param, caught, inner, 'let')
    completion = await run.execute(node.handler.body, inner)
  } finally {
    const last = node.finalizer ? await run.execute(node.finalizer, scope) : undefined
    if (last) completion = last
  }
  return completion
}

const none = async (work: Promise<unknown>): Result => void (await work)

const HANDLERS: { [T in Statement['type']]?: (run: Interpreter, node: Of<T>, scope: Scope) => Result } = {
  EmptyStatement: async () => undefined,
  ExpressionStatement: (run, node, scope) => none(run.evaluate(node.expression, scope)),
  VariableDeclaration: (run, node, scope) => none(declare(run, node, scope)),
  FunctionDeclaration: async () => undefined,
  BlockStatement: (run, node: BlockStatement, scope) => block(run, node.body, scope),
  IfStatement: async (run, node, scope) => {
    if (await run.evaluate(node.test, scope)) return run.execute(node.consequent, scope)
    return node.alternate ? run.execute(node.alternate, scope) : undefined
  },
  ForStatement: (run, node, scope) => forLoop(run, node, scope),
  ForOfStatement: async (run, node, scope) =>
    forEach(run, node, iterate(await run.evaluate(node.right, scope)), scope),
  ForInStatement: (run, node, scope) => forIn(run, node, scope),
  WhileStatement: (run, node, scope) => whileLoop(run, node, scope),
  DoWhileStatement: (run, node, scope) => whileLoop(run, node, scope),
  LabeledStatement: (run, node, scope) => labeled(run, node, scope),
  SwitchStatement: (run, node, scope) => switchOn(run, node, scope),
  TryStatement: (run, node, scope) => tryCatch(run, node, scope),
  ReturnStatement: async (run, node, scope) => ({
    kind: 'return',
    value: node.argument ? await run.evaluate(node.argument, scope) : undefined
  }),
  BreakStatement: async (_run, node) => ({ kind: 'break', label: node.label?.name }),
  ContinueStatement: async (_run, node) => ({ kind: 'continue', label: node.label?.name }),
  ThrowStatement: async (run, node, scope) => {
    const value = await run.evaluate(node.argument, scope)
    throw value instanceof Error ? value : new ThrownValue(value)
  }
}

export const STATEMENTS = HANDLERS as Partial<Record<string, Handler>> as Partial<
  Record<string, (run: Interpreter, node: unknown, scope: Scope) => Result>
>
