// A pipeline stage by stage: each can be switched off, and shows the first documents of what it gives.
import { isWriting, preview, PREVIEW, type Pipeline, type Preview } from '../data/pipeline.ts'
import type { Doc, Driver } from '../shell/driver.ts'
import { shellText } from '../shell/format.ts'
import { byId, count, duration, h, plural } from './dom.ts'
import { errorView } from './error-view.ts'
import { highlighted } from './json-view.ts'
import { announce } from './status.ts'

/** A stage on the screen; the first one has none and stands for the collection. */
interface Step {
  stage: Doc | null
  isOn: boolean
  element: HTMLElement
  figures: HTMLElement
  output: HTMLElement
}

/** Shows the pipeline in the place of the results, and runs it up to each of its stages. */
export async function showSteps(pipeline: Pipeline, driver: () => Driver): Promise<void> {
  const { collection, stages } = pipeline
  const list = h('ol.steps', { tabindex: 0, 'aria-label': 'Stages' })
  const steps: Step[] = []
  let generation = 0
  const run = async () => {
    const mine = ++generation
    await runFrom(steps, pipeline, driver(), () => mine === generation)
    if (mine === generation) announce('Every stage has run.')
  }
  if (collection !== null) steps.push(makeStep(null, 0, collection, run))
  for (const [index, stage] of stages.entries()) steps.push(makeStep(stage, index + 1, Object.keys(stage)[0] ?? '{}', run))
  list.append(...steps.map(({ element }) => element))
  const summary = h('div.result-summary', {}, h('strong', {}, plural(stages.length, 'stage')), h('span.dim', {}, `the first ${PREVIEW} documents after each; a stage can be switched off`))
  byId('results').replaceChildren(h('div.result-head', {}, summary), list)
  await run()
}

function makeStep(stage: Doc | null, number: number, title: string, changed: () => Promise<void>): Step {
  const figures = h('div.figures')
  const output = h('div.step-output', { tabindex: 0, role: 'group', 'aria-label': `Output of ${title}` })
  const box = h('input', { type: 'checkbox', checked: true, 'aria-label': `Stage ${number}, ${title}, is on` })
  const name = stage === null ? h('label', {}, title) : h('label', {}, box, title)
  const element = h(
    'li.step',
    {},
    h('div.step-head', {}, h('span.step-number', {}, stage === null ? '' : String(number)), name, figures),
    h('div.step-body', {}, h('pre.step-source', {}, stage === null ? 'The documents of the collection' : highlighted(shellText(stage))), output)
  )
  const step: Step = { stage, isOn: true, element, figures, output }
  box.addEventListener('change', () => {
    step.isOn = box.checked
    void changed()
  })
  return step
}

/** Runs each prefix of what is on, up to the stage that fails. */
async function runFrom(steps: Step[], pipeline: Pipeline, driver: Driver, isWanted: () => boolean): Promise<void> {
  const prefix: Doc[] = []
  let failed = false
  for (const step of steps) {
    if (!isWanted()) return
    step.element.classList.remove('is-failed')
    step.element.classList.toggle('is-off', !step.isOn || failed)
    if (failed || !step.isOn) say(step, failed ? 'Not run: a stage before it failed.' : 'Off.')
    else if (step.stage && isWriting(step.stage)) say(step, 'Writes its result; a preview does not run it.')
    else {
      if (step.stage) prefix.push(step.stage)
      try {
        const result = await preview(driver, pipeline, prefix)
        if (isWanted()) show(step, result)
      } catch (error) {
        failed = true
        if (isWanted()) fail(step, error)
      }
    }
  }
}

function say({ figures, output }: Step, text: string): void {
  figures.replaceChildren()
  output.replaceChildren(h('p.dim', {}, text))
}

function show({ figures, output }: Step, { documents, count: all, elapsedMs }: Preview): void {
  figures.replaceChildren(h('strong', {}, count(all)), h('span', {}, all === 1 ? 'document' : 'documents'), h('span', {}, duration(elapsedMs)))
  const shown = documents.map((document) => h('pre.step-document', {}, highlighted(shellText(document))))
  output.replaceChildren(...(shown.length > 0 ? shown : [h('p.dim', {}, 'No document comes out.')]))
}

function fail({ element, figures, output }: Step, error: unknown): void {
  element.classList.add('is-failed')
  figures.replaceChildren()
  output.replaceChildren(errorView(error, '', () => undefined))
}
