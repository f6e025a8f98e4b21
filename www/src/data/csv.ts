// Reads CSV: rows of RFC 4180, and what type each column seems to have.
import { setPath } from './samples.ts'

export type ColumnType = 'string' | 'int' | 'double' | 'boolean' | 'date' | 'objectId'

/** Takes text in pieces of any size and gives the rows in it. */
export class CsvSplitter {
  private cell = ''
  private row: string[] = []
  private quoted = false
  private quoteSeen = false
  private started = false

  constructor(private readonly separator = ',') {}

  *push(text: string): Generator<string[]> {
    for (const char of text) {
      if (this.quoted) {
        this.quotedChar(char)
        continue
      }
      if (this.quoteSeen && char === '"') {
        this.cell += '"'
        this.quoted = true
        this.quoteSeen = false
        continue
      }
      this.quoteSeen = false
      if (char === '"' && this.cell === '') {
        this.quoted = true
        this.started = true
      } else if (char === this.separator) this.endCell()
      else if (char === '\n') {
        const row = this.endRow()
        if (row) yield row
      } else if (char !== '\r' && char !== '\uFEFF') this.cell += char
    }
  }

  /** The last row, if the file does not end with a line break. */
  *end(): Generator<string[]> {
    const row = this.endRow()
    if (row) yield row
  }

  private quotedChar(char: string): void {
    if (char !== '"') this.cell += char
    else {
      this.quoted = false
      this.quoteSeen = true
    }
  }

  private endCell(): void {
    this.row.push(this.cell)
    this.cell = ''
    this.started = true
  }

  private endRow(): string[] | null {
    if (this.cell === '' && this.row.length === 0 && !this.started) return null
    this.endCell()
    const { row } = this
    this.row = []
    this.started = false
    return row
  }
}

const PATTERNS: [ColumnType, RegExp][] = [
  ['int', /^[+-]?(0|[1-9]\d{0,8})$/],
  ['double', /^[+-]?(0|[1-9]\d*)?(\.\d+)?([eE][+-]?\d+)?$/],
  ['boolean', /^(true|false)$/i],
  ['date', /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/],
  ['objectId', /^[0-9a-f]{24}$/]
]

/** The narrowest type that fits every value; empty ones do not count. */
export function guessType(values: readonly string[]): ColumnType {
  const filled = values.map((value) => value.trim()).filter((value) => value !== '')
  if (filled.length === 0) return 'string'
  return PATTERNS.find(([, pattern]) => filled.every((value) => pattern.test(value)))?.[0] ?? 'string'
}

/** The separator of a file, told from its first line. */
export function guessSeparator(firstLine: string): string {
  const counts = [',', ';', '\t', '|'].map((char) => [char, firstLine.split(char).length] as const)
  return counts.reduce((best, next) => (next[1] > best[1] ? next : best))[0]
}

export interface Column {
  name: string
  type: ColumnType
}

/** Makes the values of BSON types, which this file does not name. */
export interface ValueMaker {
  objectId(hex: string): unknown
}

function convert(text: string, type: ColumnType, make: ValueMaker): unknown {
  switch (type) {
    case 'int':
    case 'double': {
      const number = Number(text)
      return Number.isNaN(number) ? text : number
    }
    case 'boolean':
      return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : text
    case 'date': {
      const date = new Date(/[Z+]|-\d\d:?\d\d$/.test(text.slice(10)) ? text : text.length === 10 ? text : `${text.replace(' ', 'T')}Z`)
      return Number.isNaN(date.getTime()) ? text : date
    }
    case 'objectId':
      return /^[0-9a-f]{24}$/i.test(text) ? make.objectId(text) : text
    default:
      return text
  }
}

/** A row as a document: dots in a header nest, an empty cell is no field. */
export function rowDocument(columns: readonly Column[], row: readonly string[], make: ValueMaker): Record<string, unknown> {
  const document: Record<string, unknown> = {}
  for (const [index, { name, type }] of columns.entries()) {
    const text = row[index]
    if (text === undefined || text === '' || name === '') continue
    setPath(document, name.split('.'), convert(type === 'string' ? text : text.trim(), type, make))
  }
  return document
}
