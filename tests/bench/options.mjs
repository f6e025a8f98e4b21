// The command line of the benchmark.

import { parseArgs } from 'node:util';
import { WORKLOADS } from './page/workloads.js';
import { chosenPeers } from './peers.mjs';

export const USAGE = `usage: node run.mjs [options]
  --n 10000,100000     sizes of the database
  --only W3,W4         workloads (W1 to W14 without W15, W8j, W16)
  --only analytic      instead the five analytic questions, whose table is RESULTS-ANALYTIC.md
  --peers tussock,nedb peers, by name or by the part before the dash
  --repeats 3          sessions of each peer; medians are reported
  --limit 10           seconds after which a workload of many steps is cut off
  --long 4             seconds; a slower cell is not measured again
  --profile            write a .cpuprofile of the page's main thread for each cell to out/profiles
  --quick              a tenth of the steps, one repeat, n = 1000
  --accept             write the tables to RESULTS.md
  --package FOLDER     the built npm package (default ../../dist/tussock)
  --seed 1             what the documents are made from`;

const list = (text) => text?.split(',').map((part) => part.trim()).filter(Boolean);

export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      n: { type: 'string' },
      only: { type: 'string' },
      peers: { type: 'string' },
      repeats: { type: 'string' },
      limit: { type: 'string', default: '10' },
      long: { type: 'string', default: '4' },
      profile: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      accept: { type: 'boolean', default: false },
      package: { type: 'string' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  const analytic = values.only === 'analytic';
  const wanted = (analytic ? undefined : list(values.only)) ?? [...Object.keys(WORKLOADS), 'W16'];
  for (const id of wanted) if (id !== 'W16' && !WORKLOADS[id]) throw new Error(`no workload is called ${id}`);
  const sizes = (list(values.n) ?? (values.quick ? ['1000'] : analytic ? ['100000', '1000000'] : ['10000', '100000'])).map(Number);
  for (const n of sizes) if (!(n >= 1000 && n % 1000 === 0)) throw new Error('n must be a multiple of 1000');
  if (values.accept && ((values.only && !analytic) || values.peers || values.quick)) {
    throw new Error('only a whole run can be accepted: leave out --only, --peers and --quick');
  }
  return {
    help: values.help,
    analytic,
    sizes,
    wanted,
    peers: analytic ? list(values.peers) : chosenPeers(list(values.peers)),
    repeats: Number(values.repeats ?? (values.quick || values.profile ? 1 : 3)),
    limitMs: Number(values.limit) * 1000,
    longMs: Number(values.long) * 1000,
    profile: values.profile,
    quick: values.quick,
    accept: values.accept,
    packageFolder: values.package,
    seed: Number(values.seed),
  };
}
