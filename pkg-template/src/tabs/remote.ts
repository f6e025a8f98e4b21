/**
 * The side of a tab that does not own the database: sends commands to the owner and waits for the replies. What is not
 * answered when the owner changes is sent to the next one; the ticket of a command keeps a write from being done twice.
 */
import type { DurabilityStatus } from '../connection.js';
import { MongoServerSelectionError } from '../errors.js';
import type { LocalConnection } from '../storage/local.js';
import { isDeposed, uuidBytes } from './desk.js';
import { type Announcement, type Answer, asError, type Call, PROTOCOL, type Question, readStatus } from './messages.js';

/** How often an owner that owes an answer is looked after. */
const TICK_MS = 500;
/** After this many ticks without a word it is asked whether it is there; after as many again it is replaced. */
const PATIENCE_TICKS = 5;

type Asked = { readonly kind: 'run'; readonly command: Uint8Array } | { readonly kind: 'call'; readonly name: Call };

interface Waiting {
  readonly asked: Asked;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** What the remote side tells. */
export interface RemoteEvents {
  /** The owner has been silent for too long. */
  silent(): void;
  status(status: DurabilityStatus): void;
}

export class Remote {
  readonly client = crypto.randomUUID();
  status: DurabilityStatus | undefined;
  lost: number | undefined;

  private readonly waiting = new Map<number, Waiting>();
  private last = 0;
  private control: BroadcastChannel | null = null;
  private channel: BroadcastChannel | null = null;
  private owner: string | null = null;
  private ticker: ReturnType<typeof setInterval> | undefined;
  private silentTicks = 0;
  private patience = PATIENCE_TICKS;
  private welcomed: { resolve(): void; reject(error: Error): void } | null = null;

  constructor(
    private readonly name: string,
    private readonly events: RemoteEvents,
  ) {}

  /** Sends a command, now or when there is an owner. */
  run(command: Uint8Array): Promise<Uint8Array> {
    return this.ask({ kind: 'run', command }) as Promise<Uint8Array>;
  }

  /** Has the owner do something that is no command. */
  call(name: Call): Promise<unknown> {
    return this.ask({ kind: 'call', name });
  }

  /** Looks for the owner; resolves when it has answered. */
  attach(): Promise<void> {
    this.control = new BroadcastChannel(`tussock:${this.name}`);
    this.channel = new BroadcastChannel(`tussock:${this.name}:${this.client}`);
    this.control.onmessage = ({ data }: MessageEvent<Announcement>) => this.heardOfAll(data);
    this.channel.onmessage = ({ data }: MessageEvent<Answer>) => this.heard(data);
    this.hello();
    this.ticker = setInterval(() => this.tick(), TICK_MS);
    return new Promise((resolve, reject) => (this.welcomed = { resolve, reject }));
  }

  /** Leaves the owner; what is not answered waits. */
  detach(): void {
    clearInterval(this.ticker);
    if (this.owner !== null) this.post({ kind: 'bye' });
    this.control?.close();
    this.channel?.close();
    this.control = this.channel = this.owner = null;
  }

  /** Has this tab's own engine do what is not answered. */
  takeOver(local: LocalConnection): void {
    this.welcomed?.resolve();
    this.patience *= 2;
    for (const [number, { asked }] of [...this.waiting]) void this.doHere(local, number, asked);
  }

  /** Gives up: everything that waits fails. */
  fail(error: Error): void {
    this.welcomed?.reject(error);
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  /** Waits until everything is answered. */
  async settled(): Promise<void> {
    while (this.waiting.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  private ask(asked: Asked): Promise<unknown> {
    const number = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { asked, resolve, reject });
      if (this.owner !== null) this.send(number, asked);
    });
  }

  private send(number: number, asked: Asked): void {
    this.post(asked.kind === 'run' ? { ...asked, number, done: this.done() } : { ...asked, number });
  }

  /** The answers up to this number have come. */
  private done(): number {
    const [first] = this.waiting.keys();
    return first === undefined ? this.last : first - 1;
  }

  private post(question: Question): void {
    this.channel?.postMessage(question);
  }

  private hello(): void {
    this.control?.postMessage({ kind: 'hello', client: this.client, protocol: PROTOCOL } satisfies Announcement);
  }

  private async doHere(local: LocalConnection, number: number, asked: Asked): Promise<void> {
    try {
      if (asked.kind === 'call') {
        this.settle(number, await local[asked.name]?.());
        return;
      }
      const reply = await local.runCommandOnce(asked.command, uuidBytes(this.client), number, this.done());
      if (!isDeposed(local, reply)) this.settle(number, reply);
    } catch (error) {
      this.refuse(number, error instanceof Error ? error : new Error(String(error)));
    }
  }

  private settle(number: number, value: unknown): void {
    this.waiting.get(number)?.resolve(value);
    this.waiting.delete(number);
  }

  private refuse(number: number, error: Error): void {
    this.waiting.get(number)?.reject(error);
    this.waiting.delete(number);
  }

  private heardOfAll(announcement: Announcement): void {
    if (announcement.kind === 'status') {
      this.status = readStatus(announcement.status);
      this.events.status(this.status);
    } else if (announcement.kind === 'owner') {
      this.silentTicks = 0;
      if (announcement.protocol !== PROTOCOL) this.fail(this.otherVersion());
      else if (announcement.owner !== this.owner) this.hello();
    }
  }

  private heard(answer: Answer): void {
    this.silentTicks = 0;
    switch (answer.kind) {
      case 'welcome': {
        const isNew = answer.owner !== this.owner;
        this.owner = answer.owner;
        this.lost = answer.lost;
        this.status = readStatus(answer.status);
        this.welcomed?.resolve();
        this.welcomed = null;
        if (isNew) for (const [number, { asked }] of this.waiting) this.send(number, asked);
        break;
      }
      case 'reply':
        this.settle(answer.number, answer.reply);
        break;
      case 'called':
        this.settle(answer.number, answer.result);
        break;
      case 'failed':
        this.refuse(answer.number, asError(answer.failure));
        break;
      case 'pong':
        // It is there and has said nothing else: what was asked or answered was lost on the way, which happens when a
        // browser's process is killed. It knows what it was asked before.
        for (const [number, { asked }] of this.waiting) this.send(number, asked);
        break;
    }
  }

  /** Ticks are counted, not time: a tab that was frozen itself must not blame the owner for the time it slept. */
  private tick(): void {
    if (this.owner !== null && this.waiting.size === 0) {
      this.silentTicks = 0;
      return;
    }
    this.silentTicks += 1;
    if (this.silentTicks >= 2 * this.patience) {
      this.silentTicks = 0;
      this.events.silent();
    } else if (this.silentTicks >= this.patience) {
      if (this.owner === null) this.hello();
      else this.post({ kind: 'ping' });
    }
  }

  private otherVersion(): Error {
    const error = new MongoServerSelectionError(
      `Cannot open indexeddb://${this.name}: another tab has it open with another version of this package; close that tab, or load it again`,
    );
    error.code = 46;
    return Object.assign(error, { codeName: 'LockBusy' });
  }
}
