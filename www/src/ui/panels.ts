// The panels to read: keys, examples, history, about.
import { openDialog } from './dialog.ts'
import { EXAMPLES } from './examples.ts'
import { h } from './dom.ts'
import type { History } from './history.ts'

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent)
const mod = isMac ? '⌘' : 'Ctrl'
const alt = isMac ? '⌥' : 'Alt'

const KEYS: [string[], string][] = [
  [[mod, 'Enter'], 'Run all, or what is selected'],
  [['Shift', 'Enter'], 'Run the statement at the cursor'],
  [['Ctrl', 'Space'], 'Propose names'],
  [[alt, '↑'], 'Query before'],
  [[alt, '↓'], 'Query after'],
  [[alt, '1'], 'To the collections'],
  [[alt, '2'], 'To the editor'],
  [[alt, '3'], 'To the result'],
  [['Tab'], 'Leave the editor (takes a proposal while the list is open)'],
  [['Esc'], 'Close a menu, a list or a dialog'],
  [['?'], 'This list, outside the editor']
]

export function openHelp(): void {
  const rows = KEYS.map(([keys, what]) => h('div.key-row', {}, h('dt', {}, ...keys.flatMap((key, i) => [i > 0 ? ' + ' : '', h('kbd', {}, key)])), h('dd', {}, what)))
  openDialog('Keys', [
    h('dl.keys', {}, ...rows),
    h('p.dim', {}, 'The editor takes what people type into MongoDB’s shell: statements, variables, loops, show dbs, use, it, help. Promises are awaited by themselves.')
  ])
}

export function openExamples(run: (query: string) => void): void {
  const groups = EXAMPLES.map(({ group, examples }) =>
    h(
      'section',
      {},
      h('h3', {}, group),
      h(
        'div.example-list',
        {},
        ...examples.map((example) =>
          h(
            'button.example',
            {
              type: 'button',
              onclick: () => {
                dialog.close()
                run(example.query)
              }
            },
            h('strong', {}, example.title),
            h('span.dim', {}, example.detail)
          )
        )
      )
    )
  )
  const dialog = openDialog('Examples', [h('p.dim', {}, 'Each runs as it stands, in the database samples.'), ...groups], { wide: true })
}

export function openHistory(history: History, take: (text: string) => void): void {
  const list = h('div.history-list')
  const draw = (word: string) => {
    const found = history.list().filter(({ text }) => text.toLowerCase().includes(word.toLowerCase()))
    const rows = found.map((entry) =>
      h(
        'button.history-entry',
        {
          type: 'button',
          onclick: () => {
            dialog.close()
            take(entry.text)
          }
        },
        h('code', {}, entry.text.length > 400 ? `${entry.text.slice(0, 400)} …` : entry.text),
        h('span.dim', {}, `${entry.database}, ${new Date(entry.at).toLocaleString()}`)
      )
    )
    list.replaceChildren(...(rows.length > 0 ? rows : [h('p.empty', {}, word === '' ? 'Nothing was run yet.' : 'No query has that in it.')]))
  }
  const search = h('input', { type: 'search', placeholder: 'Search', 'aria-label': 'Search the history' })
  search.addEventListener('input', () => draw(search.value))
  const clear = h('button.button', { type: 'button' }, 'Clear history')
  clear.addEventListener('click', () => {
    history.clear()
    draw('')
  })
  const dialog = openDialog('History', [h('div.history-head', {}, search, clear), list], { wide: true })
  draw('')
  search.focus()
}

const SETS: [string, string, string][] = [
  ['airports', '3,376 airports of the United States', 'U.S. Government work (data.gov)'],
  ['routes', '5,366 connections between them in 2008', 'U.S. Government work (Bureau of Transportation Statistics)'],
  ['earthquakes', '1,707 earthquakes of one week in 2018', 'public domain (U.S. Geological Survey)'],
  ['birdstrikes', '10,000 aircraft strikes of wildlife, 1990 to 2002', 'U.S. Government work (Federal Aviation Administration)'],
  ['countries', '62 countries, 1955 to 2005', 'Gapminder Foundation, CC BY 4.0'],
  ['penguins', '344 penguins of the Palmer Archipelago', 'Gorman, Williams and Fraser; A. Horst; CC0 1.0']
]

export function openAbout(version: string): void {
  const sets = SETS.map(([name, what, licence]) => h('div', {}, h('dt', {}, name), h('dd', {}, what, h('span.dim', {}, licence))))
  openDialog(
    'About',
    [
      h('p', {}, 'Tussock is a MongoDB-compatible document database that runs in this tab: an engine in WebAssembly, with the API of the official Node driver. There is no server. What you write is stored in this browser, and no query and no document leaves it.'),
      h('p', {}, 'This page uses the npm package as any page would: ', h('code', {}, "MongoClient.connect('indexeddb://playground')"), '.'),
      h('h3', {}, 'Sample data'),
      h('dl.about-sets', {}, ...sets),
      h('p.dim', {}, 'Taken from the npm package vega-datasets and rearranged: names of fields, nesting, dates, normalised regions; the Gapminder figures are as given there.'),
      h('p.dim', {}, `Version ${version}. Tussock is not affiliated with MongoDB, Inc.; MongoDB is a trademark of MongoDB, Inc.`)
    ],
    { wide: true }
  )
}
