// The array methods of typed code; those that take a function await it for each element.
import { ShellError } from './errors.ts'
import { HostFunction, isCallable, type Caller } from './values.ts'

type Method = (array: unknown[], args: unknown[], caller: Caller) => unknown

const PLAIN = new Set(
  ('at concat copyWithin entries fill flat includes indexOf join keys lastIndexOf pop push reverse shift slice ' +
    'splice toReversed toSpliced toString unshift values with').split(' ')
)

async function merge(left: unknown[], right: unknown[], before: (a: unknown, b: unknown) => Promise<boolean>) {
  const merged: unknown[] = []
  let [l, r] = [0, 0]
  while (l < left.length && r < right.length) {
    merged.push((await before(right[r], left[l])) ? right[r++] : left[l++])
  }
  return merged.concat(left.slice(l), right.slice(r))
}

/** A stable merge sort whose comparison may be typed code. */
async function sorted(array: unknown[], compare: unknown, caller: Caller): Promise<unknown[]> {
  if (compare === undefined) return [...array].sort()
  const before = async (a: unknown, b: unknown) => Number(await caller.call(compare, [a, b])) < 0
  const sort = async (part: unknown[]): Promise<unknown[]> => {
    if (part.length < 2) return part
    const half = part.length >> 1
    return merge(await sort(part.slice(0, half)), await sort(part.slice(half)), before)
  }
  return sort(array)
}

/** The index of the first (or last) element that the function accepts, or -1. */
async function position(array: unknown[], callee: unknown, caller: Caller, fromEnd = false): Promise<number> {
  for (let step = 0; step < array.length; step++) {
    const index = fromEnd ? array.length - 1 - step : step
    if (await caller.call(callee, [array[index], index, array])) return index
  }
  return -1
}

async function mapped(array: unknown[], callee: unknown, caller: Caller): Promise<unknown[]> {
  const result: unknown[] = []
  for (const [index, item] of array.entries()) result.push(await caller.call(callee, [item, index, array]))
  return result
}

async function reduce(array: unknown[], args: unknown[], caller: Caller): Promise<unknown> {
  if (array.length === 0 && args.length < 2) throw new ShellError('Reduce of an empty array with no initial value.')
  let [index, total] = args.length < 2 ? [1, array[0]] : [0, args[1]]
  for (; index < array.length; index++) total = await caller.call(args[0], [total, array[index], index, array])
  return total
}

const METHODS: Record<string, Method> = {
  map: (array, [f], caller) => mapped(array, f, caller),
  forEach: async (array, [f], caller) => void (await mapped(array, f, caller)),
  flatMap: async (array, [f], caller) => (await mapped(array, f, caller)).flat(),
  filter: async (array, [f], caller) => {
    const keep = await mapped(array, f, caller)
    return array.filter((_, index) => keep[index])
  },
  find: async (array, [f], caller) => array[await position(array, f, caller)],
  findIndex: (array, [f], caller) => position(array, f, caller),
  findLast: async (array, [f], caller) => array[await position(array, f, caller, true)],
  findLastIndex: (array, [f], caller) => position(array, f, caller, true),
  some: async (array, [f], caller) => (await position(array, f, caller)) >= 0,
  every: async (array, [f], caller) => {
    for (const [index, item] of array.entries()) if (!(await caller.call(f, [item, index, array]))) return false
    return true
  },
  reduce: (array, args, caller) => reduce(array, args, caller),
  reduceRight: (array, args, caller) => reduce([...array].reverse(), args, caller),
  toSorted: (array, [f], caller) => sorted(array, f, caller),
  sort: async (array, [f], caller) => {
    const result = await sorted(array, f, caller)
    array.splice(0, array.length, ...result)
    return array
  }
}

/** The method of that name, or undefined. */
export function arrayMethod(array: unknown[], name: string): HostFunction | undefined {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined
  if (method) {
    return new HostFunction(name, (args, caller) => {
      if (!isCallable(args[0]) && !(/[sS]ort/.test(name) && args[0] === undefined)) {
        throw new ShellError(`${name} wants a function.`)
      }
      return method(array, args, caller)
    })
  }
  if (!PLAIN.has(name)) return undefined
  return new HostFunction(name, (args) => {
    const apply = (array as unknown as Record<string, (...a: unknown[]) => unknown>)[name]
    const result = apply?.apply(array, args)
    const isIterator = typeof result === 'object' && result !== null && 'next' in result
    return isIterator ? [...(result as unknown as Iterable<unknown>)] : result
  })
}
