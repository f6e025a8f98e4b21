// Variables of typed code.
import { ShellError } from './errors.ts'

interface Variable {
  value: unknown
  constant: boolean
}

/** A block's variables, and the block around it. */
export class Scope {
  private readonly variables = new Map<string, Variable>()

  constructor(
    readonly parent: Scope | null = null,
    /** `var` and functions are hoisted to the nearest function's scope. */
    readonly isFunction = false
  ) {}

  declare(name: string, value: unknown, constant = false): void {
    this.variables.set(name, { value, constant })
  }

  /** The scope that `var` declares in. */
  functionScope(): Scope {
    return this.isFunction || !this.parent ? this : this.parent.functionScope()
  }

  find(name: string): Variable | undefined {
    for (let scope: Scope | null = this; scope; scope = scope.parent) {
      const variable = scope.variables.get(name)
      if (variable) return variable
    }
    return undefined
  }

  /** Assigns; an unknown name becomes a variable of the session, as in a sloppy script. */
  assign(name: string, value: unknown, position: number): void {
    const variable = this.find(name)
    if (variable?.constant) throw new ShellError(`Assignment to constant "${name}".`, position)
    if (variable) variable.value = value
    else this.outermost().declare(name, value)
  }

  names(): string[] {
    return [...this.variables.keys()]
  }

  private outermost(): Scope {
    return this.parent ? this.parent.outermost() : this
  }
}
