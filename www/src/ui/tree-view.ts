// Values as a tree that opens: arrow keys as in any tree, children built when first opened.
import { typeName } from '../data/catalog.ts'
import { keyText, partsOf, scalarText } from '../shell/format.ts'
import { count, h, icon } from './dom.ts'

const CHILDREN_MAX = 500
const PREVIEW_MAX = 180

/** The first parts of a document or array on one line. */
function preview(value: unknown): string {
  const parts = partsOf(value)
  if (!parts) return scalarText(value)
  const isArray = parts.kind === 'array'
  let text = ''
  for (const [key, item] of parts.entries) {
    const inner = partsOf(item)
    const shown = inner ? (inner.kind === 'array' ? `[${inner.entries.length}]` : '{…}') : scalarText(item)
    const next = `${text === '' ? '' : ', '}${isArray ? '' : `${keyText(key)}: `}${shown}`
    if (text.length + next.length > PREVIEW_MAX) {
      text += text === '' ? '…' : ', …'
      break
    }
    text += next
  }
  return isArray ? `[ ${text} ]` : `{ ${text} }`
}

function treeItem(key: string | null, value: unknown, level: number, open: boolean): HTMLElement {
  const parts = partsOf(value)
  const label = h('div.tree-row', { style: `--level:${level}` })
  const item = h('div.tree-item', { role: 'treeitem', tabindex: -1, 'aria-level': level + 1 }, label)
  if (parts && parts.entries.length > 0) {
    label.append(icon('chevron'))
    item.setAttribute('aria-expanded', 'false')
  } else label.append(h('span.tree-gap'))
  if (key !== null) label.append(h('span.tree-key', {}, key), h('span.punctuation', {}, ': '))
  if (!parts) label.append(h('span', { class: `t-${typeName(value)}` }, scalarText(value)))
  else {
    const size = parts.kind === 'array' ? `[${count(parts.entries.length)}] ` : ''
    label.append(h('span.tree-size', {}, size), h('span.tree-preview', {}, parts.entries.length === 0 ? (parts.kind === 'array' ? '[]' : '{}') : preview(value)))
    label.addEventListener('click', () => toggle(item))
  }
  item.dataset['level'] = String(level)
  items.set(item, { value, level })
  if (open && parts) toggle(item)
  return item
}

const items = new WeakMap<HTMLElement, { value: unknown; level: number }>()

function toggle(item: HTMLElement): void {
  const known = items.get(item)
  const parts = known && partsOf(known.value)
  if (!known || !parts || parts.entries.length === 0) return
  const group = item.querySelector(':scope > [role=group]')
  const isOpen = item.getAttribute('aria-expanded') === 'true'
  item.setAttribute('aria-expanded', String(!isOpen))
  if (isOpen) return group?.remove()
  const children = parts.entries.slice(0, CHILDREN_MAX).map(([key, value]) => treeItem(key, value, known.level + 1, false))
  const rest = parts.entries.length - children.length
  if (rest > 0) children.push(h('div.tree-row.note', { style: `--level:${known.level + 1}` }, `… and ${count(rest)} more`))
  item.append(h('div', { role: 'group' }, ...children))
}

const visible = (tree: HTMLElement): HTMLElement[] => [...tree.querySelectorAll<HTMLElement>('[role=treeitem]')]

function onKey(event: KeyboardEvent, tree: HTMLElement): void {
  const current = (event.target as HTMLElement).closest<HTMLElement>('[role=treeitem]')
  if (!current) return
  const all = visible(tree)
  const at = all.indexOf(current)
  const expanded = current.getAttribute('aria-expanded')
  let next: HTMLElement | null | undefined
  if (event.key === 'ArrowDown') next = all[at + 1]
  else if (event.key === 'ArrowUp') next = all[at - 1]
  else if (event.key === 'Home') next = all[0]
  else if (event.key === 'End') next = all.at(-1)
  else if (event.key === 'ArrowRight') {
    if (expanded === 'false') toggle(current)
    else next = all[at + 1]
  } else if (event.key === 'ArrowLeft') {
    if (expanded === 'true') toggle(current)
    else next = current.parentElement?.closest<HTMLElement>('[role=treeitem]')
  } else if (event.key === 'Enter' || event.key === ' ') toggle(current)
  else return
  event.preventDefault()
  event.stopPropagation()
  if (next) focus(tree, next)
}

function focus(tree: HTMLElement, item: HTMLElement): void {
  for (const other of tree.querySelectorAll('[role=treeitem][tabindex="0"]')) other.setAttribute('tabindex', '-1')
  item.setAttribute('tabindex', '0')
  item.focus()
}

function asTree(label: string, roots: HTMLElement[]): HTMLElement {
  const tree = h('div.tree', { role: 'tree', 'aria-label': label }, ...roots)
  roots[0]?.setAttribute('tabindex', '0')
  tree.addEventListener('keydown', (event) => onKey(event, tree))
  tree.addEventListener('focusin', (event) => {
    const item = (event.target as HTMLElement).closest<HTMLElement>('[role=treeitem]')
    if (item && item.getAttribute('tabindex') !== '0') focus(tree, item)
  })
  return tree
}

/** One value; with `open` its first level is shown. */
export function treeView(value: unknown, key: string | null = null, open = false): HTMLElement {
  const parts = open ? partsOf(value) : null
  if (key === null && parts) return asTree('Value', parts.entries.map(([name, item]) => treeItem(name, item, 0, false)))
  return asTree('Value', [treeItem(key, value, 0, open)])
}

/** A list of documents; the first is open. */
export function documentsTree(documents: readonly unknown[]): HTMLElement {
  return asTree('Documents', documents.map((document, index) => treeItem(String(index + 1), document, 0, index === 0)))
}
