/** The owner's side: runs the commands of other tabs and gives them the replies. */
import { plainField } from '../codec/plain.js';
import type { DurabilityState } from '../connection.js';
import type { LocalConnection } from '../storage/local.js';
import { type Announcement, type Answer, asFailure, PROTOCOL, type Question, shareStatus } from './messages.js';

/** `PrimarySteppedDown`: another tab owns the database now, and will do what was not done. */
export const DEPOSED = 189;
/** No reply that says so is longer. */
const ERROR_BYTES_MAX = 1000;

/** Whether a reply says that another tab owns the database, so that it is not the answer. */
export function isDeposed(local: LocalConnection, reply: Uint8Array): boolean {
  if (local.status?.state !== 'readOnly' || reply.length > ERROR_BYTES_MAX) return false;
  return plainField(reply, 'code') === DEPOSED;
}

/** The bytes of a UUID. */
export function uuidBytes(uuid: string): Uint8Array {
  const digits = uuid.replaceAll('-', '');
  return Uint8Array.from({ length: 16 }, (_, at) => Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16));
}

/** Another tab. */
interface Client {
  readonly channel: BroadcastChannel;
  /** What it asked, and the answer if there is one, until it says that it has it: a reply may be lost on the way. */
  readonly asked: Map<number, Answer | null>;
}

export class Desk {
  private readonly owner = crypto.randomUUID();
  private readonly control: BroadcastChannel;
  private readonly clients = new Map<string, Client>();
  private readonly underWay = new Set<Promise<void>>();
  private isOpen = true;

  constructor(
    private readonly name: string,
    private readonly local: LocalConnection,
  ) {
    this.control = new BroadcastChannel(`tussock:${name}`);
    this.control.onmessage = ({ data }: MessageEvent<Announcement>) => {
      if (data.kind === 'hello') this.welcome(data.client, data.protocol);
    };
    this.announce();
  }

  /** Tells the others of a new state. */
  tell(_state: DurabilityState): void {
    const { status } = this.local;
    if (this.isOpen && status !== undefined) this.post({ kind: 'status', status: shareStatus(status) });
  }

  /** Takes no more commands, and waits for those it has. */
  async close(): Promise<void> {
    this.isOpen = false;
    await Promise.allSettled(this.underWay);
    this.drop();
  }

  /** Takes no more commands, and answers no more: another tab does. */
  drop(): void {
    this.isOpen = false;
    this.control.close();
    for (const { channel } of this.clients.values()) channel.close();
    this.clients.clear();
  }

  private announce(): void {
    this.post({ kind: 'owner', owner: this.owner, protocol: PROTOCOL });
  }

  private post(announcement: Announcement): void {
    this.control.postMessage(announcement);
  }

  private welcome(client: string, protocol: number): void {
    if (!this.isOpen) return;
    if (protocol !== PROTOCOL) {
      this.announce();
      return;
    }
    const { channel } = this.clients.get(client) ?? this.serve(client);
    const { lost, status } = this.local;
    const shared = shareStatus(status ?? { state: 'durable', commits: 0, bytes: 0, ageMS: 0 });
    channel.postMessage({ kind: 'welcome', owner: this.owner, lost, status: shared } satisfies Answer);
  }

  private serve(client: string): Client {
    const channel = new BroadcastChannel(`tussock:${this.name}:${client}`);
    const served: Client = { channel, asked: new Map() };
    channel.onmessage = ({ data }: MessageEvent<Question>) => {
      if (!this.isOpen) return;
      if (data.kind === 'ping') {
        channel.postMessage({ kind: 'pong' } satisfies Answer);
      } else if (data.kind === 'bye') {
        channel.close();
        this.clients.delete(client);
      } else if (this.takes(served, data)) {
        const answered = this.answer(client, served, data).finally(() => this.underWay.delete(answered));
        this.underWay.add(answered);
      }
    };
    this.clients.set(client, served);
    return served;
  }

  /** Takes a question in, if it was not asked before: what was answered is answered again, and nothing is done twice. */
  private takes({ channel, asked }: Client, question: Extract<Question, { number: number }>): boolean {
    if (question.kind === 'run') {
      for (const number of asked.keys()) if (number <= question.done) asked.delete(number);
    }
    const answer = asked.get(question.number);
    if (answer === undefined) asked.set(question.number, null);
    else if (answer !== null) channel.postMessage(answer);
    return answer === undefined;
  }

  private async answer(client: string, served: Client, question: Extract<Question, { number: number }>): Promise<void> {
    const { number } = question;
    let answer: Answer;
    try {
      if (question.kind === 'run') {
        const reply = await this.local.runCommandOnce(question.command, uuidBytes(client), number, question.done);
        // Who takes over is asked again.
        if (isDeposed(this.local, reply)) return;
        answer = { kind: 'reply', number, reply };
      } else {
        answer = { kind: 'called', number, result: await this.local[question.name]?.() };
      }
    } catch (error) {
      answer = { kind: 'failed', number, failure: asFailure(error) };
    }
    // A client that is gone has closed its channel, and so has an owner that was replaced.
    if (this.clients.get(client) !== served) return;
    served.asked.set(number, answer);
    served.channel.postMessage(answer);
  }
}
