// What runs in the page: the clock around one adapter, driven step by step by ../session.mjs.

import { orders } from './documents.js';
import { contentOf, setDigest } from './content.js';
import { WORKLOADS } from './workloads.js';

/** Puts `globalThis.bench` over one adapter. */
export function expose(makeAdapter) {
  const state = { db: null, context: null, workload: null, inputs: null, results: null };

  const steps = {
    /** Sets seed, n, options; nothing of the peer runs yet. */
    begin(context) {
      state.context = context;
      state.db = makeAdapter(context.options ?? {});
      return Object.keys(WORKLOADS).filter((id) => typeof state.db[WORKLOADS[id].own] === 'function');
    },

    async open() {
      await state.db.open({ name: state.context.name });
    },

    /** Makes the workload's inputs (and for a load its documents), outside the clock. */
    prepare(id) {
      const { context } = state;
      state.workload = WORKLOADS[id];
      state.inputs = state.workload.inputs(context);
      if (id === 'W1' || id === 'W2') context.documents = orders(context.seed, context.n, 0, context.n);
      globalThis.gc?.();
    },

    /** Runs the prepared workload against the clock; stops between two steps after `limitMs`. */
    async run(limitMs) {
      const { db, workload, inputs, context } = state;
      const results = (state.results = []);
      const times = workload.median ? [] : null;
      const { step } = workload;
      const start = performance.now();
      if (workload.opens) await db.open({ name: context.name });
      let last = start;
      for (let i = 0; i < inputs.length; i++) {
        results.push(await step(db, inputs[i], context));
        const now = performance.now();
        if (times) times.push(now - last);
        last = now;
        if (now - start > limitMs) break;
      }
      const wallMs = last - start;
      return { wallMs, done: results.length, of: inputs.length, times };
    },

    /** The answers of the last run, one per step done, comparable. */
    answers() {
      const { db, workload, results } = state;
      const answers = results.map((result) => workload.answer(db, result));
      state.results = null;
      state.context.documents = null;
      return answers;
    },

    /** The content of the whole database, asked outside the clock. */
    async content() {
      const found = await state.db.all();
      return setDigest(found.map((one) => contentOf(state.db.plain(one))));
    },

    async close() {
      await state.db?.close?.();
      state.db = null;
    },
  };
  globalThis.bench = steps;
}
