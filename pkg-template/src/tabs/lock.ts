/** The Web Lock of a database: who holds it is its owner. The browser lets go of it when its tab is gone. */
import { MongoServerSelectionError } from '../errors.js';

/** A lock that is held. */
export interface Held {
  release(): void;
  /** Resolves when another tab took the lock away. */
  readonly stolen: Promise<void>;
}

/** How to ask for it. */
export interface LockRequest {
  /** `try`: now or not at all; `wait`: when everybody before has let go; `steal`: now, whoever holds it. */
  readonly how: 'try' | 'wait' | 'steal';
  readonly signal?: AbortSignal;
}

interface Locks {
  request(name: string, options: object, granted: (lock: object | null) => Promise<void>): Promise<void>;
}

/** Takes the lock of a database; null if it is held elsewhere, or the wait for it was given up. */
export function takeLock(name: string, { how, signal }: LockRequest): Promise<Held | null> {
  const { locks } = ((globalThis as { navigator?: object }).navigator ?? {}) as { locks?: Locks };
  if (locks === undefined) {
    const reason = 'there are no Web Locks here: a page needs a secure context (https or localhost)';
    return Promise.reject(new MongoServerSelectionError(`Cannot open indexeddb://${name}: ${reason}`));
  }
  return new Promise((resolve, reject) => {
    let taken: (() => void) | undefined;
    const stolen = new Promise<void>((resolveStolen) => (taken = resolveStolen));
    const options = how === 'try' ? { ifAvailable: true } : how === 'steal' ? { steal: true } : signal ? { signal } : {};
    const granted = (lock: object | null): Promise<void> => {
      if (lock === null) {
        resolve(null);
        return Promise.resolve();
      }
      // The lock is held as long as this promise is pending.
      return new Promise((release) => {
        resolve({ release, stolen });
      });
    };
    locks.request(`tussock:${name}`, options, granted).catch((error: unknown) => {
      taken?.();
      if ((error as Error | undefined)?.name === 'AbortError') resolve(null);
      else reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
}
