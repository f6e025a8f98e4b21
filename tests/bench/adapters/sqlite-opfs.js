// SQLite over the origin's private file system, in a worker: a postMessage round trip per call.

import { overStore } from './sqlite-store.js';

export function adapter() {
  let worker;
  let asked = 0;
  const waiting = new Map();

  function call(method, ...given) {
    return new Promise((resolve, reject) => {
      waiting.set(++asked, { resolve, reject });
      worker.postMessage({ number: asked, method, given });
    });
  }

  return {
    ...overStore(call),
    async open({ name }) {
      worker = new Worker(new URL('sqlite-opfs-worker.js', import.meta.url), { type: 'module' });
      worker.onmessage = ({ data: { number, result, error } }) => {
        const { resolve, reject } = waiting.get(number);
        waiting.delete(number);
        if (error) reject(new Error(error));
        else resolve(result);
      };
      worker.onerror = (event) => waiting.forEach(({ reject }) => reject(new Error(event.message)));
      await call('open', name);
    },
  };
}
