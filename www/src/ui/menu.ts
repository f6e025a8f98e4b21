// Menus that open from a button: arrow keys move, Escape closes, the focus goes back.
import { h, icon } from './dom.ts'

export interface MenuItem {
  label: string
  detail?: string
  icon?: string
  danger?: boolean
  run: () => void
}
export type MenuEntry = MenuItem | { heading: string } | 'separator'

let closeOpen: (() => void) | null = null

/** Opens a menu below (or above) the button. */
export function openMenu(anchor: HTMLElement, entries: MenuEntry[], label: string): void {
  closeOpen?.()
  const menu = h('div.menu', { role: 'menu', 'aria-label': label, tabindex: -1 })
  const close = (focusBack: boolean) => {
    menu.remove()
    anchor.setAttribute('aria-expanded', 'false')
    document.removeEventListener('pointerdown', outside, true)
    window.removeEventListener('resize', away)
    closeOpen = null
    if (focusBack) anchor.focus()
  }
  const away = () => close(false)
  const outside = (event: PointerEvent) => {
    if (!menu.contains(event.target as Node) && !anchor.contains(event.target as Node)) close(false)
  }
  for (const entry of entries) menu.append(entryElement(entry, () => close(true)))
  menu.addEventListener('keydown', (event) => onKey(event, menu, () => close(true)))
  document.body.append(menu)
  place(menu, anchor)
  anchor.setAttribute('aria-expanded', 'true')
  document.addEventListener('pointerdown', outside, true)
  window.addEventListener('resize', away)
  closeOpen = () => close(false)
  items(menu)[0]?.focus()
}

/** A button's click opens the menu, or closes it. */
export function menuButton<T extends HTMLElement>(button: T, entries: () => MenuEntry[], label: string): T {
  button.setAttribute('aria-haspopup', 'menu')
  button.setAttribute('aria-expanded', 'false')
  button.addEventListener('click', (event) => {
    event.stopPropagation()
    if (button.getAttribute('aria-expanded') === 'true') closeOpen?.()
    else openMenu(button, entries(), label)
  })
  return button
}

const items = (menu: HTMLElement): HTMLElement[] => [...menu.querySelectorAll<HTMLElement>('[role=menuitem]')]

function entryElement(entry: MenuEntry, close: () => void): HTMLElement {
  if (entry === 'separator') return h('hr', { role: 'separator' })
  if ('heading' in entry) return h('div.menu-heading', { role: 'presentation' }, entry.heading)
  const onclick = () => {
    close()
    entry.run()
  }
  return h(
    'button.menu-item',
    { type: 'button', role: 'menuitem', tabindex: -1, class: entry.danger ? 'danger' : '', onclick },
    entry.icon ? icon(entry.icon) : null,
    h('span.menu-text', {}, h('span.menu-label', {}, entry.label), entry.detail ? h('span.menu-detail', {}, entry.detail) : null)
  )
}

function onKey(event: KeyboardEvent, menu: HTMLElement, close: () => void): void {
  const all = items(menu)
  const at = all.indexOf(document.activeElement as HTMLElement)
  const moves: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }
  const next = moves[event.key]
  if (event.key === 'Escape' || event.key === 'Tab') close()
  else if (next !== undefined) all[(next + all.length) % all.length]?.focus()
  else return
  event.preventDefault()
  event.stopPropagation()
}

function place(menu: HTMLElement, anchor: HTMLElement): void {
  const box = anchor.getBoundingClientRect()
  const { offsetWidth, offsetHeight } = menu
  const margin = 8
  const left = Math.max(margin, Math.min(box.left, innerWidth - offsetWidth - margin))
  const below = box.bottom + 4
  const fits = below + offsetHeight + margin <= innerHeight
  const above = box.top - offsetHeight - 4
  menu.style.left = `${left}px`
  menu.style.top = `${fits || above < margin ? below : above}px`
  menu.style.maxHeight = `${Math.max(160, innerHeight - (fits || above < margin ? below : margin) - margin)}px`
}
