// Documents as a table: dotted columns, a class per type, a row opens as a tree.
import { typeName } from '../data/catalog.ts'
import { columnsOf, flatten } from '../data/flatten.ts'
import { scalarText, shellText } from '../shell/format.ts'
import { bsonType } from '../shell/values.ts'
import { count, h, icon } from './dom.ts'
import { treeView } from './tree-view.ts'

const COLUMNS_MAX = 60
const CELL_CHARS_MAX = 140
/** Rows that are built at a time; more come as they are scrolled to. */
const ROWS_AT_ONCE = 200

/** The text of a cell: texts bare, dates short, BSON wrappers left out. */
export function cellText(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) return 'Invalid Date'
    return value.toISOString().replace(/T00:00:00\.000Z$/, '').replace('T', ' ').replace(/(\.000)?Z$/, '')
  }
  const type = bsonType(value)
  if (type !== undefined && /^(ObjectId|Long|Int32|Double|Decimal128|UUID)$/.test(type)) return String(value)
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item !== 'object')) return value.join(', ')
  return typeof value === 'object' && value !== null ? shellText(value, 0, 400) : scalarText(value)
}

const isNumeric = (type: string): boolean => /^(int|long|double|decimal)$/.test(type)

function cell(value: unknown, present: boolean): HTMLTableCellElement {
  if (!present) return h('td.missing', {}, '')
  const type = typeName(value)
  const text = cellText(value)
  const short = text.length > CELL_CHARS_MAX ? `${text.slice(0, CELL_CHARS_MAX)}…` : text
  const attributes = { class: `t-${type}${isNumeric(type) ? ' numeric' : ''}`, title: text.length > 28 ? text.slice(0, 500) : null }
  if (!Array.isArray(value)) return h('td', attributes, short)
  return h('td', attributes, h('span.array-size', {}, String(value.length)), short)
}

/** The type that most values of a column have. */
function columnType(rows: readonly Map<string, unknown>[], name: string): string {
  const met = new Map<string, number>()
  for (const row of rows) if (row.has(name)) met.set(typeName(row.get(name)), (met.get(typeName(row.get(name))) ?? 0) + 1)
  met.delete('null')
  return [...met].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'null'
}

function header(name: string, type: string): HTMLTableCellElement {
  const dot = name.lastIndexOf('.')
  const prefix = dot > 0 ? h('span.path-prefix', {}, name.slice(0, dot + 1)) : null
  return h('th', { scope: 'col', class: isNumeric(type) ? 'numeric' : '' }, prefix, name.slice(dot + 1), h('span.type', {}, type))
}

export function tableView(documents: readonly unknown[]): HTMLElement {
  const rows = documents.map((document) => flatten(document))
  const all = columnsOf(rows)
  const columns = all.slice(0, COLUMNS_MAX)
  const types = columns.map((name) => columnType(rows, name))
  const head = h(
    'tr',
    {},
    h('th.row-number', { scope: 'col' }, h('span.visually-hidden', {}, 'Row')),
    ...columns.map((name, index) => header(name, types[index] ?? ''))
  )
  const body = h('tbody')
  const hidden = all.length - columns.length
  const wrap = h(
    'div.table-wrap',
    { tabindex: 0, role: 'region', 'aria-label': 'Result table' },
    h('table.results-table', { 'aria-rowcount': rows.length + 1 }, h('thead', {}, head), body),
    hidden > 0 ? h('p.note', {}, `${count(hidden)} more columns are shown in the tree and as JSON.`) : null
  )
  const append = (from: number, to: number) => {
    for (const [index, row] of rows.slice(from, to).entries()) body.append(rowElement(documents[from + index], row, columns, from + index))
  }
  append(0, ROWS_AT_ONCE)
  if (rows.length > ROWS_AT_ONCE) growOnScroll(wrap, rows.length, append)
  return wrap
}

/** Builds further rows when the last ones come near. */
function growOnScroll(wrap: HTMLElement, total: number, append: (from: number, to: number) => void): void {
  let built = ROWS_AT_ONCE
  const end = h('div.table-end', { 'aria-hidden': 'true' })
  wrap.append(end)
  const observer = new IntersectionObserver(
    ([entry]) => {
      if (!entry?.isIntersecting) return
      append(built, built + ROWS_AT_ONCE)
      built += ROWS_AT_ONCE
      observer.unobserve(end)
      if (built < total) observer.observe(end)
      else end.remove()
    },
    { root: wrap, rootMargin: '600px' }
  )
  observer.observe(end)
}

function rowElement(document: unknown, row: Map<string, unknown>, columns: string[], index: number): HTMLTableRowElement {
  const toggle = h(
    'button.row-toggle',
    { type: 'button', 'aria-expanded': 'false', 'aria-label': `Open row ${index + 1}` },
    icon('chevron'),
    h('span', {}, String(index + 1))
  )
  const element = h('tr', {}, h('th.row-number', { scope: 'row' }, toggle), ...columns.map((name) => cell(row.get(name), row.has(name))))
  let detail: HTMLTableRowElement | null = null
  toggle.addEventListener('click', () => {
    if (detail) {
      detail.remove()
      detail = null
    } else {
      const inside = h('td', { colspan: columns.length + 1 }, h('div.row-inside', {}, treeView(document, null, true)))
      detail = h('tr.row-detail', {}, inside)
      element.after(detail)
    }
    toggle.setAttribute('aria-expanded', String(detail !== null))
  })
  return element
}
