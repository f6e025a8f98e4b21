// What a name of the language does, for the list of proposals, for the pointer and for the reference.
import type { Entry } from '../language/reference.ts'
import { h } from './dom.ts'
import { highlighted } from './json-view.ts'

const KINDS: Record<string, string> = {
  Commands: 'command', 'Query operators': 'query', 'Update operators': 'update', 'Update modifiers': 'modifier', 'Aggregation stages': 'stage',
  'Expression operators': 'expression', Accumulators: 'accumulator', 'Window operators': 'window', 'System variables': 'variable'
}

export const stateText = ({ state, code }: Entry): string =>
  state === 'here' ? 'here' : state === 'refused' ? `refused, code ${code}` : 'no command tells'

export function entryInfo(heading: string, entry: Entry): HTMLElement {
  return h(
    'div.entry-info',
    {},
    h('div.entry-head', {}, h('code', {}, entry.name), h('span.dim', {}, KINDS[heading] ?? heading), h('span.state', { 'data-state': entry.state }, stateText(entry))),
    entry.doc === '' ? null : h('p', {}, entry.doc),
    entry.example === '' ? null : h('pre', {}, highlighted(entry.example))
  )
}

/** A name may mean one thing in a query and another in an expression. */
export const meaningsInfo = (meanings: { heading: string; entry: Entry }[]): HTMLElement =>
  h('div.entry-infos', {}, ...meanings.map(({ heading, entry }) => entryInfo(heading, entry)))
