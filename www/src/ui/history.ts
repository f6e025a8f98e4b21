// The queries that were run, kept in this browser.

const KEY = 'tussock.history'
const ENTRIES_MAX = 200

export interface HistoryEntry {
  text: string
  database: string
  at: number
}

export class History {
  private entries: HistoryEntry[] = read()
  /** Where Alt+Up has got to; one past the last is the draft. */
  private at = this.entries.length
  private draft = ''

  add(text: string, database: string): void {
    const trimmed = text.trim()
    if (trimmed === '') return
    this.entries = this.entries.filter((entry) => entry.text !== trimmed)
    this.entries.push({ text: trimmed, database, at: Date.now() })
    this.entries = this.entries.slice(-ENTRIES_MAX)
    this.at = this.entries.length
    this.save()
  }

  /** The newest first. */
  list(): HistoryEntry[] {
    return [...this.entries].reverse()
  }

  clear(): void {
    this.entries = []
    this.at = 0
    this.save()
  }

  /** The entry before (-1) or after (1) the one shown; null at the ends. */
  step(by: -1 | 1, current: string): string | null {
    if (this.at === this.entries.length) this.draft = current
    const next = this.at + by
    if (next < 0 || next > this.entries.length) return null
    this.at = next
    return this.entries[next]?.text ?? this.draft
  }

  private save(): void {
    try {
      localStorage.setItem(KEY, JSON.stringify(this.entries))
    } catch {
      // Full or switched off: the history then lasts as long as the page.
    }
  }
}

function read(): HistoryEntry[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(list) ? (list as HistoryEntry[]).filter((entry) => typeof entry?.text === 'string') : []
  } catch {
    return []
  }
}
