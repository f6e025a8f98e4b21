// Reads a file into a collection: JSON, NDJSON or CSV, in batches, with progress and cancel.
import { EJSON, ObjectId } from 'tussock'
import type { Doc, Driver } from '../shell/driver.ts'
import { isDocument } from '../shell/values.ts'
import { CsvSplitter, guessSeparator, guessType, rowDocument, type Column } from './csv.ts'
import { ImportError, JsonSplitter } from './json-stream.ts'
import { texts } from './lines.ts'

export type FileFormat = 'json' | 'csv'

export interface Preview {
  format: FileFormat
  separator: string
  columns: Column[]
  documents: Doc[]
  /** The first rows of a CSV file, to read them again when a column's type is changed. */
  rows: string[][]
}

export interface ImportProgress {
  documents: number
  bytes: number
  total: number
}

const BATCH = 1000
const PREVIEW_BYTES = 256 * 1024
const PREVIEW_DOCUMENTS = 4
const GUESS_ROWS = 500

const make = { objectId: (hex: string) => new ObjectId(hex) }

/** Told from the name, else from the first character. */
export function formatOf(name: string, start: string): FileFormat {
  if (/\.(csv|tsv)$/i.test(name)) return 'csv'
  if (/\.(json|ndjson|jsonl|geojson)$/i.test(name)) return 'json'
  return /^\uFEFF?\s*[[{]/.test(start) ? 'json' : 'csv'
}

/** A name for the collection, from that of the file. */
export const collectionNameOf = (file: string): string =>
  file.replace(/\.[^.]+$/, '').replace(/[^\w-]+/g, '_').replace(/^[^A-Za-z_]+/, '') || 'imported'

function parseDocument(text: string, line: number): Doc {
  let value: unknown
  try {
    value = EJSON.parse(text, { relaxed: false })
  } catch (error) {
    throw new ImportError(error instanceof Error ? error.message : String(error), line)
  }
  if (!isDocument(value)) throw new ImportError('this is Extended JSON of a value, not a document.', line)
  return value
}

/** Reads the start of the file. */
export async function previewFile(file: File, format?: FileFormat): Promise<Preview> {
  const start = await file.slice(0, PREVIEW_BYTES).text()
  const kind = format ?? formatOf(file.name, start)
  return kind === 'csv' ? previewCsv(start) : { format: 'json', separator: ',', columns: [], documents: previewJson(start), rows: [] }
}

function previewJson(start: string): Doc[] {
  const documents: Doc[] = []
  for (const { text, line } of new JsonSplitter().push(start)) {
    documents.push(parseDocument(text, line))
    if (documents.length >= PREVIEW_DOCUMENTS) break
  }
  return documents
}

function previewCsv(start: string): Preview {
  const separator = guessSeparator(start.split('\n', 1)[0] ?? '')
  const rows: string[][] = []
  for (const row of new CsvSplitter(separator).push(start.endsWith('\n') ? start : `${start}\n`)) {
    rows.push(row)
    if (rows.length > GUESS_ROWS) break
  }
  const [header = [], ...body] = rows
  const columns = header.map((name, index) => ({ name: name.trim(), type: guessType(body.map((row) => row[index] ?? '')) }))
  const first = body.slice(0, PREVIEW_DOCUMENTS)
  return { format: 'csv', separator, columns, documents: rowsAsDocuments(first, columns), rows: first }
}

/** The rows with the types that the columns have now. */
export const rowsAsDocuments = (rows: string[][], columns: Column[]): Doc[] => rows.map((row) => rowDocument(columns, row, make))

/** All documents of the file. */
async function* documentsOf(file: File, preview: Preview, onBytes: (bytes: number) => void): AsyncGenerator<Doc> {
  const encoder = new TextEncoder()
  let bytes = 0
  const json = new JsonSplitter()
  const csv = new CsvSplitter(preview.separator)
  let isHeader = true
  for await (const text of texts(file.stream())) {
    bytes += encoder.encode(text).length
    onBytes(bytes)
    if (preview.format === 'json') {
      for (const piece of json.push(text)) yield parseDocument(piece.text, piece.line)
      continue
    }
    for (const row of csv.push(text)) {
      if (!isHeader) yield rowDocument(preview.columns, row, make)
      isHeader = false
    }
  }
  if (preview.format === 'json') json.end()
  else for (const row of csv.end()) if (!isHeader) yield rowDocument(preview.columns, row, make)
}

export interface ImportTarget {
  driver: Driver
  database: string
  collection: string
  /** Drops what is there first. */
  replace: boolean
}

/** Inserts everything; what is inserted before a cancel or an error stays. Returns the number of documents. */
export async function importFile(
  file: File,
  preview: Preview,
  { driver, database, collection, replace }: ImportTarget,
  signal: AbortSignal,
  onProgress: (progress: ImportProgress) => void
): Promise<number> {
  const target = driver.db(database).collection(collection)
  if (replace) await target.drop()
  let bytes = 0
  let documents = 0
  let batch: Doc[] = []
  const flush = async () => {
    if (batch.length === 0) return
    await target.insertMany(batch, { ordered: true })
    documents += batch.length
    batch = []
    onProgress({ documents, bytes, total: file.size })
  }
  for await (const document of documentsOf(file, preview, (now) => (bytes = now))) {
    if (signal.aborted) return documents
    batch.push(document)
    if (batch.length >= BATCH) await flush()
  }
  await flush()
  return documents
}
