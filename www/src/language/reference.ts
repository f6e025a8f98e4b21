// The language by name: which names there are and their state come from the generated compatibility page (which is
// written from the engine's registrations), what each does from the tables beside this file.
import { ACCUMULATORS, WINDOW_ONLY } from './accumulators.ts'
import { COMMANDS } from './commands.ts'
import { EXPRESSIONS } from './expressions.ts'
import { MODIFIERS, QUERY, UPDATE, VARIABLES } from './query.ts'
import { STAGES } from './stages.ts'

export type State = 'here' | 'refused' | 'not told'

export interface Entry {
  name: string
  state: State
  /** The code that refuses it. */
  code: number | null
  /** What it does, in a line; empty where nothing is written about it. */
  doc: string
  example: string
}

export interface Section {
  heading: string
  entries: Entry[]
}

const TABLES: Record<string, string> = {
  Commands: COMMANDS,
  'Query operators': QUERY,
  'Update operators': UPDATE,
  'Update modifiers': MODIFIERS,
  'Aggregation stages': STAGES,
  'Expression operators': EXPRESSIONS,
  Accumulators: ACCUMULATORS,
  'Window operators': ACCUMULATORS + WINDOW_ONLY,
  'System variables': VARIABLES
}

/** Lines of "name | what it does | example". */
function table(text: string): Map<string, { doc: string; example: string }> {
  const rows = text.trim().split('\n').map((line) => line.split(/ \|(?: |$)/))
  return new Map(rows.map(([name = '', doc = '', example = '']) => [name.trim(), { doc: doc.trim(), example: example.trim() }]))
}

const STATES: [RegExp, State][] = [
  [/^Here \(\d+\): /, 'here'],
  [/^Refused \(\d+\): /, 'refused'],
  [/^Not told by a command \(\d+\): /, 'not told']
]

/** Splits at commas that stand outside of backticks and brackets. */
function items(list: string): string[] {
  return list.match(/(?:`[^`]*`|\([^)]*\)|[^,`(])+/g)?.map((item) => item.trim()).filter((item) => item !== '') ?? []
}

function entry(item: string, state: State, docs: Map<string, { doc: string; example: string }>): Entry {
  const code = state === 'refused' ? / \((\d+)\)$/.exec(item) : null
  const name = (code ? item.slice(0, code.index) : item).replaceAll('`', '')
  const { doc = '', example = '' } = docs.get(name) ?? {}
  return { name, state, code: code ? Number(code[1]) : null, doc, example }
}

/** Reads the generated page. */
export function readReference(page: string): Section[] {
  return page.split(/^## /m).slice(1).map((text) => {
    const [heading = '', ...lines] = text.split('\n')
    const docs = table(TABLES[heading] ?? '')
    const entries = lines.flatMap((line) => {
      const [pattern, state] = STATES.find(([pattern]) => pattern.test(line)) ?? []
      return pattern && state ? items(line.replace(pattern, '')).map((item) => entry(item, state, docs)) : []
    })
    return { heading, entries: entries.sort((a, b) => (a.name < b.name ? -1 : 1)) }
  })
}

/** The sections by heading, for completion and for hints. */
export class Language {
  constructor(readonly sections: readonly Section[]) {}

  entries(heading: string): readonly Entry[] {
    return this.sections.find((section) => section.heading === heading)?.entries ?? []
  }

  /** What completion offers: refused names are not. */
  offered(heading: string): Entry[] {
    return this.entries(heading).filter(({ state, name }) => state === 'here' && /^\$?\$?\w+$/.test(name))
  }

  /** Everything that the name means, with the headings. */
  meanings(name: string): { heading: string; entry: Entry }[] {
    return this.sections.flatMap(({ heading, entries }) => entries.filter((entry) => entry.name === name).map((entry) => ({ heading, entry })))
  }
}
