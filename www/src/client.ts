// Opens the database, and tells what went wrong in words for people.
import type { Driver } from './shell/driver.ts'

export interface Client {
  driver: Driver
  close(): Promise<void>
  /** True if nothing is kept after the tab closes. */
  isTemporary: boolean
  /** What the browser has dropped since the last visit, in words; null if nothing. */
  loss: string | null
  /** What is written and not on the disk yet, and why. */
  durability(): Durability
  /** Whom to tell when the state changes. */
  onDurability(listener: () => void): void
}

/** The part of the package's status that the page shows. */
export interface Durability {
  state: 'durable' | 'saving' | 'retrying' | 'failing' | 'readOnly'
  commits: number
  bytes: number
  ageMS: number
  error?: Error
}

const NAME = 'playground'

/** What stands in the way of opening, or of going on. */
export interface Obstacle {
  kind: 'other-version' | 'dead' | 'failed'
  title: string
  text: string
}

export async function openClient(temporary: boolean): Promise<Client> {
  const { MongoClient } = await import('tussock')
  const client = await MongoClient.connect(temporary ? 'memory://' : `indexeddb://${NAME}`)
  // The driver's types are for code that knows its documents; what is typed here is checked when it runs.
  return {
    driver: client as unknown as Driver,
    close: () => client.close(),
    isTemporary: temporary,
    loss: client.dataLoss?.message ?? null,
    durability: () => client.durability,
    onDurability: (listener) => void client.on('durabilityChanged', listener)
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** True if the engine of this client has ended, so that only opening again helps. */
export function isDead(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error instanceof WebAssembly.RuntimeError || /^Mongo(System|ClientClosed|TopologyClosed|NotConnected|ServerClosed)Error$/.test(error.name)
}

export function obstacleOf(error: unknown): Obstacle {
  const text = textOf(error)
  // LockBusy: tabs share the database, unless their versions of the package differ.
  if ((error as { code?: unknown }).code === 46) {
    return {
      kind: 'other-version',
      title: 'Another version has the database open',
      text: 'A tab of this browser runs an older or a newer playground. Reload that tab or close it and try again, or go on here with a copy that is kept in memory only.'
    }
  }
  if (isDead(error)) {
    return { kind: 'dead', title: 'The database has stopped', text: `${text} Everything that was acknowledged is stored; opening again reads it back.` }
  }
  return { kind: 'failed', title: 'The database could not be opened', text }
}

/** How durable everything is, in a line. */
export interface Note {
  tone: 'good' | 'busy' | 'bad'
  text: string
}

const size = (bytes: number): string =>
  bytes < 1000 ? `${bytes} bytes` : bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1e6).toFixed(1)} MB`

export function noteOf({ state, commits, bytes }: Durability, isTemporary: boolean): Note {
  if (isTemporary) return { tone: 'bad', text: 'In memory only: gone when the tab closes' }
  const waiting = `${commits.toLocaleString('en')} commit${commits === 1 ? '' : 's'}`
  switch (state) {
    case 'durable':
      return { tone: 'good', text: 'Every write is stored in this browser' }
    case 'saving':
      return { tone: 'busy', text: `Storing ${waiting} (${size(bytes)})` }
    case 'retrying':
      return { tone: 'busy', text: `Connecting to storage again, ${waiting} wait (${size(bytes)})` }
    case 'failing':
      return { tone: 'bad', text: 'Storage does not answer: writes are refused' }
    case 'readOnly':
      return { tone: 'bad', text: 'Read only: the stored database is no longer this page’s' }
  }
}
