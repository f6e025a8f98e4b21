// An explained plan: a line that says how the query ran, and its stages as a tree.
import { keyOf } from '../data/catalog.ts'
import type { Plan, PlanStage } from '../data/plan.ts'
import { shellText } from '../shell/format.ts'
import type { Doc } from '../shell/driver.ts'
import { count, duration, h, icon } from './dom.ts'
import { treeView } from './tree-view.ts'

/** "IXSCAN state_1" or "COLLSCAN". */
export function accessName(plan: Plan): string {
  if (plan.indexes.length > 0) return `IXSCAN ${plan.indexes.join(', ')}`
  if (plan.scansCollection) return 'COLLSCAN'
  return plan.root?.inputs.at(-1)?.name ?? plan.root?.name ?? 'No plan'
}

/** The stage that reads the whole collection, if there is one. */
function scanOf(stage: PlanStage | null): PlanStage | null {
  if (!stage || stage.name === 'COLLSCAN') return stage
  return stage.inputs.map(scanOf).find((found) => found !== null) ?? null
}

/** How well the plan suits the query: poor is a scan that throws most of what it reads away. */
export function quality(plan: Plan): 'good' | 'fair' | 'poor' {
  if (!plan.scansCollection) return plan.sortsInMemory ? 'fair' : 'good'
  const scan = scanOf(plan.root)
  const docs = scan?.docs ?? plan.docsExamined ?? 0
  const filters = scan?.filter !== null && Object.keys(scan?.filter ?? {}).length > 0
  return filters && docs > 100 && docs > 4 * (scan?.returned ?? plan.returned ?? 0) ? 'poor' : 'fair'
}

export function planBadge(plan: Plan): HTMLElement {
  const figures = [
    plan.keysExamined === null || plan.indexes.length === 0 ? null : `${count(plan.keysExamined)} keys`,
    plan.docsExamined === null ? null : `${count(plan.docsExamined)} docs examined`,
    plan.sortsInMemory ? 'sorted in memory' : null
  ].filter((figure): figure is string => figure !== null)
  return h(
    'span.plan-badge',
    { class: quality(plan) },
    h('span.plan-access', {}, accessName(plan)),
    ...figures.map((figure) => h('span.plan-figure', {}, figure))
  )
}

function figure(label: string, value: string | null): HTMLElement | null {
  return value === null ? null : h('div.figure', {}, h('dt', {}, label), h('dd', {}, value))
}

const counted = (value: number | null) => (value === null ? null : count(value))

function stageCard(stage: PlanStage): HTMLElement {
  const isScan = stage.name === 'COLLSCAN'
  const detail = Object.entries(stage.rest)
  const card = h(
    'div.stage',
    { class: isScan ? 'scan' : stage.index ? 'index' : '' },
    h('div.stage-name', {}, stage.name, stage.index ? h('span.stage-index', {}, stage.index) : null),
    stage.keyPattern ? h('div.stage-line', {}, `{ ${keyOf(stage.keyPattern)} }`) : null,
    ...Object.entries(stage.bounds ?? {}).map(([field, bounds]) => h('div.stage-line', {}, `${field}: ${boundsText(bounds)}`)),
    stage.filter && Object.keys(stage.filter).length > 0 ? h('div.stage-line', {}, `filter ${shellText(stage.filter, 0, 400)}`) : null,
    h('dl.figures', {}, figure('returned', counted(stage.returned)), figure('keys', counted(stage.keys)), figure('docs', counted(stage.docs)))
  )
  if (detail.length > 0) card.append(h('details.stage-more', {}, h('summary', {}, 'More'), treeView(stage.rest, null, true)))
  const inputs = stage.inputs.map((input) => h('li', {}, stageCard(input)))
  return h('div.stage-tree', {}, card, inputs.length > 0 ? h('ul', {}, ...inputs) : null)
}

const boundsText = (bounds: unknown): string =>
  Array.isArray(bounds) ? bounds.slice(0, 6).map(String).join(' ∪ ') + (bounds.length > 6 ? ` … (${bounds.length})` : '') : shellText(bounds)

export interface Advice {
  text: string
  action: string
  run: () => void
}

/** What the figures mean, in a sentence. */
function verdict(plan: Plan): string {
  const { docsExamined: docs, keysExamined: keys, returned } = plan
  if (plan.root === null) return 'The answer names no stages.'
  if (returned === null || docs === null) return 'The plan was chosen, not run: there are no figures.'
  if (plan.scansCollection && plan.indexes.length === 0) {
    return `Read all ${count(docs)} documents of the collection to return ${count(returned)}.`
  }
  if (docs === 0 && (keys ?? 0) > 0) return `Answered from the index alone: ${count(keys ?? 0)} keys read, no document.`
  const ratio = returned === 0 ? null : docs / returned
  const share = ratio !== null && ratio > 1.5 ? `, ${ratio.toFixed(ratio < 10 ? 1 : 0)} for each one returned` : ''
  return `Read ${count(keys ?? 0)} index keys and ${count(docs)} documents${share}.`
}

export function planView(plan: Plan, answer: Doc, advice: Advice | null): HTMLElement {
  const kind = quality(plan)
  const summary = h(
    'dl.figures.large',
    {},
    figure('returned', counted(plan.returned)),
    figure('keys examined', counted(plan.keysExamined)),
    figure('documents examined', counted(plan.docsExamined)),
    figure('time', plan.ms === null ? null : plan.ms < 1 ? '< 1 ms' : duration(plan.ms))
  )
  return h(
    'div.plan',
    {},
    h('div.plan-head', { class: kind }, icon(kind === 'poor' ? 'warn' : 'check'), h('div', {}, h('strong', {}, accessName(plan)), h('p', {}, verdict(plan)))),
    summary,
    advice ? h('div.advice', {}, h('code', {}, advice.text), h('button.button', { type: 'button', onclick: advice.run }, advice.action)) : null,
    plan.root ? h('div.stages', { tabindex: 0, role: 'region', 'aria-label': 'Stages of the plan' }, stageCard(plan.root)) : null,
    h('details.plan-raw', {}, h('summary', {}, 'The whole answer'), treeView(answer, null, true))
  )
}
