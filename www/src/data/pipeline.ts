// A pipeline in typed text: where it is, what it comes to, and what each of its stages gives.
import type { CallExpression, Node } from 'acorn'
import { pipelineOf, ShellCollection, writes } from '../shell/collection.ts'
import { ShellDatabase } from '../shell/database.ts'
import type { Doc, Driver } from '../shell/driver.ts'
import { ShellError } from '../shell/errors.ts'
import { parse } from '../shell/parse.ts'
import type { Session } from '../shell/session.ts'

/** The texts of `target.aggregate(pipeline)`. */
export interface PipelineCall {
  target: string
  pipeline: string
}

export interface Pipeline {
  database: string
  /** Null for a pipeline of the database. */
  collection: string | null
  stages: Doc[]
}

/** What a stage gives. */
export interface Preview {
  documents: Doc[]
  count: number
  elapsedMs: number
}

/** Documents shown of each stage. */
export const PREVIEW = 5
const TIME_MS_MAX = 10_000

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value

/** Every call of `aggregate` under a node. */
function calls(node: Node, into: CallExpression[]): CallExpression[] {
  const call = node as CallExpression
  if (call.type === 'CallExpression' && call.callee.type === 'MemberExpression' && call.arguments.length > 0) {
    const { property, computed } = call.callee
    if (!computed && property.type === 'Identifier' && property.name === 'aggregate') into.push(call)
  }
  for (const value of Object.values(node)) for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) calls(child, into)
  return into
}

/** The pipeline at the cursor, else the first of the text; null if there is none, or the text is unfinished. */
export function findPipeline(text: string, cursor: number): PipelineCall | null {
  if (!text.includes('aggregate')) return null
  try {
    const found = parse(text).flatMap((piece) => (piece.kind === 'script' ? calls(piece.node, []) : []))
    const call = found.findLast(({ start, end }) => start <= cursor && cursor <= end) ?? found[0]
    const [first] = call?.arguments ?? []
    if (!call || !first || call.callee.type !== 'MemberExpression') return null
    const { object } = call.callee
    return { target: text.slice(object.start, object.end), pipeline: text.slice(first.start, first.end) }
  } catch {
    return null
  }
}

async function valueOf(session: Session, text: string): Promise<unknown> {
  const outcome = (await session.run(`(${text})`)).at(-1)
  if (outcome?.kind === 'error') throw outcome.error
  return outcome?.kind === 'value' ? outcome.value : undefined
}

/** Evaluates both texts in the session, with its variables. */
export async function readPipeline(session: Session, call: PipelineCall): Promise<Pipeline> {
  const target = await valueOf(session, call.target)
  const { pipeline: stages } = pipelineOf([await valueOf(session, call.pipeline)])
  if (target instanceof ShellCollection) return { database: target.database.name, collection: target.name, stages }
  if (target instanceof ShellDatabase) return { database: target.name, collection: null, stages }
  throw new ShellError('Only pipelines of a collection or of a database can be run stage by stage.')
}

/** Whether a stage writes: a preview does not run it. */
export const isWriting = (stage: Doc): boolean => writes([stage])

/** The first documents and the count of what the stages give together; the time is that of counting them all. */
export async function preview(driver: Driver, { database, collection }: Pipeline, stages: Doc[]): Promise<Preview> {
  const db = driver.db(database)
  const run = (more: Doc[]) => {
    const options = { maxTimeMS: TIME_MS_MAX }
    const all = [...stages, ...more]
    return (collection === null ? db.aggregate(all, options) : db.collection(collection).aggregate(all, options)).toArray()
  }
  const documents = await run([{ $limit: PREVIEW }])
  const start = performance.now()
  const [counted] = await run([{ $count: 'n' }])
  return { documents, count: Number(counted?.['n'] ?? 0), elapsedMs: performance.now() - start }
}
