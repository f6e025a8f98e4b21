/** The one way to an engine: commands as BSON in, replies as BSON out. */

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
  /** Gives up what the engine holds; waits for writes that are on their way. */
  close(): Promise<void>;
  /** The number of commits that are applied but not yet durable. */
  readonly pending?: number;
  /**
   * When the browser dropped what was stored, or the end of it: the number of the last commit that is known to have
   * been durable. Undefined when everything is there.
   */
  readonly lost?: number | undefined;
  /** Makes everything durable. */
  flush?(): Promise<void>;
}
