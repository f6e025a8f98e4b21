// Where a CPU profile's time went: `node hot.mjs out/profiles/X.cpuprofile [functions]`.

import { readFile } from 'node:fs/promises';

const [file, count = '30'] = process.argv.slice(2);
const { nodes, samples, timeDeltas } = JSON.parse(await readFile(file, 'utf8'));

const byId = new Map(nodes.map((node) => [node.id, node]));
const own = new Map();
const inclusive = new Map();
const parents = new Map();
for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node.id);

function name(node) {
  const { functionName, url, lineNumber } = node.callFrame;
  const place = url.startsWith('wasm') ? 'wasm' : url.split('/').at(-1);
  return `${functionName || '(anonymous)'} ${place ? `${place}:${lineNumber + 1}` : ''}`.trim();
}

let total = 0;
samples.forEach((id, k) => {
  const ms = timeDeltas[k] / 1000;
  const label = name(byId.get(id));
  if (label === '(idle)') return;
  total += ms;
  own.set(label, (own.get(label) ?? 0) + ms);
  const seen = new Set();
  for (let at = id; at !== undefined; at = parents.get(at)) {
    const outer = name(byId.get(at));
    if (!seen.has(outer)) inclusive.set(outer, (inclusive.get(outer) ?? 0) + ms);
    seen.add(outer);
  }
});

const line = (ms, label) => `${ms.toFixed(1).padStart(9)} ms ${((100 * ms) / total).toFixed(1).padStart(5)} %  ${label}`;
const top = (map) => [...map].sort((a, b) => b[1] - a[1]).slice(0, Number(count));
console.log(`busy ${total.toFixed(0)} ms\n\nself`);
for (const [label, ms] of top(own)) console.log(line(ms, label));
console.log('\nwith what it calls');
for (const [label, ms] of top(inclusive)) console.log(line(ms, label));
