// What the editor proposes: collections, methods, fields of the collection, operators and stages.
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { AGGREGATE_CURSOR_METHODS, FIND_CURSOR_METHODS } from '../shell/cursor.ts'
import { COLLECTION_METHODS } from '../shell/collection.ts'
import { DATABASE_METHODS } from '../shell/database.ts'
import { GLOBAL_NAMES } from '../shell/session.ts'
import type { FieldInfo } from '../data/catalog.ts'
import { ACCUMULATORS, EXPRESSIONS, QUERY_OPERATORS, STAGES, UPDATE_OPERATORS } from './operators.ts'

export interface CompletionSource {
  collections: () => string[]
  databases: () => string[]
  fields: (collection: string) => Promise<FieldInfo[]>
  variables: () => string[]
}

const option = (label: string, type: string, more: Partial<Completion> = {}): Completion => ({ label, type, ...more })
const methods = (names: readonly string[]): Completion[] =>
  names.map((name, index) => option(name, 'method', { apply: `${name}(`, boost: -index / 100 }))

/** The collection that the text before the cursor speaks of. */
function collectionBefore(text: string): string | null {
  const matches = [...text.matchAll(/\bdb\s*\.\s*(?:getCollection\(\s*['"]([^'"]+)['"]\s*\)|([A-Za-z_$][\w$]*))/g)]
  const last = matches.at(-1)
  return last?.[1] ?? last?.[2] ?? null
}

