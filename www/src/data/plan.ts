// Reads an `explain` answer: which index, how many keys and documents, stage by stage.
import { isDocument } from '../shell/values.ts'
import type { Doc } from '../shell/driver.ts'

export interface PlanStage {
  name: string
  /** Figures of the execution, absent if it was not run. */
  returned: number | null
  keys: number | null
  docs: number | null
  ms: number | null
  index: string | null
  keyPattern: Doc | null
  bounds: Doc | null
  filter: Doc | null
  /** Everything else the stage says. */
  rest: Doc
  inputs: PlanStage[]
}

export interface Plan {
  root: PlanStage | null
  /** Names of the indexes used, in the order of the stages. */
  indexes: string[]
  scansCollection: boolean
  sortsInMemory: boolean
  returned: number | null
  keysExamined: number | null
  docsExamined: number | null
  ms: number | null
}

const INPUTS = ['inputStage', 'outerStage', 'innerStage', 'thenStage', 'elseStage']
const READ = new Set([
  ...INPUTS, 'inputStages', 'stage', 'nReturned', 'keysExamined', 'docsExamined', 'executionTimeMillisEstimate', 'indexName',
  'keyPattern', 'indexBounds', 'filter'
])

const numberOr = (value: unknown): number | null => {
  if (typeof value === 'number') return value
  return typeof value === 'object' && value !== null && '_bsontype' in value ? Number(String(value)) : null
}
const docOr = (value: unknown): Doc | null => (isDocument(value) ? value : null)

function stageOf(doc: Doc): PlanStage {
  const inputs = INPUTS.map((name) => doc[name]).concat(Array.isArray(doc['inputStages']) ? doc['inputStages'] : [])
  return {
    name: String(doc['stage'] ?? '?'),
    returned: numberOr(doc['nReturned']),
    keys: numberOr(doc['keysExamined']),
    docs: numberOr(doc['docsExamined']),
    ms: numberOr(doc['executionTimeMillisEstimate']),
    index: typeof doc['indexName'] === 'string' ? doc['indexName'] : null,
    keyPattern: docOr(doc['keyPattern']),
    bounds: docOr(doc['indexBounds']),
    filter: docOr(doc['filter']),
    rest: Object.fromEntries(Object.entries(doc).filter(([name]) => !READ.has(name))),
    inputs: inputs.filter(isDocument).map(stageOf)
  }
}

/** A stage of a pipeline, such as `{$group: {...}, nReturned: 5}`. */
function pipelineStage(doc: Doc, input: PlanStage | null): PlanStage {
  const name = Object.keys(doc).find((key) => key.startsWith('$')) ?? '?'
  const { nReturned, executionTimeMillisEstimate, ...rest } = doc
  return {
    name,
    returned: numberOr(nReturned),
    ms: numberOr(executionTimeMillisEstimate),
    keys: null,
    docs: null,
    index: null,
    keyPattern: null,
    bounds: null,
    filter: null,
    rest,
    inputs: input ? [input] : []
  }
}

/** The part of the answer that holds queryPlanner and executionStats, wherever the pipeline put it. */
function cursorPart(answer: Doc): { part: Doc; stages: Doc[] } {
  const stages = Array.isArray(answer['stages']) ? answer['stages'].filter(isDocument) : []
  const first = stages[0]
  const cursor = first && docOr(first['$cursor'])
  return cursor ? { part: cursor, stages: stages.slice(1) } : { part: answer, stages }
}

const walk = (stage: PlanStage | null): PlanStage[] => (stage ? [stage, ...stage.inputs.flatMap(walk)] : [])

export function readPlan(answer: Doc): Plan {
  const { part, stages } = cursorPart(answer)
  const stats = docOr(part['executionStats'])
  const planner = docOr(part['queryPlanner'])
  const tree = docOr(stats?.['executionStages']) ?? docOr(planner?.['winningPlan'])
  let root = tree ? stageOf(docOr(tree['queryPlan']) ?? tree) : null
  for (const stage of stages) root = pipelineStage(stage, root)
  const all = walk(root)
  return {
    root,
    indexes: [...new Set(all.flatMap(({ index }) => index ?? []))].reverse(),
    scansCollection: all.some(({ name }) => name === 'COLLSCAN'),
    sortsInMemory: all.some(({ name }) => name === 'SORT' || name === '$sort'),
    returned: stages.length > 0 ? (root?.returned ?? null) : numberOr(stats?.['nReturned']),
    keysExamined: numberOr(stats?.['totalKeysExamined']),
    docsExamined: numberOr(stats?.['totalDocsExamined']),
    ms: numberOr(stats?.['executionTimeMillis'])
  }
}

/** True for an `explain` answer. */
export const isPlan = (value: unknown): value is Doc =>
  isDocument(value) && (isDocument(value['queryPlanner']) || (Array.isArray(value['stages']) && 'ok' in value))

const RANGE = /^\$(gt|gte|lt|lte|ne|nin|regex|exists)$/

/**
 * A key for an index that would serve the query: equality first, then the sort, then ranges.
 * Null if the query gives no hint.
 */
export function suggestIndex(filter: Doc, sort: Doc): Doc | null {
  const equal: string[] = []
  const range: string[] = []
  const conditions = Object.entries(filter).concat(
    Array.isArray(filter['$and']) ? filter['$and'].filter(isDocument).flatMap((part) => Object.entries(part)) : []
  )
  for (const [field, condition] of conditions) {
    if (field.startsWith('$') || field === '_id') continue
    const operators = isDocument(condition) ? Object.keys(condition).filter((name) => name.startsWith('$')) : []
    const isRange = condition instanceof RegExp || operators.some((name) => RANGE.test(name))
    ;(isRange ? range : equal).push(field)
  }
  const key: Doc = {}
  for (const field of equal) key[field] = 1
  for (const [field, direction] of Object.entries(sort)) key[field] ??= direction
  for (const field of range) key[field] ??= 1
  return Object.keys(key).length > 0 && Object.keys(key).length <= 5 ? key : null
}
