// The button that saves a result as a file.
import { download, toFile, type ExportFormat } from '../data/export.ts'
import type { Style } from '../shell/format.ts'
import { h, icon, plural } from './dom.ts'
import { menuButton } from './menu.ts'
import { toast } from './status.ts'

const FORMATS: { format: ExportFormat; label: string; detail: string }[] = [
  { format: 'json', label: 'JSON', detail: 'one array, Extended JSON' },
  { format: 'ndjson', label: 'NDJSON', detail: 'one document a line, Extended JSON' },
  { format: 'csv', label: 'CSV', detail: 'dotted columns; types are lost' }
]

/** `documents` gives all of them, also those not shown yet. */
export function exportMenu(documents: () => Promise<unknown[]>, style: () => Style, name = 'result'): HTMLElement {
  const save = async (format: ExportFormat) => {
    try {
      const all = await documents()
      download(`${name}.${format}`, toFile(all, format, style()))
      toast(`Saved ${plural(all.length, 'document')}.`)
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'error')
    }
  }
  const button = h('button.tool', { type: 'button', title: 'Export', 'aria-label': 'Export' }, icon('export'))
  return menuButton(button, () => FORMATS.map(({ format, label, detail }) => ({ label, detail, icon: 'export', run: () => void save(format) })), 'Export')
}
