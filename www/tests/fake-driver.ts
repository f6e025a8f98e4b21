// A driver that answers nothing of its own: it notes every call, and returns what the test told it to.
import type { Doc, Driver, DriverCollection, DriverCursor, DriverDatabase } from '../src/shell/driver.ts'

export interface FakeDriver extends Driver {
  /** Each call as `[database.collection, method, ...arguments]`. */
  calls: unknown[][]
}

export function fakeDriver(documents: Doc[] = [], replies: Record<string, unknown> = {}): FakeDriver {
  const calls: unknown[][] = []
  const note = (target: string, method: string, args: unknown[]) => {
    calls.push([target, method, ...args])
    return replies[method] ?? { acknowledged: true }
  }

  function cursor(target: string, method: string, args: unknown[]): DriverCursor {
    const rest = [...documents]
    let noted = false
    const open = () => {
      if (!noted) note(target, method, args)
      noted = true
    }
    return {
      next: async () => (open(), rest.shift() ?? null),
      hasNext: async () => (open(), rest.length > 0),
      toArray: async () => (open(), rest.splice(0)),
      close: async () => undefined,
      explain: async (verbosity) => (note(target, `${method}.explain`, [...args, verbosity]), { explained: verbosity })
    }
  }

  function proxy<T extends object>(target: string, cursors: string[]): T {
    return new Proxy({} as T, {
      get: (_, method: string) => {
        if (method === 'then') return undefined
        if (cursors.includes(method)) return (...args: unknown[]) => cursor(target, method, args)
        if (method === 'listCollections') return () => ({ toArray: async () => replies['listCollections'] ?? [] })
        return async (...args: unknown[]) => note(target, method, args)
      }
    })
  }

  return {
    calls,
    db: (name) =>
      new Proxy(proxy<DriverDatabase>(name, ['aggregate']), {
        get: (database, method: string) =>
          method === 'collection'
            ? (collection: string) => proxy<DriverCollection>(`${name}.${collection}`, ['find', 'aggregate'])
            : Reflect.get(database, method)
      })
  }
}
