// The panel that stands in the way when the database cannot be used: why, and what to do.
import type { Obstacle } from '../client.ts'
import { byId, h, icon } from './dom.ts'

export interface GateActions {
  retry: () => Promise<void>
  temporary: () => Promise<void>
}

/** Shows the obstacle over the page's main part; it goes when one of the buttons was pressed. */
export function showGate(obstacle: Obstacle, actions: GateActions): void {
  const gate = byId('gate')
  const act = (work: () => Promise<void>) => async () => {
    for (const button of gate.querySelectorAll('button')) button.disabled = true
    gate.hidden = true
    await work()
  }
  const retryLabel = obstacle.kind === 'dead' ? 'Open again' : 'Try again'
  const retry = h('button.button.primary', { type: 'button', onclick: act(actions.retry) }, icon('reset'), retryLabel)
  const temporary = h('button.button', { type: 'button', onclick: act(actions.temporary) }, 'Go on in memory')
  gate.replaceChildren(
    h(
      'div.gate-card',
      { role: 'alertdialog', 'aria-labelledby': 'gate-title', 'aria-describedby': 'gate-text' },
      icon('warn'),
      h('h2', { id: 'gate-title' }, obstacle.title),
      h('p', { id: 'gate-text' }, obstacle.text),
      h('div.dialog-actions', {}, temporary, retry)
    )
  )
  gate.hidden = false
  retry.focus()
}
