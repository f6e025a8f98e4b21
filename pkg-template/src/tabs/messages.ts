/**
 * What the tabs of one database say to one another.
 *
 *   channel `tussock:NAME`        everybody: hello (who is new), owner (who owns it now), status
 *   channel `tussock:NAME:ID`     the owner and one other: commands and replies; what is not answered is asked again
 */
import type { DurabilityStatus } from '../connection.js';

/**
 * Changes when a message does, or what may be relied on: an owner of version 1 would do what is asked again once more. A
 * tab that speaks another version is refused, by name.
 */
export const PROTOCOL = 2;

/** To everybody. */
export type Announcement =
  /** From a tab that wants to be served, or that asks whether its owner is still there. */
  | { readonly kind: 'hello'; readonly client: string; readonly protocol: number }
  /** From the owner: it is there; whoever waits for an answer asks again. */
  | { readonly kind: 'owner'; readonly owner: string; readonly protocol: number }
  | { readonly kind: 'status'; readonly status: SharedStatus };

/** To the owner. */
export type Question =
  | { readonly kind: 'run'; readonly number: number; readonly done: number; readonly command: Uint8Array }
  | { readonly kind: 'call'; readonly number: number; readonly name: Call }
  | { readonly kind: 'ping' }
  | { readonly kind: 'bye' };

/** From the owner. */
export type Answer =
  | { readonly kind: 'welcome'; readonly owner: string; readonly lost: number | undefined; readonly status: SharedStatus }
  | { readonly kind: 'reply'; readonly number: number; readonly reply: Uint8Array }
  | { readonly kind: 'called'; readonly number: number; readonly result: unknown }
  /** The engine broke down, or a call failed. Not to be asked again. */
  | { readonly kind: 'failed'; readonly number: number; readonly failure: Failure }
  | { readonly kind: 'pong' };

/** What is not a command and can be asked of a connection. */
export type Call = 'flush' | 'sync' | 'probe';

/** An error as data. */
export interface Failure {
  readonly message: string;
  readonly code?: number;
  readonly codeName?: string;
}

/** A status as data. */
export type SharedStatus = Omit<DurabilityStatus, 'error'> & { readonly failure?: Failure };

export function asFailure(error: unknown): Failure {
  const { message, code, codeName } = error as { message?: string; code?: number; codeName?: string };
  return { message: message ?? String(error), code, codeName };
}

export function asError(failure: Failure): Error {
  const { message, code, codeName } = failure;
  const error = new Error(message);
  return code === undefined ? error : Object.assign(error, { code, codeName });
}

export function shareStatus(status: DurabilityStatus): SharedStatus {
  const { error, ...rest } = status;
  return error === undefined ? rest : { ...rest, failure: asFailure(error) };
}

export function readStatus(status: SharedStatus): DurabilityStatus {
  const { failure, ...rest } = status;
  return failure === undefined ? rest : { ...rest, error: asError(failure) };
}
