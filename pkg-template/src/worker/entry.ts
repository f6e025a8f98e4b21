/** The worker: an engine off the page's thread, which answers what its page sends. */
import type { Connection } from '../connection.js';
import { openIndexedDb, openMemory } from '../engine.js';
import { expiring } from '../expiry.js';
import { asFailure, shareStatus } from '../tabs/messages.js';
import { openShared } from '../tabs/shared.js';
import type { Opening, Order, Report } from './messages.js';

interface Scope {
  readonly location: { readonly href: string };
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(report: Report, transfer?: Transferable[]): void;
}

const scope = globalThis as unknown as Scope;
let opened: Promise<Connection> | null = null;

scope.onmessage = ({ data }) => {
  if (data.kind === 'open') void begin(data.opening);
  else void answer(data);
};

async function begin(opening: Opening): Promise<void> {
  opened = open(opening);
  try {
    const connection = await opened;
    connection.onState?.(() => {
      if (connection.status !== undefined) scope.postMessage({ kind: 'status', status: shareStatus(connection.status) });
    });
    const { status, lost } = connection;
    const script = scope.location.href;
    scope.postMessage({ kind: 'opened', status: status === undefined ? undefined : shareStatus(status), lost, script });
  } catch (error) {
    scope.postMessage({ kind: 'refused', failure: asFailure(error) });
  }
}

async function open({ kind, name, options, wasm, marked }: Opening): Promise<Connection> {
  if (kind === 'memory') return expiring(await openMemory(wasm));
  const marker = {
    read: () => marked,
    write: (_name: string, commit: number) => scope.postMessage({ kind: 'mark', commit }),
  };
  const local = async () => expiring(await openIndexedDb(name, options, wasm, marker));
  return openShared(name, local, (error) => scope.postMessage({ kind: 'stranded', failure: asFailure(error) }));
}

async function answer(order: Exclude<Order, { kind: 'open' }>): Promise<void> {
  const { id } = order;
  try {
    const connection = await opened;
    if (connection === null) throw new Error('nothing is open');
    if (order.kind === 'call') {
      scope.postMessage({ kind: 'called', id, result: await connection[order.name]?.() });
      return;
    }
    const reply = await connection.runCommand(order.command);
    scope.postMessage({ kind: 'reply', id, reply }, [reply.buffer]);
  } catch (error) {
    scope.postMessage({ kind: 'failed', id, failure: asFailure(error) });
  }
}
