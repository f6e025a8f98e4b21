/**
 * The engine without the driver: commands as BSON in, replies as BSON out, synchronously. The WebAssembly module is
 * loaded once per realm, at the first use; there is no top-level await.
 */
import type { Connection } from './connection.js';
import type { LocalConnection } from './storage/local.js';
import { MongoServerSelectionError } from './errors.js';

/** Where the WebAssembly module is: a URL, a response, its bytes, or the compiled module. */
export type WasmSource = string | URL | Response | ArrayBuffer | ArrayBufferView | CompiledModule;

/** A `WebAssembly.Module`, named by what it has so that these types need no library of a browser. */
export interface CompiledModule {
  readonly [Symbol.toStringTag]: string;
}

/** Options of {@link Engine.memory}. */
export interface EngineOptions {
  /** Makes ids, `$rand` and `$sample` repeatable. Default: random. */
  seed?: bigint;
  /** Where the WebAssembly module is, for bundlers that move it. */
  wasm?: WasmSource;
}

type Glue = typeof import('./wasm/tussock.js');

let loading: Promise<Glue> | null = null;
/** The module's memory; its buffer is another one after it grew. */
let memory: { readonly buffer: ArrayBuffer } = { buffer: new ArrayBuffer(0) };
let memoryView = new DataView(memory.buffer);
/** What a panic said. All engines of a realm share the module's memory: after a panic none of them may go on. */
let stopped: string | null = null;