/** The last method called on it: what the documents in its arguments mean. */
function methodBefore(text: string): string | null {
  return [...text.matchAll(/\.\s*(find\w*|aggregate|update\w*|delete\w*|replace\w*|count\w*|distinct|insert\w*|bulkWrite|sort|project\w*|createIndex|hint)\s*\(/g)].at(-1)?.[1] ?? null
}

/** The operators that fit a key. */
function operatorsFor(method: string | null, before: string): Completion[] {
  const update = method !== null && /^(update|findOneAndUpdate|bulkWrite)/.test(method)
  const pipeline = method === 'aggregate'
  const inStage = [...before.matchAll(/\$(\w+)\s*:/g)].at(-1)?.[1]
  const list: Completion[] = []
  if (pipeline) {
    list.push(...STAGES.map((name) => option(name, 'keyword', { boost: inStage ? 0 : 3, detail: 'stage' })))
    list.push(...EXPRESSIONS.map((name) => option(name, 'function', { detail: 'expression' })))
    if (inStage === 'group' || inStage === 'bucket') list.push(...ACCUMULATORS.map((name) => option(name, 'function', { boost: 4, detail: 'accumulator' })))
  }
  if (update) list.push(...UPDATE_OPERATORS.map((name) => option(name, 'keyword', { boost: 2, detail: 'update' })))
  list.push(...QUERY_OPERATORS.map((name) => option(name, 'keyword', { detail: 'query', boost: pipeline && inStage !== 'match' ? -2 : 1 })))
  const seen = new Set<string>()
  return list.filter(({ label }) => !seen.has(label) && seen.add(label))
}

const simple = (path: string): boolean => /^[A-Za-z_$][\w$]*$/.test(path)

async function inDocument(context: CompletionContext, source: CompletionSource, before: string): Promise<CompletionResult | null> {
  const collection = collectionBefore(before)
  const fields = collection ? await source.fields(collection) : []
  const reference = context.matchBefore(/['"]\$\$?[\w.]*$/)
  if (reference) {
    const paths = fields.map(({ path, types }) => option(`$${path}`, 'property', { detail: types[0] ?? '' }))
    return { from: reference.from + 1, options: paths, validFor: /^\$[\w.]*$/ }
  }
  const quoted = context.matchBefore(/['"][\w.$]*$/)
  if (quoted && /[{,([]\s*$/.test(before.slice(0, quoted.from - context.pos || undefined))) {
    const paths = fields.map(({ path, types }) => option(path, 'property', { detail: types[0] ?? '' }))
    return { from: quoted.from + 1, options: paths, validFor: /^[\w.]*$/ }
  }
  const word = context.matchBefore(/[$\w]*$/)
  const from = word?.from ?? context.pos
  if (!/[{,]\s*$/.test(context.state.sliceDoc(0, from)) || !isOpenBrace(before)) return null
  if (!context.explicit && word?.from === word?.to && !/[{]\s*$/.test(before)) return null
  const keys = fields.map(({ path, types }) =>
    option(path, 'property', { detail: types[0] ?? '', apply: simple(path) ? `${path}: ` : `'${path}': `, boost: 2 })
  )
  const operators = operatorsFor(methodBefore(before), before).map((each) => ({ ...each, apply: `${each.label}: ` }))
  return { from, options: [...keys, ...operators], validFor: /^[$\w]*$/ }
}

/** Whether the innermost bracket that is open before the cursor is `{`. */
function isOpenBrace(before: string): boolean {
  let depth = 0
  for (let at = before.length - 1; at >= 0 && at > before.length - 4000; at--) {
    const char = before[at]
    if (char === '}' || char === ')' || char === ']') depth++
    else if (char === '{' || char === '(' || char === '[') {
      if (depth === 0) return char === '{'
      depth--
    }
  }
  return false
}

function afterDot(context: CompletionContext, source: CompletionSource, before: string): CompletionResult | null {
  const member = context.matchBefore(/\.\s*[\w$]*$/)
  if (!member) return null
  const from = member.from + (/^\.\s*/.exec(member.text)?.[0].length ?? 1)
  const target = before.slice(0, member.from - context.pos || undefined).trimEnd()
  const result = (options: Completion[]): CompletionResult => ({ from, options, validFor: /^[\w$]*$/ })
  if (/\bdb$/.test(target)) {
    const names = source.collections().filter(simple)
    return result([...names.map((name) => option(name, 'class', { boost: 5, detail: 'collection' })), ...methods(DATABASE_METHODS)])
  }
  if (/\bdb\s*\.\s*[\w$]+$|\bgetCollection\([^)]*\)$/.test(target)) return result(methods(COLLECTION_METHODS))
  const call = lastCall(target)
  if (call === 'find') return result(methods(FIND_CURSOR_METHODS))
  if (call === 'aggregate') return result(methods(AGGREGATE_CURSOR_METHODS))
  if (call && FIND_CURSOR_METHODS.includes(call)) return result(methods(FIND_CURSOR_METHODS))
  return null
}

/** Of `db.x.find({...})` the name `find`. */
function lastCall(target: string): string | null {
  if (!target.endsWith(')')) return null
  let depth = 0
  for (let at = target.length - 1; at >= 0; at--) {
    if (target[at] === ')') depth++
    else if (target[at] === '(' && --depth === 0) return /([\w$]+)\s*$/.exec(target.slice(0, at))?.[1] ?? null
  }
  return null
}

export function completions(source: CompletionSource) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const before = context.state.sliceDoc(Math.max(0, context.pos - 6000), context.pos)
    const line = before.slice(before.lastIndexOf('\n') + 1)
    const command = /^\s*(use|show)\s+([\w-]*)$/.exec(line)
    if (command) {
      const names = command[1] === 'use' ? source.databases() : ['dbs', 'collections']
      return { from: context.pos - (command[2]?.length ?? 0), options: names.map((name) => option(name, 'keyword')) }
    }
    const inside = (await inDocument(context, source, before)) ?? afterDot(context, source, before)
    if (inside) return inside
    const word = context.matchBefore(/[A-Za-z_$][\w$]*$/)
    if (!word || (word.from === word.to && !context.explicit)) return null
    if (/['"`]$/.test(context.state.sliceDoc(word.from - 1, word.from))) return null
    const names = [...source.variables().map((name) => option(name, 'variable', { boost: 2 })), ...GLOBAL_NAMES.map((name) => option(name, name === 'db' ? 'keyword' : 'function', { boost: name === 'db' ? 5 : 0 }))]
    const commands = /^\s*\w*$/.test(line) ? ['show dbs', 'show collections', 'use ', 'it', 'help'].map((name) => option(name, 'keyword')) : []
    return { from: word.from, options: [...names, ...commands], validFor: /^[\w$]*$/ }
  }
}
