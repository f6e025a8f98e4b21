// Builds elements.

type Child = Node | string | null | undefined | false
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>

/** `h('button.primary', { type: 'button', onclick }, 'Run')`; `false` and null leave an attribute out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K | `${K}.${string}`,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const [name = 'div', ...classes] = tag.split('.')
  const element = document.createElement(name) as HTMLElementTagNameMap[K]
  if (classes.length > 0) element.className = classes.join(' ')
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue
    if (typeof value === 'function') element.addEventListener(key.replace(/^on/, ''), value as EventListener)
    else if (key === 'class') element.className += ` ${value}`
    else element.setAttribute(key, value === true ? '' : String(value))
  }
  element.append(...children.filter((child): child is Node | string => child instanceof Node || (typeof child === 'string' && child !== '')))
  return element
}

/** Elements of the page's own markup. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id)
  if (!element) throw new Error(`The page has no #${id}.`)
  return element as T
}

const PATHS: Record<string, string> = {
  chevron: 'M6 4l4 4-4 4',
  database: 'M3 4.5C3 3.1 5.2 2 8 2s5 1.1 5 2.5S10.8 7 8 7 3 5.9 3 4.5zM3 4.5v7C3 12.9 5.2 14 8 14s5-1.1 5-2.5v-7M3 8c0 1.4 2.2 2.5 5 2.5S13 9.4 13 8',
  collection: 'M2.5 3.5h11v9h-11zM2.5 6.5h11M6.5 6.5v6',
  view: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 10a2 2 0 100-4 2 2 0 000 4z',
  key: 'M10 2.5a3.5 3.5 0 11-2.9 5.5L2.5 12.6v1h2.4v-1.7h1.7v-1.7',
  field: 'M4 4h8M4 8h8M4 12h5',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  play: 'M4.5 3l8 5-8 5z',
  stop: 'M4 4h8v8H4z',
  plus: 'M8 3v10M3 8h10',
  menu: 'M2.5 4h11M2.5 8h11M2.5 12h11',
  close: 'M4 4l8 8M12 4l-8 8',
  import: 'M8 2v8M4.5 6.5L8 10l3.5-3.5M2.5 11v2.5h11V11',
  export: 'M8 10V2M4.5 5.5L8 2l3.5 3.5M2.5 11v2.5h11V11',
  share: 'M6.5 9.5l3-3M7 4.5l1.6-1.6a3 3 0 014.4 4.2L11.4 8.8M9 11.5l-1.6 1.6A3 3 0 013 8.9l1.6-1.7',
  history: 'M2.5 8a5.5 5.5 0 105.5-5.5c-2 0-3.6 1-4.6 2.5M2.5 2.5V5.2h2.7M8 5v3.2l2.2 1.3',
  book: 'M8 4C6.5 2.8 4.4 2.5 2 2.5v9.7c2.4 0 4.5.3 6 1.5 1.5-1.2 3.6-1.5 6-1.5V2.5c-2.4 0-4.5.3-6 1.5zM8 4v9.7',
  sun: 'M8 11a3 3 0 100-6 3 3 0 000 6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13.5 9.8A6 6 0 016.2 2.5a6 6 0 107.3 7.3z',
  help: 'M8 14.2A6.2 6.2 0 108 1.8a6.2 6.2 0 000 12.4zM6 6.2c0-1.2.9-2 2-2s2 .8 2 1.9c0 1.5-2 1.6-2 3M8 11.6h.01',
  info: 'M8 14.2A6.2 6.2 0 108 1.8a6.2 6.2 0 000 12.4zM8 7.3v4M8 4.8h.01',
  table: 'M2 3h12v10H2zM2 6.3h12M2 9.6h12M6.5 3v10',
  tree: 'M3 2.5v9h4M3 6h4M9 4.5h4.5v3H9zM9 10h4.5v3H9z',
  braces: 'M6 2.5c-1.5 0-2 .7-2 2v1.7C4 7.4 3.3 8 2.3 8c1 0 1.7.6 1.7 1.8v1.7c0 1.3.5 2 2 2M10 2.5c1.5 0 2 .7 2 2v1.7c0 1.2.7 1.8 1.7 1.8-1 0-1.7.6-1.7 1.8v1.7c0 1.3-.5 2-2 2',
  plan: 'M8 2v3M8 5H4v3M8 5h4v3M2.5 8h3v3h-3zM10.5 8h3v3h-3zM4 11v3M12 11v3',
  steps: 'M2.5 2.5h8v3h-8zM2.5 10.500h8v3h-8zM6.500 5.500v5M12.500 4h1v8h-1',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  check: 'M3 8.5l3.2 3L13 4.5',
  warn: 'M8 2L1.8 13.2h12.4zM8 6.5v3.2M8 11.6h.01',
  reset: 'M13.5 8A5.5 5.5 0 118 2.5c2 0 3.6 1 4.6 2.5M13.5 2.5V5.2h-2.7',
  edit: 'M2.5 13.5l.7-3L10.7 3l2.3 2.3-7.5 7.5z',
  trash: 'M2.5 4h11M6 4V2.5h4V4M4 4l.6 9.5h6.8L12 4M6.6 6.5v4.5M9.4 6.5v4.5',
  search: 'M7 11.5a4.5 4.5 0 100-9 4.5 4.5 0 000 9zM10.3 10.3l3.5 3.5'
}

const SVG = 'http://www.w3.org/2000/svg'

/** A line drawing of 16 by 16; decoration only, for the label beside it says the same. */
export function icon(name: keyof typeof PATHS & string): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 16 16')
  svg.setAttribute('class', `icon icon-${name}`)
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(SVG, 'path')
  path.setAttribute('d', PATHS[name] ?? '')
  svg.append(path)
  return svg
}

/** A button with an icon; the label is read out, and shown where `text` is set. */
export function iconButton(
  name: string,
  label: string,
  onclick: (event: MouseEvent) => void,
  more: Attributes & { text?: boolean } = {}
): HTMLButtonElement {
  const { text, ...attributes } = more
  const shown = text ? h('span.label', {}, label) : null
  return h('button.tool', { type: 'button', title: text ? null : label, 'aria-label': text ? null : label, onclick, ...attributes }, icon(name), shown)
}

/** "1,234". */
export const count = (value: number): string => value.toLocaleString('en')

/** "1 document", "5 documents". */
export const plural = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? '' : 's'}`

/** "0.4 ms", "1.25 s". */
export function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`
  return `${ms < 10 ? ms.toFixed(1) : String(Math.round(ms))} ms`
}
