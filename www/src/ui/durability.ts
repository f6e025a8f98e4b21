// Shows how durable everything is: a line in the sidebar, a mark beside the database's name, and a panel that explains.
import { noteOf, type Client, type Durability } from '../client.ts'
import { openDialog } from './dialog.ts'
import { byId, count, duration, h, icon } from './dom.ts'

const POLL_MS = 400
const ICONS = { good: 'check', busy: 'reset', bad: 'warn' } as const

const MEANINGS: [Durability['state'], string][] = [
  ['durable', 'Everything that was written is on the disk.'],
  ['saving', 'Writes are on their way to the disk. One is acknowledged when it has arrived.'],
  ['retrying', 'The connection to the browser’s storage broke and is made anew; what waits is not lost.'],
  ['failing', 'The storage does not answer. Writes are refused until it does; reads go on.'],
  ['readOnly', 'The stored database was deleted, or taken over. Reload the page to go on.']
]

export class DurabilityNote {
  private timer: ReturnType<typeof setInterval> | null = null
  private shown = ''

  constructor(private readonly client: () => Client | null) {
    for (const place of [byId('storage-note'), byId('durability')]) place.addEventListener('click', () => this.open())
  }

  /** Begins to follow a client that was just opened. */
  follow(client: Client): void {
    client.onDurability(() => this.draw())
    // The state tells of its changes; what waits within a state is looked at.
    this.timer ??= setInterval(() => this.draw(), POLL_MS)
    this.draw()
  }

  private draw(): void {
    const client = this.client()
    if (!client) return
    const status = client.durability()
    const { tone, text } = noteOf(status, client.isTemporary)
    if (this.shown === text) return
    this.shown = text
    const state = client.isTemporary ? 'in memory' : status.state === 'readOnly' ? 'read only' : status.state
    for (const [id, label] of [['storage-note', text], ['durability', state]] as const) {
      const place = byId(id)
      place.replaceChildren(icon(ICONS[tone]), h('span', {}, label))
      place.dataset['tone'] = tone
      place.hidden = false
      place.title = text
    }
    byId('durability').setAttribute('aria-label', `Durability: ${text}`)
  }

  private open(): void {
    const client = this.client()
    if (!client) return
    const { state, commits, bytes, ageMS, error } = client.durability()
    const figure = (name: string, value: string) => h('div.figure', {}, h('dt', {}, name), h('dd', {}, value))
    const states = MEANINGS.map(([name, meaning]) =>
      h('div', { class: name === state && !client.isTemporary ? 'is-now' : '' }, h('dt', {}, name), h('dd', {}, meaning))
    )
    openDialog(
      'Durability',
      [
        h('p', {}, noteOf({ state, commits, bytes, ageMS }, client.isTemporary).text + '.'),
        h(
          'dl.figures.large',
          {},
          figure('commits waiting', count(commits)),
          figure('bytes waiting', count(bytes)),
          figure('the oldest waits for', duration(ageMS))
        ),
        error ? h('p.import-error', {}, error.message) : '',
        h('dl.about-sets', {}, ...states),
        h('p.dim', {}, 'Any number of tabs may work on this database at once: one of them owns it, the others send it their commands, and when it closes another takes over.')
      ],
      { wide: true }
    )
  }
}
