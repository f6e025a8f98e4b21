// What a key means where the cursor stands: a stage, an expression, a condition of a query, an update, ...

/** `none`: nothing that starts with a dollar belongs there. */
export type Place =
  | 'stage' | 'fields' | 'group' | 'windows' | 'window' | 'accumulator' | 'expression' | 'query' | 'condition' | 'element' | 'update' | 'push' | 'names'
  | 'command' | 'none'

/** What a bracket holds: a place, or a list of such. */
type Inside = Place | 'stages' | 'facets' | 'lookup' | 'graph' | 'bucket' | 'merge' | 'root' | 'windowStage' | 'near' | 'bulk' | 'bulkItem' | 'writes' | 'write'

interface Frame {
  open: string
  /** Before "(": the method's name. */
  call: string
  /** In an object: the key whose value comes. */
  key: string
  /** In a call or a list: how many commas were passed. */
  index: number
}

const WORD = /[A-Za-z_$][\w$.*]*/y

/** The brackets that are open at the end of the text. */
function frames(text: string): Frame[] {
  const stack: Frame[] = []
  let word = ''
  let quoted = ''
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ''
    const top = stack.at(-1)
    if (/\s/.test(char)) continue
    if (char === '/' && text[at + 1] === '/') at = endOf(text, '\n', at) - 1
    else if (char === '/' && text[at + 1] === '*') at = endOf(text, '*/', at) + 1
    else if (/['"`]/.test(char)) {
      const end = closing(text, at)
      quoted = text.slice(at + 1, end)
      at = end
    } else if ('([{'.includes(char)) {
      stack.push({ open: char, call: char === '(' ? word : '', key: '', index: 0 })
      word = quoted = ''
    } else if (')]}'.includes(char)) {
      stack.pop()
      word = quoted = ''
    } else if (char === ',' || char === ';') {
      if (top && char === ',') Object.assign(top, { key: '', index: top.index + 1 })
      word = quoted = ''
    } else if (char === ':' && top?.open === '{') {
      top.key = quoted || word
      word = quoted = ''
    } else {
      WORD.lastIndex = at
      const found = WORD.exec(text)?.[0]
      if (!found) continue
      word = found.includes('.') && !found.startsWith('$') ? found.slice(found.lastIndexOf('.') + 1) : found
      quoted = ''
      at += found.length - 1
    }
  }
  return stack
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from)
  return at < 0 ? text.length : at
}

/** Where a string ends; the end of the text if it is open. */
function closing(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === text[from]) return at
  }
  return text.length
}

/** What the arguments of a method hold, by their number. */
const CALLS: [RegExp, Inside[]][] = [
  [/^aggregate$|^watch$/, ['stages']],
  [/^createView$/, ['none', 'none', 'stages']],
  [/^(updateOne|updateMany|update|findOneAndUpdate)$/, ['query', 'update']],
  [/^(find|findOne)$/, ['query', 'fields']],
  [/^(count|countDocuments|deleteOne|deleteMany|remove|findOneAndDelete|findOneAndReplace|replaceOne)$/, ['query']],
  [/^distinct$/, ['none', 'query']],
  [/^(sort|createIndex|hint|min|max)$/, ['names']],
  [/^(project|projection)$/, ['fields']],
  [/^bulkWrite$/, ['bulk']],
  [/^(runCommand|adminCommand)$/, ['command']]
]

const STAGE_ARGUMENTS: Record<string, Inside> = {
  $match: 'query', $project: 'fields', $addFields: 'fields', $set: 'fields', $group: 'group', $bucket: 'bucket', $bucketAuto: 'bucket',
  $setWindowFields: 'windowStage', $lookup: 'lookup', $unionWith: 'lookup', $graphLookup: 'graph', $facet: 'facets', $replaceRoot: 'root',
  $replaceWith: 'expression', $redact: 'expression', $sortByCount: 'expression', $sort: 'names', $merge: 'merge', $geoNear: 'near',
  $documents: 'expression'
}

/** Documents whose keys decide what their values hold. */
const KEYED: Record<string, Record<string, Inside>> = {
  lookup: { pipeline: 'stages', let: 'fields' },
  graph: { startWith: 'expression', restrictSearchWithMatch: 'query' },
  bucket: { groupBy: 'expression', output: 'group' },
  merge: { whenMatched: 'stages', let: 'fields' },
  root: { newRoot: 'expression' },
  near: { query: 'query' },
  windowStage: { partitionBy: 'expression', sortBy: 'names', output: 'windows' },
  bulkItem: { filter: 'query', update: 'update' },
  write: { q: 'query', u: 'update' },
  command: { pipeline: 'stages', query: 'query', filter: 'query', update: 'update', updates: 'writes', deletes: 'writes', sort: 'names', projection: 'fields' }
}

/** What the value of a key holds. */
function valueOf(inside: Inside, key: string): Inside {
  switch (inside) {
    case 'stage':
      return STAGE_ARGUMENTS[key] ?? 'none'
    case 'fields':
    case 'expression':
      return key === '$literal' || key === '$const' ? 'none' : 'expression'
    case 'group':
      return key === '_id' ? 'expression' : 'accumulator'
    case 'accumulator':
      return 'expression'
    case 'windows':
      return 'window'
    case 'window':
      return key === 'window' ? 'none' : 'expression'
    case 'facets':
      return 'stages'
    case 'query':
    case 'condition':
    case 'element':
      if (/^\$(and|or|nor)$/.test(key)) return 'query'
      if (key === '$expr') return 'expression'
      if (key === '$elemMatch') return 'element'
      return key === '$jsonSchema' ? 'none' : 'condition'
    case 'update':
      return /^\$(push|addToSet)$/.test(key) ? 'push' : key === '$pull' ? 'query' : key.startsWith('$') ? 'names' : 'none'
    case 'push':
      return key.startsWith('$') ? 'none' : 'push'
    case 'bulk':
      return 'bulkItem'
    default:
      return KEYED[inside]?.[key] ?? 'none'
  }
}

/** What a bracket holds that opens where `inside` is expected. */
function opened(inside: Inside, open: string): Inside {
  if (inside === 'stages') return open === '{' ? 'stage' : 'stages'
  if (inside === 'writes') return open === '{' ? 'write' : 'writes'
  // An update may be a pipeline.
  return inside === 'update' && open === '[' ? 'stages' : inside
}

/** The place at the end of the text; null outside of documents whose meaning is known. */
export function placeAt(text: string): Place | null {
  const open = frames(text)
  const from = open.findLastIndex(({ call }) => CALLS.some(([method]) => method.test(call)))
  // A variable may hold a pipeline: a list of documents outside of a call is taken for one.
  let inside: Inside | undefined = from >= 0 ? argument(open[from] as Frame) : open[0]?.open === '[' ? 'stages' : undefined
  if (inside === undefined) return null
  for (const [at, frame] of open.slice(from + 1).entries()) {
    const outer = open[from + at]
    if (outer?.open === '{') inside = valueOf(inside, outer.key)
    inside = opened(inside, frame.open)
  }
  const last = open.at(-1)
  if (last?.open === '{' && last.key !== '') inside = valueOf(inside, last.key)
  return asPlace(inside)
}

function argument({ call, index }: Frame): Inside | undefined {
  return CALLS.find(([method]) => method.test(call))?.[1][index]
}

const PLACES = new Set<string>(['stage', 'fields', 'group', 'windows', 'window', 'accumulator', 'expression', 'query', 'condition', 'element', 'update', 'push', 'names', 'command'])
const asPlace = (inside: Inside): Place => (PLACES.has(inside) ? (inside as Place) : 'none')
