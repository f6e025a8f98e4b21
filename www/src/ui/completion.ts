// What the editor proposes: collections, methods, fields of the collection, operators and stages.
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { AGGREGATE_CURSOR_METHODS, FIND_CURSOR_METHODS } from '../shell/cursor.ts'
import { COLLECTION_METHODS } from '../shell/collection.ts'
import { DATABASE_METHODS } from '../shell/database.ts'
import { GLOBAL_NAMES } from '../shell/session.ts'
import type { FieldInfo } from '../data/catalog.ts'
import type { Language } from '../language/reference.ts'
import { entryInfo } from './entry-info.ts'
import { placeAt, type Place } from './place.ts'

export interface CompletionSource {
  collections: () => string[]
  databases: () => string[]
  fields: (collection: string) => Promise<FieldInfo[]>
  variables: () => string[]
  language: Language
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

/** Which sections of the language belong where. */
const SECTIONS: Partial<Record<Place, [heading: string, detail: string][]>> = {
  stage: [['Aggregation stages', 'stage']],
  expression: [['Expression operators', 'expression']],
  accumulator: [['Accumulators', 'accumulator']],
  window: [['Window operators', 'window']],
  query: [['Query operators', 'query']],
  condition: [['Query operators', 'query']],
  element: [['Query operators', 'query']],
  update: [['Update operators', 'update']],
  push: [['Update modifiers', 'modifier']],
  command: [['Commands', 'command']]
}

/** Conditions on the whole document; the others stand below a field. */
const OF_DOCUMENTS = /^\$(and|or|nor|expr|jsonSchema|comment|text|where|sampleRate|alwaysTrue|alwaysFalse)$/
/** The operators that stand only inside another one. */
const ELSEWHERE = /^\$(rand|natural)$/

function fits(place: Place, name: string): boolean {
  if (place === 'query') return OF_DOCUMENTS.test(name)
  return place !== 'condition' || !(OF_DOCUMENTS.test(name) || ELSEWHERE.test(name))
}

/** The names that a key may have. */
function operatorsFor(language: Language, place: Place): Completion[] {
  return (SECTIONS[place] ?? []).flatMap(([heading, detail]) =>
    language
      .offered(heading)
      .filter(({ name }) => fits(place, name))
      .map((entry) => option(entry.name, 'keyword', { detail, apply: `${entry.name}: `, info: () => entryInfo(heading, entry) }))
  )
}

/** Where the keys of a document are fields of the collection. */
const HAS_FIELDS: Place[] = ['fields', 'query', 'element', 'names', 'push', 'group', 'windows']

const simple = (path: string): boolean => /^[A-Za-z_$][\w$]*$/.test(path)

async function inDocument(context: CompletionContext, source: CompletionSource, before: string): Promise<CompletionResult | null> {
  const collection = collectionBefore(before)
  const fields = collection ? await source.fields(collection) : []
  const reference = context.matchBefore(/['"]\$\$?[\w.]*$/)
  if (reference) {
    const paths = fields.map(({ path, types }) => option(`$${path}`, 'property', { detail: types[0] ?? '' }))
    const heading = 'System variables'
    const variables = source.language.offered(heading).map((entry) => option(entry.name, 'variable', { detail: 'variable', boost: -1, info: () => entryInfo(heading, entry) }))
    return { from: reference.from + 1, options: [...paths, ...variables], validFor: /^\$[\w.$]*$/ }
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
  const place = placeAt(before.slice(0, from - context.pos || undefined))
  const known = place ?? 'element'
  const keys = fields.map(({ path, types }) =>
    option(path, 'property', { detail: types[0] ?? '', apply: simple(path) ? `${path}: ` : `'${path}': `, boost: 2 })
  )
  const operators = operatorsFor(source.language, known)
  const isField = place === null || HAS_FIELDS.includes(known)
  return { from, options: [...(isField ? keys : []), ...operators], validFor: /^[$\w]*$/ }
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
