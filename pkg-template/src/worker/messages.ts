/** What a page and its worker say to one another. */
import type { StorageOptions, WasmSource } from '../engine.js';
import type { Call, Failure, SharedStatus } from '../tabs/messages.js';

/** Which engine the worker is to open. */
export interface Opening {
  readonly kind: 'memory' | 'indexeddb';
  readonly name: string;
  readonly options: StorageOptions;
  readonly wasm: WasmSource | undefined;
  /** What the page's local storage has; a worker has none. */
  readonly marked: number | undefined;
}

/** To the worker. */
export type Order =
  | { readonly kind: 'open'; readonly opening: Opening }
  | { readonly kind: 'run'; readonly id: number; readonly command: Uint8Array }
  | { readonly kind: 'call'; readonly id: number; readonly name: Call | 'close' };

/** From the worker. */
export type Report =
  | {
      readonly kind: 'opened';
      readonly status: SharedStatus | undefined;
      readonly lost: number | undefined;
      /** Where the worker's own script was loaded from. */
      readonly script: string;
    }
  | { readonly kind: 'refused'; readonly failure: Failure }
  | { readonly kind: 'reply'; readonly id: number; readonly reply: Uint8Array }
  | { readonly kind: 'called'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'status'; readonly status: SharedStatus }
  /** The database was to be opened here, since no other tab has it open any more, and cannot be. */
  | { readonly kind: 'stranded'; readonly failure: Failure }
  /** For the page's marker. */
  | { readonly kind: 'mark'; readonly commit: number };

