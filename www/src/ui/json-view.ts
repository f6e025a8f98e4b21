// Text of the shell or Extended JSON, with colours.
import { formatValue, type Style } from '../shell/format.ts'
import { count, h } from './dom.ts'

const TOKEN =
  /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')(\s*:)?|([A-Za-z_$][\w$.]*)(\s*:)|\b(true|false)\b|\b(null|undefined|NaN|Infinity)\b|([A-Z]\w*(?:\.\w+)?)(?=\()|(-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)|(\/(?:[^/\\\n]|\\.)+\/[a-z]*)/g

/** The text with each token in a span; punctuation stays bare. */
export function highlighted(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment()
  let from = 0
  for (const match of text.matchAll(TOKEN)) {
    const [all, string, stringColon, key, keyColon, bool, nothing, constructor, number, regex] = match
    fragment.append(text.slice(from, match.index))
    const kind = string !== undefined ? (stringColon ? 'key' : 'string') : key ? 'key' : bool ? 'bool' : nothing ? 'null' : constructor ? 'date' : number ? 'int' : 'regex'
    const colon = stringColon ?? keyColon ?? ''
    fragment.append(h('span', { class: `t-${kind}` }, string ?? key ?? bool ?? nothing ?? constructor ?? number ?? regex ?? all), colon)
    from = match.index + all.length
  }
  fragment.append(text.slice(from))
  return fragment
}

/** More than this is cut on the screen. */
const CHARS_MAX = 400_000

export function jsonView(value: unknown, style: Style): HTMLElement {
  const text = formatValue(value, style)
  const shown = text.length > CHARS_MAX ? text.slice(0, text.lastIndexOf('\n', CHARS_MAX)) : text
  const rest = text.length - shown.length
  const cut = rest > 0 ? h('p.note', {}, `${count(rest)} more characters are not shown. Copy and Export take everything.`) : null
  return h('div', {}, h('pre.json', { tabindex: 0, 'aria-label': 'Result as text' }, highlighted(shown)), cut)
}
