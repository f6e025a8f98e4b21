// SQLite's official WebAssembly build, its database in memory, on the page's own thread.

import sqlite3InitModule from '@sqlite.org/sqlite-wasm';
import { SqliteStore, overStore } from './sqlite-store.js';

export function adapter() {
  let store;
  return {
    ...overStore((method, ...given) => store[method](...given)),
    async open() {
      const sqlite3 = await sqlite3InitModule();
      store = new SqliteStore(new sqlite3.oo1.DB(':memory:'));
    },
  };
}
