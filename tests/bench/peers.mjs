// The databases that are compared, and what has to be known of each to compare fairly.
//
// memory: W1 and W3 to W12 run on a database in memory.
// durable: W2, W13, W14 run on a stored one.
// stored: W3 to W12 are answered by the stored one as well (the peer has no other).
// live: the peer hands out its own objects, so that a caller who changes an answer changes the
//   database; such a peer has no copy to pay for and is left out of the targets, except in the
//   rows named in `copies`, whose answers are made anew.
// byHand: rows that the adapter computes in hand-written JavaScript; not a rival for an engine.
// assets: files of the package that ship beside the bundle.

export const PEERS = [
  { name: 'tussock-memory', adapter: 'tussock', package: 'tussock', memory: true, ours: true },
  {
    name: 'tussock-indexeddb',
    adapter: 'tussock',
    package: 'tussock',
    options: { durable: true },
    durable: true,
    stored: true,
    ours: true,
  },
  { name: 'mingo', memory: true, live: true, copies: ['W8'] },
  { name: 'nedb', package: '@seald-io/nedb', memory: true, durable: true },
  { name: 'lokijs', memory: true, durable: true, live: true, byHand: ['W8'] },
  { name: 'rxdb', memory: true, live: true },
  { name: 'sqlite-memory', package: '@sqlite.org/sqlite-wasm', memory: true, assets: ['dist/sqlite3.wasm'] },
  {
    name: 'sqlite-opfs',
    package: '@sqlite.org/sqlite-wasm',
    durable: true,
    stored: true,
    assets: ['dist/sqlite3.wasm'],
    worker: 'sqlite-opfs-worker',
  },
  { name: 'dexie', durable: true, stored: true },
  { name: 'idb-relaxed', adapter: 'idb', package: 'idb', options: { durability: 'relaxed' }, durable: true, stored: true },
  { name: 'idb-strict', adapter: 'idb', package: 'idb', options: { durability: 'strict' }, durable: true, stored: true },
].map((peer) => ({ adapter: peer.name, package: peer.name, options: {}, assets: [], copies: [], byHand: [], ...peer }));

/** Peers by exact name, or by the part before the dash: `idb` is idb-relaxed and idb-strict. */
export function chosenPeers(names) {
  if (!names) return PEERS;
  return names.flatMap((name) => {
    const found = PEERS.filter((peer) => peer.name === name || peer.name.startsWith(`${name}-`));
    if (!found.length) throw new Error(`no peer is called ${name}; there are ${PEERS.map((peer) => peer.name).join(', ')}`);
    return found;
  });
}
