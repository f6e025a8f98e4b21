/**
 * One database, any number of tabs: the tab that holds the Web Lock owns the database and runs the commands of all; the
 * others wait for the lock, so that the next owner is there when this one is gone, or silent for too long.
 */
import type { Connection, DurabilityState, DurabilityStatus } from '../connection.js';
import type { LocalConnection } from '../storage/local.js';
import { DEPOSED, Desk } from './desk.js';
import { type Held, takeLock } from './lock.js';
import type { Call } from './messages.js';
import { Remote } from './remote.js';

const LOCK_BUSY = 46;
/** How often a database that another tab claims too is opened, and the pause between. */
const OPENING_TRIES = 20;
const OPENING_PAUSE_MS = 250;

/**
 * Connects to a database that other tabs may have open. `failed` is told when that is over: this tab was to own the
 * database and cannot open it. What waits is refused after that, and all that is asked later.
 */
export async function openShared(
  name: string,
  open: () => Promise<LocalConnection>,
  failed: (error: Error) => void = () => undefined,
): Promise<Connection> {
  const shared = new Shared(name, open, failed);
  await shared.start();
  return shared;
}

class Shared implements Connection {
  private readonly remote: Remote;
  private local: LocalConnection | null = null;
  private desk: Desk | null = null;
  private held: Held | null = null;
  private waiting: AbortController | null = null;
  private listener: ((state: DurabilityState) => void) | null = null;
  private failure: Error | null = null;
  private isClosed = false;

  constructor(
    private readonly name: string,
    private readonly open: () => Promise<LocalConnection>,
    private readonly failed: (error: Error) => void,
  ) {
    this.remote = new Remote(name, {
      silent: () => void this.replaceOwner(),
      status: (status) => this.listener?.(status.state),
    });
  }

  async start(): Promise<void> {
    const held = await takeLock(this.name, { how: 'try' });
    if (held !== null) await this.own(held);
    else await this.follow();
  }

  runCommand(command: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (this.local !== null) return this.local.runCommand(command);
    return this.forward(command);
  }

  runCommandInPlace(command: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (this.local?.runCommandInPlace !== undefined) return this.local.runCommandInPlace(command);
    return this.forward(command.slice());
  }

  runCommandAt(command: Uint8Array): number | Promise<Uint8Array> {
    if (this.local?.runCommandAt !== undefined) return this.local.runCommandAt(command);
    return this.forward(command.slice());
  }

  memory(): Uint8Array {
    return this.local?.memory?.() ?? new Uint8Array(0);
  }

  async close(): Promise<void> {
    if (this.local === null) {
      if (this.failure === null) await this.remote.settled();
      this.isClosed = true;
      this.waiting?.abort();
      this.remote.detach();
      return;
    }
    this.isClosed = true;
    await this.desk?.close();
    try {
      await this.local.close();
    } finally {
      this.held?.release();
    }
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

  get status(): DurabilityStatus | undefined {
    return this.local === null ? this.remote.status : this.local.status;
  }

  get pending(): number {
    return this.status?.commits ?? 0;
  }

  get lost(): number | undefined {
    return this.local === null ? this.remote.lost : this.local.lost;
  }

  private call(name: Call): Promise<unknown> {
    return this.local === null ? this.remote.call(name) : (this.local[name]?.() ?? Promise.resolve());
  }

  private forward(command: Uint8Array): Promise<Uint8Array> {
    return this.failure === null ? this.remote.run(command) : Promise.reject(this.failure);
  }

  private follow(): Promise<void> {
    const waiting = new AbortController();
    this.waiting = waiting;
    takeLock(this.name, { how: 'wait', signal: waiting.signal }).then(
      (held) => held !== null && void this.promote(held),
      (error: Error) => this.fail(error),
    );
    return this.remote.attach();
  }

  /** The owner says nothing: its tab is frozen, or busy for very long. What it does from now on is not stored. */
  private async replaceOwner(): Promise<void> {
    if (this.isClosed || this.local !== null) return;
    this.waiting?.abort();
    const held = await takeLock(this.name, { how: 'steal' }).catch(() => null);
    if (held !== null) await this.promote(held);
  }

  private async promote(held: Held): Promise<void> {
    if (this.isClosed || this.held !== null) {
      held.release();
      return;
    }
    this.remote.detach();
    await this.own(held).catch((error: Error) => this.fail(error));
  }

  private async own(held: Held): Promise<void> {
    this.held = held;
    let isHeld = true;
    void held.stolen.then(() => {
      isHeld = false;
      void this.demote(held);
    });
    try {
      const local = await this.opened(() => isHeld);
      if (!isHeld || this.isClosed) {
        await local.close().catch(() => undefined);
        held.release();
        return;
      }
      this.local = local;
    } catch (error) {
      held.release();
      // Who took the lock away took the database too, and is followed by now.
      if (!isHeld) return;
      this.held = null;
      throw error;
    }
    const desk = new Desk(this.name, this.local);
    this.desk = desk;
    this.local.onState?.((state) => {
      desk.tell(state);
      this.listener?.(state);
    });
    this.remote.takeOver(this.local);
  }

  /**
   * Opens the database. A tab that claims it at the same moment has taken the lock, which is heard of later, or has
   * lost it and lets go.
   */
  private async opened(isHeld: () => boolean): Promise<LocalConnection> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.open();
      } catch (error) {
        const { code } = error as { code?: number };
        if ((code !== LOCK_BUSY && code !== DEPOSED) || attempt === OPENING_TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, OPENING_PAUSE_MS));
        if (!isHeld()) throw error;
      }
    }
  }

  /** Another tab owns the database now. */
  private async demote(held: Held): Promise<void> {
    if (this.held !== held) return;
    const { local, desk } = this;
    this.local = this.desk = this.held = null;
    desk?.drop();
    if (!this.isClosed) this.follow().catch((error: Error) => this.fail(error));
    await local?.close().catch(() => undefined);
  }

  private fail(error: Error): void {
    this.failure = error;
    this.failed(error);
    this.remote.fail(error);
  }
}
