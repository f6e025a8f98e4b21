/** The page's side of an engine in a worker. */
import type { Connection, DurabilityState, DurabilityStatus } from '../connection.js';
import { MongoServerSelectionError } from '../errors.js';
import { readMarker, writeMarker } from '../storage/marker.js';
import { asError, type Call, type Failure, readStatus, type SharedStatus } from '../tabs/messages.js';
import { Frame } from './frame.js';
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
  return new WorkerConnection(worker, opening).open();
}

/** How many frames are tried at most, and the pause between. */
const MOVES_MAX = 10;
const MOVE_PAUSE_MS = 1000;

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
  private opened: Waiting | null = null;
  private broken: Error | null = null;
  /** Where the worker has its own script from, once it is open. */
  private script: string | null = null;
  /** The frame that the worker belongs to, when that is not the page. */
  private frame: Frame | null = null;
  /** What is to be asked when another worker has opened. */
  private held: (() => void)[] | null = null;
  /** Called when nothing waits for an answer any more. */
  private allAnswered: (() => void) | null = null;
  private isClosed = false;
  /** Whether the worker refuses everything, and another one may not. */
  private isStranded = false;

  constructor(
    private worker: WorkerLike,
    private readonly opening: Omit<Opening, 'marked'>,
  ) {}

  /** Has the worker open its engine. */
  open(): Promise<Connection> {
    const { opening, worker } = this;
    worker.onmessage = ({ data }: MessageEvent<Report>) => this.heard(data);
    worker.onerror = ({ message }: ErrorEvent) => this.stopped(message || 'its script could not be loaded');
    return new Promise((resolve, reject) => {
      this.opened = { resolve: () => resolve(this), reject };
      const marked = opening.kind === 'memory' ? undefined : readMarker(opening.name);
      worker.postMessage({ kind: 'open', opening: { ...opening, marked } } satisfies Order);
    });
  }

  runCommand(command: Uint8Array): Promise<Uint8Array> {
    const id = ++this.last;
    return this.ask({ kind: 'run', id, command }, [command.buffer]) as Promise<Uint8Array>;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.call('close').finally(() => this.endWorker());
  }

  async flush(): Promise<void> {
    await this.call('flush');
  }

  async sync(): Promise<void> {
    await this.call('sync');
  }

  async probe(): Promise<boolean> {
    return (await this.call('probe')) === true || (await this.moveToFrame());
  }

  onState(listener: (state: DurabilityState) => void): void {
    this.listener = listener;
  }

  get pending(): number {
    return this.status?.commits ?? 0;
  }

  private call(name: Call | 'close'): Promise<unknown> {
    const id = ++this.last;
    return this.ask({ kind: 'call', id, name });
  }

  private ask(order: Exclude<Order, { kind: 'open' }>, transfer: Transferable[] = []): Promise<unknown> {
    if (this.broken !== null) return Promise.reject(this.broken);
    return new Promise((resolve, reject) => {
      if (this.held !== null) {
        this.held.push(() => void this.ask(order, transfer).then(resolve, reject));
        return;
      }
      this.waiting.set(order.id, { resolve, reject });
      this.worker.postMessage(order, transfer);
    });
  }

  /**
   * Where the store answers a new document but not this page, a worker of that document takes over. It opens what is
   * stored: writes that were not were refused by now, and cursors are not found any more.
   */
  private async moveToFrame(): Promise<boolean> {
    const frame = await Frame.inPlaceOf(this.frame, this.opening.name);
    if (frame === null) return false;
    if (this.script === null || this.held !== null || this.broken !== null || this.isClosed) {
      frame.remove();
      return false;
    }
    const held: (() => void)[] = (this.held = []);
    if (this.waiting.size > 0) await new Promise<void>((resolve) => (this.allAnswered = resolve));
    await this.openIn(frame, this.script, MOVES_MAX).catch((error: Error) => {
      this.endWorker();
      this.breakDown(error.message);
    });
    this.held = null;
    for (const ask of held) ask();
    return this.broken === null;
  }

  /** The process that was started anew may end again meanwhile: then the next frame is tried. */
  private async openIn(frame: Frame, script: string, moves: number): Promise<void> {
    this.endWorker();
    if (this.broken !== null) throw this.broken;
    this.frame = frame;
    this.worker = frame.worker(script);
    this.isStranded = false;
    const { lost } = this;
    try {
      await this.open();
    } catch (error) {
      if (moves <= 1) throw error;
      await new Promise((resolve) => setTimeout(resolve, MOVE_PAUSE_MS));
      return this.openIn(Frame.added(), script, moves - 1);
    }
    if (this.lost !== lost) throw new Error('the browser dropped what was stored');
  }

  private endWorker(): void {
    const { worker } = this;
    worker.onmessage = worker.onerror = null;
    worker.terminate();
    this.frame?.remove();
    this.frame = null;
  }

  private heard(report: Report): void {
    switch (report.kind) {
      case 'opened':
        this.script = report.script;
        this.lost = report.lost;
        this.opened?.resolve(undefined);
        this.changed(report.status);
        break;
      case 'refused':
        this.opened?.reject(notOpened(report.failure));
        this.endWorker();
        break;
      case 'status':
        this.changed(report.status);
        break;
      case 'mark':
        writeMarker(this.opening.name, report.commit);
        break;
      case 'reply':
        this.take(report.id)?.resolve(report.reply);
        break;
      case 'called':
        this.take(report.id)?.resolve(report.result);
        break;
      case 'failed':
        this.take(report.id)?.reject(this.isStranded ? notOpened(report.failure) : asError(report.failure));
        break;
      case 'stranded':
        this.isStranded = true;
        void this.moveToFrame().then(() => {
          if (this.isStranded && this.held === null && !this.isClosed) this.breakDown(report.failure.message);
        });
        break;
    }
  }

  private changed(status: SharedStatus | undefined): void {
    this.status = status && readStatus(status);
    if (this.status !== undefined) this.listener?.(this.status.state);
  }

  private take(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (this.waiting.size === 0) this.allAnswered?.();
    return waiting;
  }

  /** A worker that has not opened while it is to take over may have a successor. */
  private stopped(message: string): void {
    if (this.held === null) this.breakDown(message);
    else this.opened?.reject(notOpened({ message }));
  }

  private breakDown(message: string): void {
    this.broken = new Error(`the worker stopped: ${message}`);
    this.opened?.reject(notOpened({ message: this.broken.message }));
    for (const { reject } of this.waiting.values()) reject(this.broken);
    this.waiting.clear();
    this.allAnswered?.();
  }
}

function notOpened({ message, code, codeName }: Failure): MongoServerSelectionError {
  const error = new MongoServerSelectionError(message);
  if (code !== undefined) error.code = code;
  return codeName === undefined ? error : Object.assign(error, { codeName });
}
