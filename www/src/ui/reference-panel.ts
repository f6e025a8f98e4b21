// The reference: every name of MongoDB's language with its state here, to search and to filter.
import { LANGUAGE } from '../language/index.ts'
import type { Entry, Section, State } from '../language/reference.ts'
import { openDialog } from './dialog.ts'
import { count, h } from './dom.ts'
import { stateText } from './entry-info.ts'
import { highlighted } from './json-view.ts'

type Filter = State | 'all'

const FILTERS: [Filter, string][] = [['all', 'All'], ['here', 'Here'], ['refused', 'Refused'], ['not told', 'Not told']]

const has = (word: string, ...texts: string[]): boolean => texts.some((text) => text.toLowerCase().includes(word))

function row(entry: Entry): HTMLElement {
  const example = entry.example === '' ? null : h('code.reference-example', {}, highlighted(entry.example))
  return h(
    'li.reference-row',
    { 'data-state': entry.state },
    h('code.reference-name', {}, entry.name),
    h('div.reference-doc', {}, entry.doc, example),
    h('span.state', { 'data-state': entry.state }, stateText(entry))
  )
}

/** What is here comes first. */
const inOrder = (entries: readonly Entry[]): Entry[] => [...entries.filter(({ state }) => state === 'here'), ...entries.filter(({ state }) => state !== 'here')]

/** The page's sections with what passes the filter. */
function chosen(word: string, filter: Filter): Section[] {
  const found = LANGUAGE.sections.map(({ heading, entries }) => ({
    heading,
    entries: entries.filter((entry) => (filter === 'all' || entry.state === filter) && has(word, entry.name, entry.doc, heading))
  }))
  return found.filter(({ entries }) => entries.length > 0)
}

export function openReference(): void {
  let filter: Filter = 'all'
  const list = h('div.reference-list', { tabindex: 0, role: 'region', 'aria-label': 'Names' })
  const search = h('input', { type: 'search', placeholder: 'Search: $group, date, array …', 'aria-label': 'Search the reference', spellcheck: 'false', autocapitalize: 'off' })
  const tally = h('p.dim', { role: 'status' })
  const buttons = FILTERS.map(([state, label]) => {
    const all = LANGUAGE.sections.flatMap(({ entries }) => entries).filter((entry) => state === 'all' || entry.state === state)
    return h('button.segment', { type: 'button', 'data-filter': state, onclick: () => choose(state) }, `${label} ${count(all.length)}`)
  })
  const draw = () => {
    const sections = chosen(search.value.trim().toLowerCase(), filter)
    const shown = sections.reduce((sum, { entries }) => sum + entries.length, 0)
    tally.textContent = shown === 0 ? 'No name has that in it.' : `${count(shown)} names`
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset['filter'] === filter))
    list.replaceChildren(
      ...sections.map(({ heading, entries }) => {
        const here = entries.filter(({ state }) => state === 'here').length
        return h('section', {}, h('h3', {}, heading, h('span.dim', {}, ` ${count(here)} of ${count(entries.length)} here`)), h('ul', {}, ...inOrder(entries).map(row)))
      })
    )
    list.scrollTop = 0
  }
  const choose = (state: Filter) => {
    filter = state
    draw()
  }
  search.addEventListener('input', draw)
  openDialog(
    'Language and compatibility',
    [
      h('p.dim', {}, 'Every name of MongoDB’s commands and language, and whether it is here. What is not is refused with MongoDB’s code, never accepted and ignored. Written from the engine’s own tables.'),
      h('div.reference-head', {}, search, h('div.segments', { role: 'group', 'aria-label': 'State' }, ...buttons)),
      tally,
      list
    ],
    { wide: true }
  )
  draw()
  search.focus()
}
