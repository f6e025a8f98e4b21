/** The one way to an engine: commands as BSON in, replies as BSON out. */

/**
 * What is going on between the memory and the disk. `durable`: everything is stored. `saving`: writes are on their way.
 * `retrying`: the connection to IndexedDB broke and is being made anew. `failing`: that did not help; writes are refused
 * until it does. `readOnly`: the stored database was deleted, another tab took it over, or it was opened without any
 * space to write.
 */
export type DurabilityState = 'durable' | 'saving' | 'retrying' | 'failing' | 'readOnly';

/** What is applied and not yet durable. */
export interface DurabilityStatus {
  readonly state: DurabilityState;
  /** How many commits are not durable. */
  readonly commits: number;
  /** The bytes of their changes. */
  readonly bytes: number;
  /** How long the oldest of them waits. */
  readonly ageMS: number;
  /** Why the store does not do its work, in the states from `retrying` on. */
  readonly error?: Error;
}

/** An engine in this thread, in a worker, in another tab: whatever answers commands. */
export interface Connection {
  /**
   * Runs one command. The bytes are the caller's own: they may be kept or transferred. A write is answered when it is
   * as durable as the connection promises.
   */
  runCommand(command: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /**
   * Like `runCommand`, without copies, for connections that can: the command's bytes are read before this returns, and
   * may be overwritten then; a reply that is not promised may be overwritten by the next call.
   */
  runCommandInPlace?(command: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Like `runCommandInPlace`, but tells where in `memory()` a reply lies that is not promised. @internal */
  runCommandAt?(command: Uint8Array): number | Promise<Uint8Array>;
  /** What `runCommandAt` speaks of; to be asked for after each call. @internal */
  memory?(): Uint8Array;
  /** Gives up what the engine holds; waits for writes that are on their way. */
  close(): Promise<void>;
  /** The number of commits that are applied but not yet durable. */
  readonly pending?: number;
  /**
   * When the browser dropped what was stored, or the end of it: the number of the last commit that is known to have
   * been durable. Undefined when everything is there.
   */
  readonly lost?: number | undefined;
  /** Makes everything durable, and quick to open. */
  flush?(): Promise<void>;
  /** Makes everything durable that was written so far. */
  sync?(): Promise<void>;
  /** How durable everything is; undefined where nothing ever is. */
  readonly status?: DurabilityStatus;
  /** Whom to tell when the state changes. One listener. */
  onState?(listener: (state: DurabilityState) => void): void;
  /** In the state `failing`: looks whether the store is back, and tells. */
  probe?(): Promise<boolean>;
}
