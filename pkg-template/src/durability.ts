/**
 * Looks after what is not durable yet: tells of changes, writes when the page is hidden or goes away, and asks a store
 * that failed whether it is back.
 */
import type { Connection, DurabilityStatus } from './connection.js';

/** Where nothing is ever stored, nothing waits to be. */
export const NOTHING_WAITS: DurabilityStatus = Object.freeze({ state: 'durable', commits: 0, bytes: 0, ageMS: 0 });

/** The first wait before a store that failed is asked again; each further one is twice as long. */
const PROBE_MS = 1000;
const PROBE_MS_MAX = 30_000;

/** What a page has and a worker has not. */
interface Page {
  readonly document?: { readonly visibilityState: string } & EventTarget;
}

/** Watches a connection until the function that it gives is called. */
export function watchDurability(connection: Connection, changed: (status: DurabilityStatus) => void): () => void {
  if (connection.status === undefined) return () => undefined;
  let probing: ReturnType<typeof setTimeout> | undefined;
  let wait = PROBE_MS;

  const probe = async (): Promise<void> => {
    probing = undefined;
    const works = await (connection.probe?.() ?? Promise.resolve(true)).catch(() => false);
    if (works || connection.status?.state !== 'failing') {
      wait = PROBE_MS;
    } else {
      wait = Math.min(wait * 2, PROBE_MS_MAX);
      probing = setTimeout(() => void probe(), wait);
    }
  };
  connection.onState?.(() => {
    const status = connection.status ?? NOTHING_WAITS;
    if (status.state === 'failing') probing ??= setTimeout(() => void probe(), wait);
    changed(status);
  });

  // Neither event says that there will be time enough: the next session finds what was written by then.
  const save = (): void => {
    if ((connection.status?.commits ?? 0) > 0) void connection.sync?.().catch(() => undefined);
  };
  const { document } = globalThis as Page;
  const hidden = (): void => {
    if (document?.visibilityState === 'hidden') save();
  };
  if (document !== undefined) {
    document.addEventListener('visibilitychange', hidden);
    globalThis.addEventListener('pagehide', save);
  }
  return () => {
    clearTimeout(probing);
    if (document === undefined) return;
    document.removeEventListener('visibilitychange', hidden);
    globalThis.removeEventListener('pagehide', save);
  };
}
