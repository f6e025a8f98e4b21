// Loads the sample data that the page ships into the database `samples`.
import type { Doc, Driver } from '../shell/driver.ts'
import { ndjsonLines } from './lines.ts'

export const SAMPLES_DB = 'samples'

interface SampleFile {
  collection: string
  file: string
  documents: number
  bytes: number
}

interface SampleHeader {
  collection: string
  fields: string[]
  dates: string[]
  indexes: { key: Doc; options?: Doc }[]
  documents: number
}

export interface SampleProgress {
  collection: string
  documents: number
  total: number
}

const BATCH = 1000

/** Puts `value` at the dotted path. */
export function setPath(document: Doc, path: readonly string[], value: unknown): void {
  let at = document
  for (const name of path.slice(0, -1)) at = (at[name] ??= {}) as Doc
  const last = path.at(-1)
  if (last !== undefined) at[last] = value
}

/** Makes documents of the rows that follow the header. */
export function rowReader({ fields, dates }: Pick<SampleHeader, 'fields' | 'dates'>): (line: string) => Doc {
  const columns = fields.map((field) => ({ path: field.split('.'), isDate: dates.includes(field) }))
  return (line) => {
    const values = JSON.parse(line) as unknown[]
    const document: Doc = {}
    for (const [index, value] of values.entries()) {
      const column = columns[index]
      if (!column || value === null) continue
      setPath(document, column.path, column.isDate ? new Date(value as string) : value)
    }
    return document
  }
}

async function fetchFile(name: string): Promise<Response> {
  const response = await fetch(new URL(`data/${name}`, document.baseURI))
  if (!response.ok) throw new Error(`The sample file ${name} could not be loaded (${response.status}).`)
  return response
}

async function loadFile(driver: Driver, { file, collection }: SampleFile, onDocuments: (collection: string, count: number) => void) {
  const { body } = await fetchFile(file)
  if (!body) throw new Error(`The sample file ${file} is empty.`)
  let read: ((line: string) => Doc) | null = null
  let header: SampleHeader | null = null
  let batch: Doc[] = []
  const flush = async () => {
    if (!header || batch.length === 0) return
    await driver.db(SAMPLES_DB).collection(header.collection).insertMany(batch, { ordered: true })
    onDocuments(header.collection, batch.length)
    batch = []
  }
  for await (const line of ndjsonLines(body)) {
    if (read) batch.push(read(line))
    else {
      header = JSON.parse(line) as SampleHeader
      read = rowReader(header)
    }
    if (batch.length >= BATCH) await flush()
  }
  await flush()
  for (const { key, options } of (header as SampleHeader | null)?.indexes ?? []) {
    await driver.db(SAMPLES_DB).collection(collection).createIndex(key, options ?? {})
  }
}

/** Tells a load that was broken off (by closing the tab) from a complete one. */
const MARKER = 'tussock.samples'

/** Whether the samples are there; `gone` means that they were, but the browser has lost the database. */
export async function samplesState(driver: Driver): Promise<'present' | 'absent' | 'unfinished' | 'gone'> {
  const names = await driver.db('admin').command({ listDatabases: 1, nameOnly: true })
  const isEmpty = (names['databases'] as { name: string }[]).every(({ name }) => /^(admin|config|local)$/.test(name))
  const marker = localStorage.getItem(MARKER)
  if (marker === 'loading') return 'unfinished'
  if (!isEmpty) return 'present'
  return marker === 'loaded' ? 'gone' : 'absent'
}

/** The user dropped everything: that is no loss. */
export const forgetSamples = (): void => localStorage.removeItem(MARKER)

/** Loads (or loads again) all sample collections; other collections stay. */
export async function loadSamples(driver: Driver, onProgress: (progress: SampleProgress) => void): Promise<void> {
  const { files } = (await (await fetchFile('index.json')).json()) as { files: SampleFile[] }
  const total = files.reduce((sum, { documents }) => sum + documents, 0)
  let done = 0
  localStorage.setItem(MARKER, 'loading')
  // Smallest first, so that the sidebar fills at once.
  for (const file of files.sort((a, b) => a.bytes - b.bytes)) {
    onProgress({ collection: file.collection, documents: done, total })
    await driver.db(SAMPLES_DB).collection(file.collection).drop()
    await loadFile(driver, file, (collection, count) => {
      done += count
      onProgress({ collection, documents: done, total })
    })
  }
  localStorage.setItem(MARKER, 'loaded')
}
