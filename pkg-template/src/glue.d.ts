/** The WebAssembly module's glue, made by wasm-bindgen (target web): what this package uses of it. */
declare module '*/wasm/tussock.js' {
  type DurabilityState = import('./connection.js').DurabilityState;
  type DurabilityStatus = import('./connection.js').DurabilityStatus;

  type Source = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;
  export default function init(input?: { module_or_path: Source | Promise<Source> }): Promise<{ memory: WebAssembly.Memory }>;

  /** The message of the panic that stopped the module, if there was one. */
  export function lastPanic(): string | undefined;

  /** Whether the module stopped because it got no more memory. */
  export function isOutOfMemory(): boolean;

  export class Engine {
    constructor(seed?: bigint);
    runCommand(command: Uint8Array): Uint8Array;
    /** Where in the memory the reply lies until the next call. */
    runCommandInPlace(command: Uint8Array): number;
    free(): void;
  }

  export class Database {
    static open(name: string, options: object): Promise<Database>;
    static repair(name: string): Promise<Uint8Array>;
    runCommand(command: Uint8Array): Uint8Array | Promise<Uint8Array>;
    /** Where in the memory the reply lies until the next call, or the reply's own bytes later. */
    runCommandInPlace(command: Uint8Array): number | Promise<Uint8Array>;
    runCommandOnce(command: Uint8Array, client: Uint8Array, number: number, done: number): Uint8Array | Promise<Uint8Array>;
    close(): Promise<void>;
    flush(): Promise<void>;
    sync(): Promise<void>;
    probe(): Promise<boolean>;
    onState(listener: (state: DurabilityState) => void): void;
    readonly status: DurabilityStatus;
    readonly pending: number;
    readonly durable: number;
    free(): void;
  }
}
