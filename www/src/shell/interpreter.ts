// Runs parsed JavaScript over a closed set of values: no `eval`, no access to the page, promises awaited by themselves.
import type { Expression, Statement, ModuleDeclaration, Super, SpreadElement, PrivateIdentifier } from 'acorn'
import { ShellError, Stopped } from './errors.ts'
import { EXPRESSIONS } from './expressions.ts'
import { bindPattern } from './patterns.ts'
import { Scope } from './scope.ts'
import { hoist, STATEMENTS } from './statements.ts'
import { Closure, HostFunction, type Caller } from './values.ts'

/** The most steps (expressions and statements) that one run may take. */
export const STEPS_MAX = 20_000_000
/** How deep typed functions may call one another. */
export const DEPTH_MAX = 400
/** The page gets a turn after so many steps, in case they took long. */
const STEPS_PER_TURN = 4096
const TURN_MS = 12

/** Why a list of statements ended early. */
export type Completion =
  | { kind: 'return'; value: unknown }
  | { kind: 'break' | 'continue'; label: string | undefined }

export type Node = Expression | Statement | ModuleDeclaration | Super | SpreadElement | PrivateIdentifier

export interface InterpreterOptions {
  /** Names that typed code sees. */
  globals: (name: string) => { value: unknown } | undefined
  print: (value: unknown) => void
  signal?: AbortSignal
  stepsMax?: number
}

const nextTurn = () =>
  new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })

export class Interpreter implements Caller {
  private steps = 0
  private depth = 0
  private turnStart = performance.now()

  constructor(
    readonly text: string,
    readonly options: InterpreterOptions
  ) {}

  print(value: unknown): void {
    this.options.print(value)
  }

  /** Counts a step; now and then lets the page draw and looks whether the user pressed Stop. */
  step(): Promise<void> | void {
    this.steps++
    if (this.steps > (this.options.stepsMax ?? STEPS_MAX)) {
      throw new ShellError(
        `Stopped after ${(this.steps - 1).toLocaleString('en')} steps.`,
        undefined,
        'Is there a loop that never ends? Let the database do the work: updateMany, aggregate, bulkWrite.'
      )
    }
    if (this.options.signal?.aborted) throw new Stopped()
    if (this.steps % STEPS_PER_TURN === 0 && performance.now() - this.turnStart > TURN_MS) return this.turn()
  }

  private async turn(): Promise<void> {
    await nextTurn()
    this.turnStart = performance.now()
    if (this.options.signal?.aborted) throw new Stopped()
  }

  /** The value of an expression; never a promise, once awaited. */
  async evaluate(node: Node, scope: Scope): Promise<unknown> {
    const handler = EXPRESSIONS[node.type]
    if (!handler) throw new ShellError(`${refusedName(node.type)} is not available in this shell.`, node.start)
    const pause = this.step()
    if (pause) await pause
    try {
      return await handler(this, node, scope)
    } catch (error) {
      throw placed(error, node.start)
    }
  }

  /** Runs a statement; a completion says that the list around it must end. */
  async execute(node: Statement | ModuleDeclaration, scope: Scope): Promise<Completion | undefined> {
    const handler = STATEMENTS[node.type]
    if (!handler) throw new ShellError(`${refusedName(node.type)} is not available in this shell.`, node.start)
    const pause = this.step()
    if (pause) await pause
    return handler(this, node, scope)
  }

  async call(callee: unknown, args: unknown[]): Promise<unknown> {
    if (callee instanceof HostFunction) return callee.call(args, this)
    if (!(callee instanceof Closure)) throw new ShellError('This is not a function.')
    const pause = this.step()
    if (pause) await pause
    if (++this.depth > DEPTH_MAX) throw new ShellError('Functions call one another too deeply.')
    try {
      return await this.callClosure(callee, args)
    } finally {
      this.depth--
    }
  }

  private async callClosure({ node, scope }: Closure, args: unknown[]): Promise<unknown> {
    const local = new Scope(scope, true)
    for (const [index, parameter] of node.params.entries()) {
      const value = parameter.type === 'RestElement' ? args.slice(index) : args[index]
      const target = parameter.type === 'RestElement' ? parameter.argument : parameter
      await bindPattern(this, target, value, local, 'let')
    }
    if (node.body.type !== 'BlockStatement') return this.evaluate(node.body, local)
    hoist(node.body.body, local, this.text)
    for (const statement of node.body.body) {
      const completion = await this.execute(statement, local)
      if (completion?.kind === 'return') return completion.value
    }
    return undefined
  }
}

/** Gives an error of the shell the place in the text, unless it has one nearer to the fault. */
function placed(error: unknown, position: number): unknown {
  if (error instanceof ShellError && !(error instanceof Stopped)) error.position ??= position
  return error
}

/** "ClassDeclaration" as "class declaration". */
const refusedName = (type: string): string =>
  type.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().replace(/^./, (first) => first.toUpperCase())
