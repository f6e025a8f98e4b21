// Documents as rows of dotted columns, for the table and for CSV.
import { isDocument } from '../shell/values.ts'

const DEPTH_MAX = 4

/** Every value that is no document of its own, by dotted path. */
export function flatten(document: unknown, depthMax = DEPTH_MAX): Map<string, unknown> {
  const cells = new Map<string, unknown>()
  const walk = (value: unknown, path: string, depth: number) => {
    if (isDocument(value) && depth < depthMax && Object.keys(value).length > 0) {
      for (const [name, item] of Object.entries(value)) walk(item, path === '' ? name : `${path}.${name}`, depth + 1)
    } else cells.set(path === '' ? 'value' : path, value)
  }
  walk(document, '', 0)
  return cells
}

/** The columns of all documents: in order of appearance, a new one beside its neighbour. */
export function columnsOf(rows: readonly Map<string, unknown>[]): string[] {
  const columns: string[] = []
  const known = new Set<string>()
  for (const row of rows) {
    // Before the first column it shares with the others; at the end if it shares none.
    const shared = [...row.keys()].find((name) => known.has(name))
    let at = shared === undefined ? columns.length : columns.indexOf(shared)
    for (const name of row.keys()) {
      if (known.has(name)) at = columns.indexOf(name) + 1
      else {
        columns.splice(at++, 0, name)
        known.add(name)
      }
    }
  }
  return columns
}
