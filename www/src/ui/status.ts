// Tells what happened: a line for screen readers, and notes that go away by themselves.
import { byId, h, icon } from './dom.ts'

/** Says it to a screen reader; nothing is seen. */
export function announce(text: string): void {
  const region = byId('announcer')
  region.textContent = ''
  requestAnimationFrame(() => (region.textContent = text))
}

const NOTES_MAX = 2

/** Shows a note for some seconds; it is announced too. */
export function toast(text: string, kind: 'info' | 'error' = 'info'): void {
  const note = h('div.toast', { class: kind }, icon(kind === 'error' ? 'warn' : 'check'), h('span', {}, text))
  const notes = byId('toasts')
  while (notes.children.length >= NOTES_MAX) notes.firstElementChild?.remove()
  notes.append(note)
  announce(text)
  setTimeout(() => note.remove(), kind === 'error' ? 8000 : 3500)
}

export interface Progress {
  update(done: number, total: number, text: string): void
  end(): void
}

/** The bar under the header, for what takes more than a moment. */
export function progress(label: string): Progress {
  const bar = h('div.progress-fill')
  const text = h('span.progress-text', {}, label)
  const track = h('div.progress-track', { role: 'progressbar', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100 }, bar)
  const box = h('div.progress', {}, text, track)
  byId('progress').append(box)
  announce(label)
  return {
    update(done, total, now) {
      const percent = total === 0 ? 0 : Math.round((100 * done) / total)
      bar.style.width = `${percent}%`
      track.setAttribute('aria-valuenow', String(percent))
      text.textContent = now
    },
    end: () => box.remove()
  }
}
