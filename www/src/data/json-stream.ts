// Cuts a stream of JSON text into documents: one array of them, or one after the other (NDJSON).

/** A file that is not JSON, with the line where it goes wrong. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  constructor(
    message: string,
    readonly line: number
  ) {
    super(`Line ${line}: ${message}`)
  }
}

/**
 * Takes text in pieces of any size and gives the text of each document in it.
 *
 * Invariant: it only finds where documents start and end; whether they are JSON is for the parser to say.
 */
export class JsonSplitter {
  private buffer = ''
  private at = 0
  private start = -1
  private depth = 0
  private inString = false
  private escaped = false
  private inArray = false
  private line = 1
  private startLine = 1;

  *push(text: string): Generator<{ text: string; line: number }> {
    this.buffer += text
    for (; this.at < this.buffer.length; this.at++) {
      const char = this.buffer[this.at] as string
      if (char === '\n') this.line++
      if (this.inString) this.stringChar(char)
      else if (this.depth > 0) {
        if (this.insideChar(char)) yield this.cut()
      } else this.betweenChar(char)
    }
    if (this.start < 0) {
      this.buffer = ''
      this.at = 0
    }
  }

  /** Must be called after the last piece. */
  end(): void {
    if (this.depth > 0) throw new ImportError('the document that starts here does not end.', this.startLine)
  }

  private stringChar(char: string): void {
    if (this.escaped) this.escaped = false
    else if (char === '\\') this.escaped = true
    else if (char === '"') this.inString = false
  }

  /** Inside a document; true at its last character. */
  private insideChar(char: string): boolean {
    if (char === '"') this.inString = true
    else if (char === '{' || char === '[') this.depth++
    else if (char === '}' || char === ']') this.depth--
    return this.depth === 0
  }

  private betweenChar(char: string): void {
    if (char === '{') {
      this.start = this.at
      this.startLine = this.line
      this.depth = 1
    } else if (char === '[' && !this.inArray) this.inArray = true
    else if (!/[\s,\]\uFEFF]/.test(char)) throw new ImportError(`a document was expected, not "${char}".`, this.line)
  }

  private cut(): { text: string; line: number } {
    const text = this.buffer.slice(this.start, this.at + 1)
    this.buffer = this.buffer.slice(this.at + 1)
    this.at = -1
    this.start = -1
    return { text, line: this.startLine }
  }
}
