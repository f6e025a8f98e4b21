// The editor: CodeMirror with JavaScript, completion, and the keys that run.
import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { javascript } from '@codemirror/lang-javascript'
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language'
import { EditorState, StateEffect, StateField } from '@codemirror/state'
import {
  Decoration, drawSelection, dropCursor, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers,
  placeholder, hoverTooltip, type DecorationSet
} from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { parse } from '../shell/parse.ts'
import { completions, type CompletionSource } from './completion.ts'
import { meaningsInfo } from './entry-info.ts'
import type { Language } from '../language/reference.ts'

export interface EditorHost {
  run: (text: string, offset: number) => void
  previous: () => void
  next: () => void
  changed: (text: string) => void
  /** The cursor moved, or the text changed. */
  moved: () => void
  completion: CompletionSource
}

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--syn-keyword)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--syn-string)' },
  { tag: [tags.number, tags.integer, tags.float], color: 'var(--syn-number)' },
  { tag: [tags.bool, tags.null, tags.atom], color: 'var(--syn-bool)' },
  { tag: tags.regexp, color: 'var(--syn-regex)' },
  { tag: tags.comment, color: 'var(--syn-comment)', fontStyle: 'italic' },
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: 'var(--syn-key)' },
  { tag: tags.function(tags.propertyName), color: 'var(--syn-method)' },
  { tag: tags.function(tags.variableName), color: 'var(--syn-method)' },
  { tag: tags.variableName, color: 'var(--text)' },
  { tag: [tags.operator, tags.punctuation, tags.bracket], color: 'var(--dim)' }
])

/** Where the last error is. */
const setFault = StateEffect.define<number | null>()
const fault = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = transaction.docChanged ? Decoration.none : marks
    for (const effect of transaction.effects) {
      if (!effect.is(setFault)) continue
      next = effect.value === null ? Decoration.none : faultAt(transaction.state, effect.value)
    }
    return next
  },
  provide: (field) => EditorView.decorations.from(field)
})

/** Marks the word at the offset, or the character before the end. */
function faultAt(state: EditorState, offset: number): DecorationSet {
  const at = Math.min(offset, state.doc.length)
  const word = state.wordAt(at)
  const from = word?.from ?? Math.max(0, Math.min(at, state.doc.length - 1))
  const to = word?.to ?? Math.min(state.doc.length, from + 1)
  return from < to ? Decoration.set(Decoration.mark({ class: 'cm-fault' }).range(from, to)) : Decoration.none
}

/** What the operator under the pointer does. */
const operatorHints = (language: Language) =>
  hoverTooltip((view, at) => {
    const { from, text } = view.state.doc.lineAt(at)
    for (const match of text.matchAll(/\$\$?[A-Za-z]\w*/g)) {
      const [start, end] = [from + match.index, from + match.index + match[0].length]
      const meanings = at >= start && at <= end ? language.meanings(match[0]) : []
      if (meanings.length > 0) return { pos: start, end, create: () => ({ dom: meaningsInfo(meanings) }) }
    }
    return null
  })

export class Editor {
  readonly view: EditorView

  constructor(parent: HTMLElement, text: string, host: EditorHost) {
    const run = (view: EditorView) => {
      const { main } = view.state.selection
      if (main.empty) host.run(view.state.doc.toString(), 0)
      else host.run(view.state.sliceDoc(main.from, main.to), main.from)
      return true
    }
    this.view = new EditorView({
      parent,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          history(),
          drawSelection(),
          dropCursor(),
          indentOnInput(),
          indentUnit.of('  '),
          bracketMatching(),
          closeBrackets(),
          autocompletion({ override: [completions(host.completion)], icons: false, maxRenderedOptions: 60 }),
          operatorHints(host.completion.language),
          javascript(),
          syntaxHighlighting(colours),
          fault,
          placeholder('db.collection.find({ … })'),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': 'Query editor', spellcheck: 'false', autocapitalize: 'off' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) host.changed(update.state.doc.toString())
            if (update.docChanged || update.selectionSet) host.moved()
          }),
          keymap.of([
            { key: 'Mod-Enter', run, preventDefault: true },
            { key: 'Shift-Enter', run: (view) => this.runStatement(view, host) },
            { key: 'Alt-ArrowUp', run: () => (host.previous(), true) },
            { key: 'Alt-ArrowDown', run: () => (host.next(), true) },
            { key: 'Tab', run: acceptCompletion },
            ...closeBracketsKeymap,
            ...completionKeymap,
            ...historyKeymap,
            ...defaultKeymap
          ])
        ]
      })
    })
  }

  /** Runs the statement that the cursor is in. */
  private runStatement(view: EditorView, host: EditorHost): boolean {
    const text = view.state.doc.toString()
    const at = view.state.selection.main.head
    try {
      const pieces = parse(text)
      const piece = pieces.find(({ from, to }) => at >= from && at <= to) ?? pieces.findLast(({ from }) => from <= at) ?? pieces[0]
      if (piece) host.run(text.slice(piece.from, piece.to), piece.from)
    } catch {
      host.run(text, 0)
    }
    return true
  }

  get text(): string {
    return this.view.state.doc.toString()
  }

  /** Where the cursor is. */
  get cursor(): number {
    return this.view.state.selection.main.head
  }

  /** Replaces the text; undo brings the old one back. */
  set text(text: string) {
    this.view.dispatch({
      changes: { from: 0, to: this.view.state.doc.length, insert: text },
      selection: { anchor: text.length },
      scrollIntoView: true
    })
  }

  fault(offset: number | null): void {
    this.view.dispatch({ effects: setFault.of(offset) })
  }

  goTo(offset: number): void {
    this.view.dispatch({ selection: { anchor: Math.min(offset, this.view.state.doc.length) }, scrollIntoView: true })
    this.view.focus()
  }

  focus(): void {
    this.view.focus()
  }
}
