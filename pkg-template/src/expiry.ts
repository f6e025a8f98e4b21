/**
 * Expiry: once a minute, and when a page wakes up, an engine is asked to remove what its TTL indexes say is over. The
 * engine itself has no clock that ticks.
 */
import { plainCommand, plainField } from './codec/plain.js';
import type { Connection } from './connection.js';

const EVERY_MS = 60_000;

interface Page {
  readonly visibilityState: string;
  addEventListener(type: 'visibilitychange', listener: () => void): void;
  removeEventListener(type: 'visibilitychange', listener: () => void): void;
}

/** Lets documents of a connection expire until it is closed. Keeps no process alive. */
export function expiring<C extends Connection>(connection: C, everyMS = EVERY_MS): C {
  let running: Promise<void> | null = null;
  let closed = false;

  const expire = async (): Promise<void> => {
    // What is left over after one commit follows in the next.
    for (let more = true; more && !closed; ) {
      const reply = await connection.runCommand(plainCommand('tussockExpire', 'admin'));
      more = plainField(reply, 'more') === true;
    }
  };
  const tick = (): void => {
    if (closed || running !== null) return;
    // A failure is no one's command: a store that does not work says so itself, and the next minute is another try.
    running = expire()
      .catch(() => undefined)
      .finally(() => {
        running = null;
      });
  };

  const timer: unknown = setInterval(tick, everyMS);
  (timer as { unref?: () => void }).unref?.();
  const page = (globalThis as { document?: Page }).document;
  const woken = (): void => {
    if (page?.visibilityState === 'visible') tick();
  };
  page?.addEventListener('visibilitychange', woken);

  const close = connection.close.bind(connection);
  connection.close = async () => {
    closed = true;
    clearInterval(timer as Parameters<typeof clearInterval>[0]);
    page?.removeEventListener('visibilitychange', woken);
    await running;
    await close();
  };
  return connection;
}
