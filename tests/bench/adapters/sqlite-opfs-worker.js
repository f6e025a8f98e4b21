// The worker of sqlite-opfs: SQLite on a pool of synchronous access handles.

import sqlite3InitModule from '@sqlite.org/sqlite-wasm';
import { SqliteStore } from './sqlite-store.js';

let store;

async function open(name) {
  const sqlite3 = await sqlite3InitModule();
  const pool = await sqlite3.installOpfsSAHPoolVfs({ name: 'orders-pool' });
  store = new SqliteStore(new pool.OpfsSAHPoolDb(`/${name}.sqlite`));
}

self.onmessage = async ({ data: { number, method, given } }) => {
  try {
    const result = method === 'open' ? await open(...given) : store[method](...given);
    self.postMessage({ number, result });
  } catch (error) {
    self.postMessage({ number, error: String(error?.message ?? error) });
  }
};
