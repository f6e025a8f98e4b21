// Dialogs: a question, a text to type, or a panel to read.
import { h, iconButton } from './dom.ts'

export interface DialogHandle {
  element: HTMLDialogElement
  close: () => void
}

/** Opens a modal dialog with a title; it is taken away when it closes. */
export function openDialog(title: string, body: (Node | string)[], more: { wide?: boolean; onClose?: () => void } = {}): DialogHandle {
  const element = h('dialog.dialog', { 'aria-label': title, class: more.wide ? 'wide' : '' })
  const close = () => element.close()
  element.append(
    h('header.dialog-head', {}, h('h2', {}, title), iconButton('close', 'Close', close)),
    h('div.dialog-body', {}, ...body)
  )
  element.addEventListener('close', () => {
    element.remove()
    more.onClose?.()
  })
  element.addEventListener('pointerdown', (event) => {
    if (event.target === element && outside(event, element)) close()
  })
  document.body.append(element)
  element.showModal()
  return { element, close }
}

function outside(event: PointerEvent, element: HTMLElement): boolean {
  const box = element.getBoundingClientRect()
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom
}

/** Asks yes or no. */
export function confirmDialog(title: string, text: string, action: string, danger = true): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = false
    const yes = h('button.button', { type: 'button', class: danger ? 'danger' : 'primary' }, action)
    const no = h('button.button', { type: 'button' }, 'Cancel')
    const dialog = openDialog(title, [h('p', {}, text), h('div.dialog-actions', {}, no, yes)], { onClose: () => resolve(answer) })
    yes.addEventListener('click', () => {
      answer = true
      dialog.close()
    })
    no.addEventListener('click', dialog.close)
    ;(danger ? no : yes).focus()
  })
}

/** Asks for a name; null if the user gave it up. */
export function promptDialog(title: string, label: string, action: string, value = ''): Promise<string | null> {
  return new Promise((resolve) => {
    let answer: string | null = null
    const input = h('input', { type: 'text', required: true, value, spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off' })
    const no = h('button.button', { type: 'button' }, 'Cancel')
    const form = h(
      'form',
      { method: 'dialog' },
      h('label.field', {}, h('span', {}, label), input),
      h('div.dialog-actions', {}, no, h('button.button.primary', { type: 'submit' }, action))
    )
    const dialog = openDialog(title, [form], { onClose: () => resolve(answer) })
    form.addEventListener('submit', () => {
      answer = input.value.trim() === '' ? null : input.value.trim()
    })
    no.addEventListener('click', dialog.close)
    input.select()
  })
}
