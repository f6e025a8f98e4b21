// Errors for people: what went wrong, its code, where it is, and what helps.
import { lineAndColumn } from '../shell/parse.ts'
import { ShellError, ThrownValue } from '../shell/errors.ts'
import { shellText } from '../shell/format.ts'
import { h, icon } from './dom.ts'
import { treeView } from './tree-view.ts'

interface ServerError {
  code?: number | string
  codeName?: string
  errmsg?: string
  writeErrors?: unknown
  keyValue?: unknown
  errInfo?: unknown
  result?: unknown
}

/** Hints for the codes that people meet. */
const HINTS: Record<number, string> = {
  59: 'This command is not known here.',
  26: 'There is no such collection yet. The first insert makes it.',
  27: 'getIndexes() lists the indexes there are.',
  48: 'Drop the collection first, or choose another name.',
  85: 'An index of the same key has another name or other options: drop it first.',
  86: 'An index of this name has another key: drop it first.',
  11000: 'A unique index allows each value once. Change the value, or update the document that has it.'
}

/** Names of codes that a failed write may have; such an error comes without one. */
const CODE_NAMES: Record<number, string> = {
  2: 'BadValue',
  9: 'FailedToParse',
  14: 'TypeMismatch',
  28: 'PathNotViable',
  40: 'ConflictingUpdateOperators',
  52: 'DollarPrefixedFieldName',
  66: 'ImmutableField',
  121: 'DocumentValidationFailure',
  11000: 'DuplicateKey'
}

/** The place of an error in the typed text, if it has one. */
export const positionOf = (error: unknown): number | null =>
  error instanceof ShellError && error.position !== undefined ? error.position : null

export function errorText(error: unknown): string {
  if (error instanceof ThrownValue) return typeof error.value === 'string' ? error.value : shellText(error.value)
  return error instanceof Error ? error.message : String(error)
}

export function errorView(error: unknown, text: string, goTo: (offset: number) => void): HTMLElement {
  const { code, codeName, writeErrors, keyValue, errInfo } = error as ServerError
  const position = positionOf(error)
  const name = error instanceof Error ? error.name : 'Error'
  const hint = error instanceof ShellError ? error.hint : typeof code === 'number' ? HINTS[code] : undefined
  const head = h('div.error-head', {}, h('span.error-name', {}, codeName ?? CODE_NAMES[Number(code)] ?? (name === 'ShellError' ? 'Error' : name)))
  if (code !== undefined) head.append(h('span.error-code', {}, `code ${code}`))
  const box = h('div.error', { role: 'alert' }, icon('warn'), h('div.error-body', {}, head, h('p.error-message', {}, errorText(error))))
  const body = box.lastElementChild as HTMLElement
  if (position !== null) body.append(excerpt(text, position, goTo))
  if (hint) body.append(h('p.error-hint', {}, hint))
  const more = Object.entries({ writeErrors, keyValue, errInfo }).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0))
  if (more.length > 0) body.append(treeView(Object.fromEntries(more), null, true))
  return box
}

/** The line with the fault, and a mark below it. */
function excerpt(text: string, position: number, goTo: (offset: number) => void): HTMLElement {
  const { line, column } = lineAndColumn(text, position)
  const content = text.split('\n')[line - 1] ?? ''
  const start = Math.max(0, column - 50)
  const shown = content.slice(start, start + 100)
  const go = h('button.link', { type: 'button', onclick: () => goTo(position) }, `Line ${line}, column ${column}`)
  return h('div.excerpt', {}, go, h('pre', { 'aria-hidden': 'true' }, `${shown}\n${' '.repeat(column - 1 - start)}^`))
}
