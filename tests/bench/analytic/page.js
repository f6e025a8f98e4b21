// What runs in the page: loads in parts, asks one question at a time against the clock.

import { analyticOrders, customers } from './questions.js';

export function expose(makeAdapter) {
  let db;
  globalThis.bench = {
    async open() {
      db = makeAdapter();
      await db.open();
      return Object.fromEntries(['A1', 'A2', 'A3', 'A4', 'A5'].map((id) => [id, db.can?.(id) ?? true]));
    },
    async loadCustomers(seed, n) {
      await db.loadCustomers(customers(seed, n));
    },
    async load(seed, n, from, to) {
      await db.load(analyticOrders(seed, n, from, to));
    },
    async loaded() {
      await db.loaded?.();
      globalThis.gc?.();
    },
    async ask(id) {
      const start = performance.now();
      const found = await db.ask(id);
      const wallMs = performance.now() - start;
      return { wallMs, answer: db.answer(id, found) };
    },
    close: () => db.close?.(),
  };
}
