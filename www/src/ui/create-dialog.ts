// Asks for a new collection: a plain one, one of another kind, or a view; with a validator if wanted.
import { quote } from '../shell/format.ts'
import { openDialog } from './dialog.ts'
import { h } from './dom.ts'

type Kind = 'plain' | 'capped' | 'clustered' | 'timeseries' | 'view'

const KINDS: [Kind, string][] = [
  ['plain', 'Collection'],
  ['capped', 'Capped collection: keeps the newest documents'],
  ['clustered', 'Clustered collection: stored by _id'],
  ['timeseries', 'Time-series collection: measurements, each with a date'],
  ['view', 'View: a pipeline over another collection']
]

const VALIDATOR = "{ $jsonSchema: { required: ['name'] } }"
const PIPELINE = '[{ $match: {} }]'

interface Wanted {
  name: string
  kind: Kind
  /** Bytes of a capped collection. */
  size: string
  timeField: string
  metaField: string
  source: string
  pipeline: string
  validator: string
}

/** The statement of the shell that makes it. */
export function createStatement({ name, kind, size, timeField, metaField, source, pipeline, validator }: Wanted): string {
  if (kind === 'view') return `db.createView(${quote(name)}, ${quote(source)}, ${pipeline.trim() || '[]'})`
  const options = [
    kind === 'capped' ? `capped: true, size: ${Number(size) || 0}` : '',
    kind === 'clustered' ? 'clusteredIndex: { key: { _id: 1 }, unique: true }' : '',
    kind === 'timeseries' ? `timeseries: ${series(timeField.trim(), metaField.trim())}` : '',
    kind === 'timeseries' || validator.trim() === '' ? '' : `validator: ${validator.trim()}`
  ].filter((option) => option !== '')
  return `db.createCollection(${quote(name)}${options.length > 0 ? `, { ${options.join(', ')} }` : ''})`
}

const series = (timeField: string, metaField: string) =>
  `{ timeField: ${quote(timeField)}${metaField === '' ? '' : `, metaField: ${quote(metaField)}`} }`
const field = (label: string, input: HTMLElement) => h('label.field', {}, h('span', {}, label), input)
const text = (more: Record<string, string | boolean>) =>
  h('input', { type: 'text', spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off', ...more })

/** The statement to run; null if the user gave it up. */
export function openCreate(database: string, collections: string[]): Promise<{ name: string; statement: string; isPlain: boolean } | null> {
  return new Promise((resolve) => {
    let answer: { name: string; statement: string; isPlain: boolean } | null = null
    const name = text({ required: true })
    const kind = h('select', {}, ...KINDS.filter(([value]) => value !== 'view' || collections.length > 0).map(([value, label]) => h('option', { value }, label)))
    const size = text({ value: '1048576', inputmode: 'numeric', pattern: '[0-9]+' })
    const timeField = text({ value: 'time' })
    const metaField = text({ value: 'meta' })
    const source = h('select', {}, ...collections.map((each) => h('option', { value: each }, each)))
    const pipeline = text({ value: PIPELINE })
    const validator = text({ placeholder: VALIDATOR })
    const fields: [HTMLElement, Kind[]][] = [
      [field('Size in bytes', size), ['capped']],
      [field('Field of the date', timeField), ['timeseries']],
      [field('Field of what the measurements are of (optional)', metaField), ['timeseries']],
      [field('Of the collection', source), ['view']],
      [field('Pipeline', pipeline), ['view']],
      [field('Validator: a query that every document must meet (optional)', validator), ['plain', 'capped', 'clustered']]
    ]
    const draw = () => fields.forEach(([element, kinds]) => (element.hidden = !kinds.includes(kind.value as Kind)))
    kind.addEventListener('change', draw)
    draw()
    const no = h('button.button', { type: 'button' }, 'Cancel')
    const actions = h('div.dialog-actions', {}, no, h('button.button.primary', { type: 'submit' }, 'Create'))
    const form = h('form.create-form', { method: 'dialog' }, field('Name', name), field('Kind', kind), ...fields.map(([element]) => element), actions)
    const dialog = openDialog(`New collection in ${database}`, [form], { onClose: () => resolve(answer) })
    form.addEventListener('submit', () => {
      const wanted = { name: name.value.trim(), kind: kind.value as Kind, size: size.value, timeField: timeField.value, metaField: metaField.value, source: source.value, pipeline: pipeline.value, validator: validator.value }
      const isPlain = wanted.kind === 'plain' && wanted.validator.trim() === ''
      answer = wanted.name === '' ? null : { name: wanted.name, statement: createStatement(wanted), isPlain }
    })
    no.addEventListener('click', dialog.close)
    name.focus()
  })
}
