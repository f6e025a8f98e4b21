/**
 * The engine without the driver: commands as BSON in, replies as BSON out, synchronously. The WebAssembly module is
 * loaded once per realm, at the first use; there is no top-level await.
 */
import type { Connection } from './connection.js';

/** Where the WebAssembly module is: a URL, a response, its bytes, or the compiled module. */
export type WasmSource = string | URL | Response | BufferSource | WebAssembly.Module;

/** Options of {@link Engine.memory}. */
export interface EngineOptions {
  /** Makes ids, `$rand` and `$sample` repeatable. Default: random. */
  seed?: bigint;
  /** Where the WebAssembly module is, for bundlers that move it. */
  wasm?: WasmSource;
}

type Glue = typeof import('./wasm/tussock.js');

let loading: Promise<Glue> | null = null;

function load(wasm: WasmSource | undefined): Promise<Glue> {
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
  await glue.default({ module_or_path: await module });
  return glue;
}

type Loadable = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

/** A file URL is read by Node itself, whose `fetch` does not take one. */
async function readable(source: WasmSource): Promise<Loadable> {
  const url = typeof source === 'string' ? absolute(source) : source;
  if (!(url instanceof URL) || url.protocol !== 'file:') return source;
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

/** An engine in this thread, its data in memory. */
export class Engine {
  #engine: InstanceType<Glue['Engine']> | null;

  private constructor(engine: InstanceType<Glue['Engine']>) {
    this.#engine = engine;
  }

  /** Loads the module if need be and makes an empty engine. */
  static async memory(options: EngineOptions = {}): Promise<Engine> {
    for (const name of Object.keys(options)) {
      if (name !== 'seed' && name !== 'wasm') throw new TypeError(`Engine.memory has no option ${JSON.stringify(name)}`);
    }
    const glue = await load(options.wasm);
    return new Engine(new glue.Engine(options.seed));
  }

  /** Runs one command (BSON, `$db` inside) and gives its reply (BSON, `ok` 1 or 0). */
  runCommand(command: Uint8Array): Uint8Array {
    if (this.#engine === null) throw new Error('the engine is closed');
    return this.#engine.runCommand(command);
  }

  /** Gives the engine's memory back. */
  close(): void {
    this.#engine?.free();
    this.#engine = null;
  }
}

/** An engine in memory behind a client. @internal */
export async function openMemory(wasm: WasmSource | undefined): Promise<Connection> {
  const engine = await Engine.memory(wasm === undefined ? {} : { wasm });
  return {
    runCommand: (command) => engine.runCommand(command),
    close: async () => engine.close(),
  };
}

/** An engine whose data is in IndexedDB. @internal */
export async function openIndexedDb(name: string, options: object, wasm: WasmSource | undefined): Promise<Connection> {
  const glue = await load(wasm);
  const database = await glue.Database.open(name, options);
  return {
    runCommand: (command) => database.runCommand(command),
    close: () => database.close(),
  };
}
