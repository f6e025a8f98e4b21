// What the shell says when it cannot do what was typed.

/** An error of the shell itself (not of the database), with the place in the typed text if known. */
export class ShellError extends Error {
  override readonly name: string = 'ShellError'
  constructor(
    message: string,
    /** Offset into the typed text, in UTF-16 units. */
    public position?: number,
    /** What to do instead, one sentence. */
    readonly hint?: string
  ) {
    super(message)
  }
}

/** The text is not JavaScript. */
export class ShellSyntaxError extends ShellError {
  override readonly name = 'SyntaxError'
}

/** The run was stopped by the user. */
export class Stopped extends ShellError {
  override readonly name = 'Stopped'
  constructor() {
    super('Stopped.')
  }
}

/** Thrown by `throw` in typed code with a value that is no error. */
export class ThrownValue extends Error {
  override readonly name = 'Thrown'
  constructor(readonly value: unknown) {
    super(typeof value === 'string' ? value : 'The script threw a value.')
  }
}
