/** The page's side of an engine in a worker. */
import type { Connection, DurabilityState, DurabilityStatus } from '../connection.js';
import { MongoServerSelectionError } from '../errors.js';
import { readMarker, writeMarker } from '../storage/marker.js';
import { asError, type Call, type Failure, readStatus } from '../tabs/messages.js';
import type { Opening, Order, Report } from './messages.js';

/** What is used of a `Worker`, named by it so that these types need no library of a browser. */
export interface WorkerLike {
  onmessage: ((event: any) => unknown) | null;
  onerror: ((event: any) => unknown) | null;
  postMessage(message: unknown, transfer?: any): void;
  terminate(): unknown;
}

/** Makes the worker; for bundlers that do not know the usual form. It must run this package's `tussock/worker`. */
export type WorkerSource = () => WorkerLike;

/** Opens an engine in a worker. */
export function openInWorker(opening: Omit<Opening, 'marked'>, source: WorkerSource | undefined): Promise<Connection> {
  if (source === undefined && typeof Worker === 'undefined') {
    return Promise.reject(new MongoServerSelectionError('There are no web workers here: leave the option "worker" out'));
  }
  // Bundlers find the worker by the literal form of this expression.
  const worker = source?.() ?? new Worker(new URL('../worker.js', import.meta.url), { type: 'module' });
  const connection = new WorkerConnection(worker, opening.name);
  return connection.open({ ...opening, marked: opening.kind === 'memory' ? undefined : readMarker(opening.name) });
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

class WorkerConnection implements Connection {
  status: DurabilityStatus | undefined;
  lost: number | undefined;

  private readonly waiting = new Map<number, Waiting>();
  private last = 0;
  private listener: ((state: DurabilityState) => void) | null = null;
  private opening: Waiting | null = null;
  private broken: Error | null = null;

  constructor(
    private readonly worker: WorkerLike,
    private readonly name: string,
  ) {
    worker.onmessage = ({ data }: MessageEvent<Report>) => this.heard(data);
    worker.onerror = ({ message }: ErrorEvent) => this.breakDown(message || 'its script could not be loaded');
  }

  open(opening: Opening): Promise<Connection> {
    return new Promise((resolve, reject) => {
      this.opening = { resolve: () => resolve(this), reject };
      this.post({ kind: 'open', opening });
    });
  }

  runCommand(command: Uint8Array): Promise<Uint8Array> {
    const id = ++this.last;
    const answer = this.wait(id);
    if (this.broken === null) this.worker.postMessage({ kind: 'run', id, command } satisfies Order, [command.buffer]);
    return answer as Promise<Uint8Array>;
  }

  async close(): Promise<void> {
    await this.call('close').finally(() => this.worker.terminate());
  }

  async flush(): Promise<void> {
    await this.call('flush');
  }

  async sync(): Promise<void> {
    await this.call('sync');
  }

  async probe(): Promise<boolean> {
    return (await this.call('probe')) === true;
  }

  onState(listener: (state: DurabilityState) => void): void {
    this.listener = listener;
  }

  get pending(): number {
    return this.status?.commits ?? 0;
  }

  private call(name: Call | 'close'): Promise<unknown> {
    const id = ++this.last;
    const answer = this.wait(id);
    this.post({ kind: 'call', id, name });
    return answer;
  }

  private post(order: Order): void {
    this.worker.postMessage(order);
  }

  private wait(id: number): Promise<unknown> {
    if (this.broken !== null) return Promise.reject(this.broken);
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  private heard(report: Report): void {
    switch (report.kind) {
      case 'opened':
        this.status = report.status && readStatus(report.status);
        this.lost = report.lost;
        this.opening?.resolve(undefined);
        break;
      case 'refused':
        this.opening?.reject(notOpened(report.failure));
        this.worker.terminate();
        break;
      case 'status':
        this.status = readStatus(report.status);
        this.listener?.(this.status.state);
        break;
      case 'mark':
        writeMarker(this.name, report.commit);
        break;
      case 'reply':
        this.take(report.id)?.resolve(report.reply);
        break;
      case 'called':
        this.take(report.id)?.resolve(report.result);
        break;
      case 'failed':
        this.take(report.id)?.reject(asError(report.failure));
        break;
    }
  }

  private take(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    return waiting;
  }

  private breakDown(message: string): void {
    this.broken = new Error(`the worker stopped: ${message}`);
    this.opening?.reject(notOpened({ message: this.broken.message }));
    for (const { reject } of this.waiting.values()) reject(this.broken);
    this.waiting.clear();
  }
}

function notOpened({ message, code, codeName }: Failure): MongoServerSelectionError {
  const error = new MongoServerSelectionError(message);
  if (code !== undefined) error.code = code;
  return codeName === undefined ? error : Object.assign(error, { codeName });
}
