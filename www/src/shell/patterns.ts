// Binds values to names: `a`, `[a, b]`, `{a, b: c}`, with defaults and rests.
import type { Pattern, AssignmentProperty, Property, RestElement } from 'acorn'
import { ShellError } from './errors.ts'
import type { Interpreter } from './interpreter.ts'
import { getMember, iterate, setMember } from './members.ts'
import type { Scope } from './scope.ts'
import { setOwn } from './values.ts'

/** `null` assigns to what exists instead of declaring. */
export type Declaration = 'let' | 'const' | 'var' | null

export async function bindPattern(
  run: Interpreter,
  pattern: Pattern,
  value: unknown,
  scope: Scope,
  how: Declaration
): Promise<void> {
  switch (pattern.type) {
    case 'Identifier':
      return bindName(pattern.name, value, scope, how, pattern.start)
    case 'MemberExpression': {
      const target = await run.evaluate(pattern.object, scope)
      const key =
        pattern.computed || pattern.property.type !== 'Identifier'
          ? await run.evaluate(pattern.property, scope)
          : pattern.property.name
      return setMember(target, key, value)
    }
    case 'AssignmentPattern': {
      const used = value === undefined ? await run.evaluate(pattern.right, scope) : value
      return bindPattern(run, pattern.left, used, scope, how)
    }
    case 'ArrayPattern':
      return bindArray(run, pattern.elements, value, scope, how)
    case 'ObjectPattern':
      return bindObject(run, pattern.properties, value, scope, how)
    default:
      throw new ShellError('This cannot be assigned to.', pattern.start)
  }
}

function bindName(name: string, value: unknown, scope: Scope, how: Declaration, position: number): void {
  if (how === null) scope.assign(name, value, position)
  else if (how === 'var') scope.functionScope().declare(name, value)
  else scope.declare(name, value, how === 'const')
}

async function bindArray(
  run: Interpreter,
  elements: (Pattern | null)[],
  value: unknown,
  scope: Scope,
  how: Declaration
): Promise<void> {
  const items: unknown[] = []
  for await (const item of iterate(value)) items.push(item)
  for (const [index, element] of elements.entries()) {
    if (element?.type === 'RestElement') await bindPattern(run, element.argument, items.slice(index), scope, how)
    else if (element) await bindPattern(run, element, items[index], scope, how)
  }
}

async function bindObject(
  run: Interpreter,
  properties: (AssignmentProperty | Property | RestElement)[],
  value: unknown,
  scope: Scope,
  how: Declaration
): Promise<void> {
  const taken = new Set<string>()
  for (const property of properties) {
    if (property.type === 'RestElement') {
      const rest = {}
      for (const [name, item] of Object.entries(value ?? {})) if (!taken.has(name)) setOwn(rest, name, item)
      await bindPattern(run, property.argument, rest, scope, how)
      continue
    }
    const key = await propertyKey(run, property, scope)
    taken.add(key)
    await bindPattern(run, property.value as Pattern, getMember(value, key), scope, how)
  }
}

/** The name of a property in an object or a pattern. */
export async function propertyKey(run: Interpreter, property: Property | AssignmentProperty, scope: Scope): Promise<string> {
  const { key } = property
  if (!property.computed && key.type === 'Identifier') return key.name
  if (key.type === 'Literal') return String(key.value)
  return String(await run.evaluate(key, scope))
}
