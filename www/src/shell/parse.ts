// Splits typed text into statements: JavaScript, or the shell's own lines (`show dbs`, `use x`, `it`, `help`).
import { Parser, type Options, type Statement, type ModuleDeclaration } from 'acorn'
import { ShellError, ShellSyntaxError } from './errors.ts'

/** One thing to run, with its place in the text. */
export type Piece =
  | { kind: 'script'; node: Statement; from: number; to: number }
  | { kind: 'command'; name: string; argument: string; from: number; to: number }

const OPTIONS: Options = {
  ecmaVersion: 2023,
  sourceType: 'script',
  allowAwaitOutsideFunction: true,
  allowReturnOutsideFunction: false
}

const BLANK = /(?:[\s;]|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
const COMMAND = /(show|use|it|help|exit|quit|cls)(?:[ \t]+([^\n;]*?))?[ \t]*(?:;|(?=\n)|$)/y

/** The parser's own entry points, which its types do not name. */
interface OpenParser {
  nextToken(): void
  parseStatement(context: null, topLevel: boolean): Statement | ModuleDeclaration
  lastTokEnd: number
}

function parseOne(text: string, from: number): { node: Statement; to: number } {
  if (text[from] === '{') {
    const document = parseDocument(text, from)
    if (document) return document
  }
  const make = Parser as unknown as new (options: Options, input: string, startPos: number) => OpenParser
  try {
    const parser = new make(OPTIONS, text, from)
    parser.nextToken()
    const node = parser.parseStatement(null, true)
    return { node: node as Statement, to: parser.lastTokEnd }
  } catch (error) {
    throw syntaxError(error)
  }
}

/** `{a: 1}` at the start of a statement is meant as a document, not as a block with a label. */
function parseDocument(text: string, from: number): { node: Statement; to: number } | null {
  try {
    const expression = Parser.parseExpressionAt(text, from, OPTIONS)
    const node = { type: 'ExpressionStatement', start: from, end: expression.end, expression } as Statement
    return { node, to: expression.end }
  } catch {
    return null
  }
}

function syntaxError(error: unknown): ShellError {
  if (!(error instanceof SyntaxError)) return new ShellError(String(error))
  const { pos } = error as SyntaxError & { pos?: number }
  return new ShellSyntaxError(error.message.replace(/ \(\d+:\d+\)$/, ''), pos)
}

function commandAt(text: string, from: number): (Piece & { kind: 'command' }) | null {
  COMMAND.lastIndex = from
  const match = COMMAND.exec(text)
  if (!match) return null
  const [all, name = '', argument = ''] = match
  const takesArgument = name === 'show' || name === 'use' || name === 'help'
  if (!takesArgument && argument !== '') return null
  if (takesArgument && /^[=.([,+*/<>&|?-]/.test(argument)) return null
  return { kind: 'command', name, argument: argument.trim(), from, to: from + all.length }
}

/** All the statements of `text`. Throws a {@link ShellSyntaxError} with its position. */
export function parse(text: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (;;) {
    BLANK.lastIndex = at
    at += BLANK.exec(text)?.[0].length ?? 0
    if (at >= text.length) return pieces
    const piece: Piece = commandAt(text, at) ?? { kind: 'script', ...withStart(parseOne(text, at), at) }
    pieces.push(piece)
    at = Math.max(piece.to, at + 1)
  }
}

function withStart(parsed: { node: Statement; to: number }, from: number) {
  return { ...parsed, from }
}

/** Line and column (both from 1) of an offset. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}
