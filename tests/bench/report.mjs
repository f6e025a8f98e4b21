// Turns cells into tables: medians, ratios to the best, and the targets.

import { WORKLOADS } from './page/workloads.js';

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Milliseconds of one sample, as its row reports them: in all, of each step, or the median step. */
function sampleMs(id, cell, clock) {
  if (WORKLOADS[id].median && clock === 'wallMs') return median(cell.times);
  return WORKLOADS[id].each || WORKLOADS[id].median ? cell[clock] / cell.done : cell[clock];
}

/** The samples of one peer and one workload as one figure. */
export function summary(id, samples, clock = 'wallMs') {
  if (!samples?.length) return { text: 'n/a' };
  const bad = samples.find((cell) => cell.failed) ?? samples.find((cell) => cell.invalid);
  if (bad) return { text: bad.failed ?? 'INVALID' };
  const cut = samples.find((cell) => cell.done < cell.of && !WORKLOADS[id].each && !WORKLOADS[id].median);
  if (cut) {
    return { text: `TIMEOUT (${cut.done}/${cut.of} in ${milliseconds(cut.wallMs)})`, wholeMs: (cut[clock] / cut.done) * cut.of };
  }
  const all = samples.map((cell) => sampleMs(id, cell, clock));
  const spread = Math.max(...all) / Math.max(0.001, Math.min(...all));
  return { ms: median(all), mark: samples.length === 1 ? '¹' : spread > 1.5 ? '~' : '' };
}

export function milliseconds(ms) {
  if (ms >= 10000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms >= 100) return `${ms.toFixed(0)} ms`;
  return `${ms >= 10 ? ms.toFixed(1) : ms.toFixed(2)} ms`;
}

const times = (ratio) => `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(ratio < 2 ? 2 : 1)}x`;

function row(title, cells) {
  return `| ${[title, ...cells].join(' | ')} |`;
}

/** Figures with their ratio to the best of the row. */
function compared(figures, write) {
  const known = figures.filter(({ ms }) => ms !== undefined).map(({ ms }) => ms);
  const best = Math.max(1e-9, Math.min(...known));
  return figures.map(({ ms, mark = '', text }) => {
    if (ms === undefined) return text;
    return `${write(ms)}${mark} ${ms === Math.min(...known) ? '**(1)**' : `(${times(ms / best)})`}`;
  });
}

function title(peer) {
  return peer.live ? `${peer.name} †` : peer.name;
}

function workloadTitle(id) {
  return `${id} ${WORKLOADS[id].title}`;
}

/** The table of one n. `cells` is peer name -> workload -> samples. */
export function table(peers, wanted, cells, clock) {
  const lines = [row('workload', peers.map(title)), row('---', peers.map(() => '---:'))];
  for (const id of wanted) {
    if (id === 'W16') continue;
    const figures = peers.map((peer) => {
      const figure = summary(id, cells[peer.name]?.[id], clock);
      return peer.byHand.includes(id) && figure.ms !== undefined ? { ...figure, mark: `${figure.mark}‡` } : figure;
    });
    if (figures.every(({ text }) => text === 'n/a')) continue;
    lines.push(row(workloadTitle(id), compared(figures, milliseconds)));
  }
  return lines.join('\n');
}

/** W16: what a user's bundler ships. */
export function sizeTable(peers, weights) {
  const kilobytes = (bytes) => `${bytes >= 100_000 ? (bytes / 1000).toFixed(0) : (bytes / 1000).toFixed(1)} kB`;
  const lines = [row('W16 shipped', peers.map(title)), row('---', peers.map(() => '---:'))];
  for (const kind of ['brotli', 'gzip', 'minified']) {
    const figures = peers.map((peer) => ({ ms: weights[peer.name]?.[kind], text: 'n/a' }));
    lines.push(row(kind, compared(figures, kilobytes)));
  }
  return lines.join('\n');
}