function load(wasm: WasmSource | undefined): Promise<Glue> {
  if (stopped !== null) return Promise.reject(new Error(`the engine stopped (${stopped}); load the page again`));
  loading ??= instantiate(wasm).catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function instantiate(wasm: WasmSource | undefined): Promise<Glue> {
  // Bundlers find the module by the literal form of this expression.
  const source = wasm ?? new URL('./wasm/tussock_bg.wasm', import.meta.url);
  const module = readable(source);
  const glue = await import('./wasm/tussock.js');
  memory = (await glue.default({ module_or_path: await module })).memory;
  memoryView = new DataView(memory.buffer);
  return glue;
}

type Loadable = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

/** A file URL is read by Node itself, whose `fetch` does not take one. */
async function readable(source: WasmSource): Promise<Loadable> {
  const url = typeof source === 'string' ? absolute(source) : source;
  if (!(url instanceof URL) || url.protocol !== 'file:') return source as Loadable;
  const process = (globalThis as { process?: { getBuiltinModule?(name: string): unknown } }).process;
  const files = process?.getBuiltinModule?.('node:fs') as { readFileSync(path: URL): Uint8Array<ArrayBuffer> } | undefined;
  return files === undefined ? url : files.readFileSync(url);
}

function absolute(text: string): URL | string {
  try {
    return new URL(text);
  } catch {
    return text;
  }
}

/** Runs a call into the module; an exception from it is a crash. */
function guarded<T>(glue: Glue, call: () => T): T {
  if (stopped !== null) throw new Error(`the engine stopped: ${stopped}`);
  try {
    return call();
  } catch (error) {
    throw crash(glue, error);
  }
}

/** Why the module stopped, if it did. One without memory is asked for no text of its own. */
function lastWords(glue: Glue): string | undefined {
  return glue.isOutOfMemory() ? 'it gets no more memory; load the page again' : glue.lastPanic();
}

function crash(glue: Glue, error: unknown): Error {
  stopped = lastWords(glue) ?? String(error);
  return new Error(`the engine stopped: ${stopped}`, { cause: error });
}

let memoryBytes = new Uint8Array(memory.buffer);

/** All of the module's memory, as it is until it grows. */
function wholeMemory(): Uint8Array {
  const { buffer } = memory;
  if (memoryBytes.buffer !== buffer) memoryBytes = new Uint8Array(buffer);
  return memoryBytes;
}

/** The reply that lies at an address of the module's memory, not copied. It begins with its length, as all BSON. */
function replyAt(address: number): Uint8Array {
  const { buffer } = memory;
  if (memoryView.buffer !== buffer) memoryView = new DataView(buffer);
  return new Uint8Array(buffer, address, memoryView.getInt32(address, true));
}

const waiting = new Set<(error: Error) => void>();

/**
 * An answer that comes later. A panic on the way to it would leave the promise open for ever: the browser reports it
 * as an uncaught error, and then everybody who waits is told.
 */
function later<T>(glue: Glue, answer: Promise<T>): Promise<T> {
  watchForPanics(glue);
  return new Promise<T>((resolve, reject) => {
    waiting.add(reject);
    answer.then(resolve, reject).finally(() => waiting.delete(reject));
  });
}

let watching = false;

function watchForPanics(glue: Glue): void {
  if (watching) return;
  watching = true;
  const check = (event: Event) => {
    const message = lastWords(glue);
    if (message === undefined) return;
    // A worker's page would hear of it first, and end the worker before it has told why.
    if (!('document' in globalThis)) event.preventDefault();
    stopped = message;
    for (const reject of waiting) reject(new Error(`the engine stopped: ${message}`));
    waiting.clear();
  };
  globalThis.addEventListener('error', check);
  globalThis.addEventListener('unhandledrejection', check);
}

/** An engine in this thread, its data in memory. */
export class Engine {
  readonly #glue: Glue;
  #engine: InstanceType<Glue['Engine']> | null;

  private constructor(glue: Glue, seed: bigint | undefined) {
    this.#glue = glue;
    this.#engine = new glue.Engine(seed);
  }

  /** Loads the module if need be and makes an empty engine. */
  static async memory(options: EngineOptions = {}): Promise<Engine> {
    for (const name of Object.keys(options)) {
      if (name !== 'seed' && name !== 'wasm') throw new TypeError(`Engine.memory has no option ${JSON.stringify(name)}`);
    }
    return new Engine(await load(options.wasm), options.seed);
  }

  /** Runs one command (BSON, `$db` inside) and gives its reply (BSON, `ok` 1 or 0). */
  runCommand(command: Uint8Array): Uint8Array {
    const engine = this.#engine;
    if (engine === null) throw new Error('the engine is closed');
    return guarded(this.#glue, () => engine.runCommand(command));
  }

  /** Like `runCommand`; the reply is overwritten by the next call into the module. @internal */
  runCommandInPlace(command: Uint8Array): Uint8Array {
    const engine = this.#engine;
    if (engine === null) throw new Error('the engine is closed');
    return replyAt(guarded(this.#glue, () => engine.runCommandInPlace(command)));
  }

  /** As `runCommandInPlace`: where in `memory` the reply lies. @internal */
  runCommandAt(command: Uint8Array): number {
    const engine = this.#engine;
    if (engine === null) throw new Error('the engine is closed');
    if (stopped !== null) throw new Error(`the engine stopped: ${stopped}`);
    try {
      return engine.runCommandInPlace(command);
    } catch (error) {
      throw crash(this.#glue, error);
    }
  }

  /** Gives the engine's memory back. */
  close(): void {
    if (stopped === null) this.#engine?.free();
    this.#engine = null;
  }
}

/** An engine in memory behind a client. @internal */
export async function openMemory(wasm: WasmSource | undefined): Promise<Connection> {
  const engine = await Engine.memory(wasm === undefined ? {} : { wasm });
  return {
    runCommand: (command) => engine.runCommand(command),
    runCommandInPlace: (command) => engine.runCommandInPlace(command),
    runCommandAt: (command) => engine.runCommandAt(command),
    memory: wholeMemory,
    close: async () => engine.close(),
  };
}

/** How a database in IndexedDB is opened. */
export interface StorageOptions {
  readonly durability: string;
  readonly bufferMs?: number;
}

/** Where the marker of a database is kept. */
export interface MarkerPlace {
  read(name: string): number | undefined;
  write(name: string, commit: number): void;
}

/** An engine whose data is in IndexedDB, which must be this caller's own. @internal */
export async function openIndexedDb(
  name: string,
  options: StorageOptions,
  wasm: WasmSource | undefined,
  marker: MarkerPlace,
): Promise<LocalConnection> {
  const glue = await load(wasm);
  const database = await glue.Database.open(name, options).catch((error: unknown) => {
    throw notOpened(name, error);
  });
  let marked = database.durable;
  const known = marker.read(name);
  const lost = known !== undefined && known > marked ? known : undefined;
  /** Waits for an answer, then notes how far the store has come. */
  const marking = async <T>(answer: Promise<T>): Promise<T> => {
    const result = await later(glue, answer);
    const { durable } = database;
    if (durable > marked) {
      marked = durable;
      marker.write(name, durable);
    }
    return result;
  };
  return {
    runCommand: (command) => {
      const answer = guarded(glue, () => database.runCommand(command));
      return answer instanceof Uint8Array ? answer : marking(answer);
    },
    runCommandInPlace: (command) => {
      const answer = guarded(glue, () => database.runCommandInPlace(command));
      return typeof answer === 'number' ? replyAt(answer) : marking(answer);
    },
    runCommandAt: (command) => {
      const answer = guarded(glue, () => database.runCommandInPlace(command));
      return typeof answer === 'number' ? answer : marking(answer);
    },
    memory: wholeMemory,
    runCommandOnce: (command, client, number, done) => {
      const answer = guarded(glue, () => database.runCommandOnce(command, client, number, done));
      return answer instanceof Uint8Array ? answer : marking(answer);
    },
    close: () => marking(database.close()),
    flush: () => marking(database.flush()),
    sync: () => marking(database.sync()),
    probe: () => later(glue, database.probe()),
    onState: (listener) => {
      database.onState(listener);
    },
    get status() {
      return database.status;
    },
    get pending() {
      return database.pending;
    },
    lost,
  };
}

/** What can be read of a damaged database, for snapshots only. @internal */
export async function openDamaged(name: string, wasm: WasmSource | undefined): Promise<Connection> {
  const glue = await load(wasm);
  const database = await later(glue, glue.Database.open(name, { damaged: true })).catch((error: unknown) => {
    throw notOpened(name, error);
  });
  return {
    runCommand: (command) => {
      const answer = guarded(glue, () => database.runCommand(command));
      return answer instanceof Uint8Array ? answer : later(glue, answer);
    },
    // There is nothing to be written.
    close: () => database.close().catch(() => undefined),
  };
}

/** Repairs a damaged database, which must be this caller's own; BSON that says what is missing. @internal */
export async function repairIndexedDb(name: string, wasm: WasmSource | undefined): Promise<Uint8Array> {
  const glue = await load(wasm);
  return later(glue, glue.Database.repair(name)).catch((error: unknown) => {
    throw notOpened(name, error);
  });
}

/** Why a database could not be opened: open elsewhere (46), damaged (301), of a newer format (12), no space (14031). */
function notOpened(name: string, error: unknown): MongoServerSelectionError {
  const { message, code, codeName } = error as { message?: string; code?: number; codeName?: string };
  const failure = new MongoServerSelectionError(`Cannot open indexeddb://${name}: ${message ?? String(error)}`, error);
  if (code !== undefined) failure.code = code;
  return codeName === undefined ? failure : Object.assign(failure, { codeName });
}
