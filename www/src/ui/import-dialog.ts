// The dialog that imports a file: choose, look at the first documents, load.
import { collectionNameOf, importFile, previewFile, rowsAsDocuments, type Preview } from '../data/import.ts'
import type { ColumnType } from '../data/csv.ts'
import type { Driver } from '../shell/driver.ts'
import { openDialog } from './dialog.ts'
import { count, duration, h, icon, plural } from './dom.ts'
import { announce } from './status.ts'
import { tableView } from './table-view.ts'

const TYPES: ColumnType[] = ['string', 'int', 'double', 'boolean', 'date', 'objectId']

export interface ImportHost {
  driver: Driver
  database: string
  collection: string | null
  /** The import has ended, complete or not. */
  onDone: () => void
}

export function openImport(host: ImportHost, first: File | null): void {
  const body = h('div.import')
  const stop = new AbortController()
  const dialog = openDialog('Import a file', [body], { wide: true, onClose: () => stop.abort() })
  const choose = (file: File) => void load(body, file, host, stop.signal, dialog.close)
  body.append(chooser(choose))
  if (first) choose(first)
}

/** Where a file is dropped or chosen. */
function chooser(choose: (file: File) => void): HTMLElement {
  const input = h('input.visually-hidden', { type: 'file', accept: '.json,.ndjson,.jsonl,.geojson,.csv,.tsv,.txt', id: 'import-file' })
  const zone = h(
    'label.drop-zone',
    { for: 'import-file' },
    icon('import'),
    h('strong', {}, 'Choose a file, or drop it here'),
    h('span.dim', {}, 'JSON array, NDJSON or CSV. Extended JSON keeps its types. Nothing leaves this browser.')
  )
  input.addEventListener('change', () => input.files?.[0] && choose(input.files[0]))
  zone.addEventListener('dragover', (event) => event.preventDefault())
  zone.addEventListener('drop', (event) => {
    event.preventDefault()
    event.stopPropagation()
    const file = event.dataTransfer?.files[0]
    if (file) choose(file)
  })
  return h('div', {}, input, zone)
}

async function load(body: HTMLElement, file: File, host: ImportHost, signal: AbortSignal, close: () => void): Promise<void> {
  try {
    const preview = await previewFile(file)
    showPreview(body, file, preview, host, signal, close)
  } catch (error) {
    body.replaceChildren(
      h('p.import-error', { role: 'alert' }, `${file.name} could not be read. ${error instanceof Error ? error.message : String(error)}`),
      chooser((next) => void load(body, next, host, signal, close))
    )
  }
}

function columnTypes(preview: Preview, redraw: () => void): HTMLElement | null {
  if (preview.format !== 'csv') return null
  const fields = preview.columns.map((column) => {
    const select = h('select.small', {}, ...TYPES.map((type) => h('option', { value: type, selected: type === column.type }, type)))
    select.addEventListener('change', () => {
      column.type = select.value as ColumnType
      redraw()
    })
    return h('label.column-type', {}, h('span', {}, column.name || '(no name)'), select)
  })
  return h('details.column-types', {}, h('summary', {}, `Types of the ${plural(preview.columns.length, 'column')}`), h('div', {}, ...fields))
}

function showPreview(body: HTMLElement, file: File, preview: Preview, host: ImportHost, signal: AbortSignal, close: () => void): void {
  const input = h('input', { type: 'text', value: host.collection ?? collectionNameOf(file.name), required: true, spellcheck: 'false', autocapitalize: 'off' })
  const replace = h('input', { type: 'checkbox' })
  const sample = h('div.import-sample', {}, preview.documents.length > 0 ? tableView(preview.documents) : h('p.empty', {}, 'The file holds no document.'))
  const submit = h('button.button.primary', { type: 'submit' }, 'Import')
  const form = h(
    'form.import-form',
    {},
    h('p', {}, h('strong', {}, file.name), h('span.dim', {}, ` ${size(file.size)}, ${preview.format === 'csv' ? 'CSV' : 'JSON'}`)),
    h('div.import-target', {}, h('label.field', {}, h('span', {}, `Collection in ${host.database}`), input), h('label.check', {}, replace, 'Replace what is there')),
    columnTypes(preview, () => sample.replaceChildren(tableView(rowsAsDocuments(preview.rows, preview.columns)))),
    h('h3', {}, 'The first documents'),
    sample,
    h('div.dialog-actions', {}, h('button.button', { type: 'button', onclick: close }, 'Cancel'), submit)
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const target = { driver: host.driver, database: host.database, collection: input.value.trim(), replace: replace.checked }
    void run(body, file, preview, target, host, signal, close)
  })
  body.replaceChildren(form)
  input.focus()
}

const size = (bytes: number): string =>
  bytes < 1024 ? `${bytes} B` : bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(0)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`

async function run(
  body: HTMLElement,
  file: File,
  preview: Preview,
  target: { driver: Driver; database: string; collection: string; replace: boolean },
  host: ImportHost,
  closed: AbortSignal,
  close: () => void
): Promise<void> {
  const stop = new AbortController()
  closed.addEventListener('abort', () => stop.abort())
  const fill = h('div.progress-fill')
  const track = h('div.progress-track', { role: 'progressbar', 'aria-label': 'Import', 'aria-valuemin': 0, 'aria-valuemax': 100 }, fill)
  const text = h('p', { role: 'status' }, 'Reading …')
  const button = h('button.button', { type: 'button' }, 'Stop')
  button.addEventListener('click', () => stop.abort())
  body.replaceChildren(h('h3', {}, `${file.name} → ${target.database}.${target.collection}`), track, text, h('div.dialog-actions', {}, button))
  const start = performance.now()
  let done = 0
  const finish = (line: string, isError: boolean) => {
    text.textContent = line
    text.className = isError ? 'import-error' : ''
    const end = h('button.button.primary', { type: 'button', onclick: close }, 'Close')
    button.replaceWith(end)
    end.focus()
    announce(line)
    host.onDone()
  }
  try {
    done = await importFile(file, preview, target, stop.signal, ({ documents, bytes, total }) => {
      done = documents
      const percent = Math.round((100 * bytes) / Math.max(1, total))
      fill.style.width = `${percent}%`
      track.setAttribute('aria-valuenow', String(percent))
      text.textContent = `${count(documents)} documents`
    })
    fill.style.width = stop.signal.aborted ? fill.style.width : '100%'
    const verb = stop.signal.aborted ? 'Stopped. Inserted' : 'Imported'
    finish(`${verb} ${plural(done, 'document')} in ${duration(performance.now() - start)}.`, false)
  } catch (error) {
    const kept = done > 0 ? ` ${plural(done, 'document')} before it were inserted and stay.` : ' Nothing was inserted.'
    finish(`${error instanceof Error ? error.message : String(error)}${kept}`, true)
  }
}
