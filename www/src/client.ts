// Opens the database, and tells what went wrong in words for people.
import type { Driver } from './shell/driver.ts'

export interface Client {
  driver: Driver
  close(): Promise<void>
  /** True if nothing is kept after the tab closes. */
  isTemporary: boolean
  /** What the browser has dropped since the last visit, in words; null if nothing. */
  loss: string | null
  /** Writes that are not on the disk yet. */
  pendingWrites(): number
}

const NAME = 'playground'

/** What stands in the way of opening, or of going on. */
export interface Obstacle {
  kind: 'other-tab' | 'dead' | 'failed'
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
    pendingWrites: () => client.pendingWrites
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
  // LockBusy
  if ((error as { code?: unknown }).code === 46 || /another tab/i.test(text)) {
    return {
      kind: 'other-tab',
      title: 'The playground is open in another tab',
      text: 'One tab at a time owns the database. Close the other tab and try again, or go on here with a copy that is kept in memory only.'
    }
  }
  if (isDead(error)) {
    return { kind: 'dead', title: 'The database has stopped', text: `${text} Everything that was acknowledged is stored; opening again reads it back.` }
  }
  return { kind: 'failed', title: 'The database could not be opened', text }
}