const TARGETS = [
  { title: 'findOne by id', id: 'W3', ours: 'tussock-memory', limit: 1.0 },
  { title: 'indexed equality', id: 'W4', ours: 'tussock-memory', limit: 1.0 },
  { title: 'indexed range', id: 'W5', ours: 'tussock-memory', limit: 1.0 },
  { title: 'full scan, compound filter', id: 'W6', ours: 'tussock-memory', limit: 1.0 },
  { title: 'sort + limit', id: 'W9', ours: 'tussock-memory', limit: 1.0 },
  { title: 'group-by', id: 'W8', ours: 'tussock-memory', limit: 1.0 },
  { title: 'bulk insert until durable', id: 'W2', ours: 'tussock-indexeddb', limit: 1.0 },
  { title: 'single durable insert', id: 'W14', ours: 'tussock-indexeddb', limit: 1.5, rivals: ['idb-strict'] },
  { title: 'cold open + first indexed query', id: 'W13', ours: 'tussock-indexeddb', limit: 2.0, rivals: ['idb-relaxed', 'idb-strict'] },
];

/** Whether a peer is a fair rival in a row: it returns copies, and its own engine answers. */
function fair(peer, id, rivals) {
  if (peer.ours) return false;
  if (rivals) return rivals.includes(peer.name);
  return !peer.byHand.includes(id) && (!peer.live || peer.copies.includes(id));
}

/** A rival's figures in a row; those of a cell that was cut off as if it had gone on at its pace. */
function rival(peer, id, cells) {
  const wall = summary(id, cells[peer.name]?.[id]);
  const cpu = summary(id, cells[peer.name]?.[id], 'cpuMs');
  const mark = wall.wholeMs === undefined ? wall.mark : ' (cut off, at its pace)';
  return { peer: peer.name, ms: wall.ms ?? wall.wholeMs, mark, cpuMs: cpu.ms ?? cpu.wholeMs };
}

/** The target rows: Tussock against the best fair rival. */
export function targetTable(peers, cells) {
  const lines = [
    row('target', ['Tussock', 'best fair peer', 'ratio', 'CPU ratio', 'limit', '']),
    row('---', ['---:', '---:', '---:', '---:', '---:', '---']),
  ];
  for (const { title: name, id, ours, limit, rivals } of TARGETS) {
    const mine = summary(id, cells[ours]?.[id]);
    const others = peers
      .filter((peer) => fair(peer, id, rivals))
      .map((peer) => rival(peer, id, cells))
      .filter(({ ms }) => ms !== undefined)
      .sort((a, b) => a.ms - b.ms);
    if (mine.ms === undefined || !others.length) {
      lines.push(row(`${name} (${id})`, [mine.ms === undefined ? mine.text : milliseconds(mine.ms), 'none measured', '', '', limit.toFixed(1), 'unknown']));
      continue;
    }
    const [best] = others;
    const ratio = mine.ms / best.ms;
    const cpu = summary(id, cells[ours][id], 'cpuMs').ms / best.cpuMs;
    const elsewhere = peers.find((peer) => peer.name === best.peer).stored;
    lines.push(
      row(`${name} (${id})`, [
        `${milliseconds(mine.ms)}${mine.mark}`,
        `${best.peer} ${milliseconds(best.ms)}${best.mark}`,
        times(ratio),
        elsewhere ? 'n/a' : times(cpu),
        limit.toFixed(1),
        ratio <= limit ? 'met' : 'missed',
      ]),
    );
  }
  return lines.join('\n');
}

export const LEGEND = `Wall time, or the CPU time of the page's main thread (only for engines on that thread: work in workers and in the browser's own processes is not in it); median of the repeats and ratio to the best of the row.
† the peer returns live references to its own objects (a caller who changes an answer changes the database) and pays for no copy.
‡ computed by hand-written JavaScript over the peer's documents, not by its engine.
~ the repeats differ by more than 1.5x. ¹ one sample. INVALID: an answer was wrong. TIMEOUT: how far it came.`;

/** The peers whose engine runs on the page's thread, so that its CPU time says something. */
export function onTheThread(peers) {
  return peers.filter((peer) => peer.ours || !peer.stored);
}

/** Every invalid or failed cell, in words. */
export function complaints(cells) {
  const lines = [];
  for (const [peer, rows] of Object.entries(cells)) {
    for (const [id, samples] of Object.entries(rows)) {
      for (const cell of samples) if (cell.failed ?? cell.invalid) lines.push(`${peer} ${id}: ${cell.failed ?? cell.invalid}`);
    }
  }
  return [...new Set(lines)];
}
