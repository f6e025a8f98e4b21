/** What a connection in this realm can do for others beyond answering its own client. */
import type { Connection } from '../connection.js';

export interface LocalConnection extends Connection {
  /**
   * Runs a command that may be sent again: a write is done once. `client` is a UUID, `number` counts its commands, and
   * it has the answers to all up to `done`.
   */
  runCommandOnce(command: Uint8Array, client: Uint8Array, number: number, done: number): Uint8Array | Promise<Uint8Array>;
}
