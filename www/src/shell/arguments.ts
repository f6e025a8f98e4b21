// Checks the arguments of the shell's methods.
import type { Doc } from './driver.ts'
import { ShellError } from './errors.ts'
import { isDocument } from './values.ts'

/** A document, or `{}` where it may be left out. */
export function document(value: unknown, what: string, required = false): Doc {
  if (value === undefined && !required) return {}
  if (isDocument(value)) return value
  throw new ShellError(`${what} must be a document, such as { name: 'value' }.`)
}

export function documents(value: unknown, what: string): Doc[] {
  if (Array.isArray(value) && value.every(isDocument)) return value
  throw new ShellError(`${what} must be an array of documents.`)
}

export function name(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new ShellError(`${what} must be a string that is not empty.`)
}

/** An update: a document or a pipeline. */
export function update(value: unknown): Doc | Doc[] {
  if (Array.isArray(value)) return documents(value, 'An update pipeline')
  return document(value, 'The update', true)
}

/** True if the update consists of operators, or is a pipeline; false for a replacement. */
export const hasOperators = (value: Doc | Doc[]): boolean =>
  Array.isArray(value) || Object.keys(value)[0]?.startsWith('$') === true

/** Options without the entries that are undefined. */
export function options(value: unknown): Doc {
  return Object.fromEntries(Object.entries(document(value, 'The options')).filter(([, item]) => item !== undefined))
}
