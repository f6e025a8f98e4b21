// Writes results as files: JSON, NDJSON or CSV.
import { formatValue, toPlain, type Style } from '../shell/format.ts'
import { EJSON } from 'tussock'
import { bsonType } from '../shell/values.ts'
import { columnsOf, flatten } from './flatten.ts'

export type ExportFormat = 'json' | 'ndjson' | 'csv'

/** One cell: quoted as RFC 4180 asks, dates as ISO, BSON values as their bare text. */
function csvCell(value: unknown): string {
  if (value === undefined || value === null) return ''
  let text: string
  if (value instanceof Date) text = Number.isNaN(value.getTime()) ? '' : value.toISOString()
  else if (typeof value === 'object') {
    const type = bsonType(value)
    const bare = type !== undefined && /^(ObjectId|Long|Int32|Double|Decimal128|UUID)$/.test(type)
    text = bare ? String(value) : EJSON.stringify(toPlain(value), undefined, 0, { relaxed: true })
  } else text = String(value)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function toCsv(documents: readonly unknown[]): string {
  const rows = documents.map((document) => flatten(document))
  const columns = columnsOf(rows)
  const lines = rows.map((row) => columns.map((name) => csvCell(row.get(name))).join(','))
  return [columns.map(csvCell).join(','), ...lines, ''].join('\r\n')
}

export function toFile(documents: readonly unknown[], format: ExportFormat, style: Style): { text: string; type: string } {
  const relaxed = style !== 'canonical'
  if (format === 'csv') return { text: toCsv(documents), type: 'text/csv' }
  if (format === 'json') return { text: formatValue(documents, relaxed ? 'relaxed' : 'canonical'), type: 'application/json' }
  const lines = documents.map((item) => EJSON.stringify(toPlain(item), undefined, 0, { relaxed }))
  return { text: [...lines, ''].join('\n'), type: 'application/x-ndjson' }
}

/** Offers the text to the user as a file. */
export function download(name: string, { text, type }: { text: string; type: string }): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
