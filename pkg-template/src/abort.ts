/** What ends an operation early: its time is over, or its signal says so. */
import { MongoInvalidArgumentError, MongoOperationTimeoutError, MongoServerError } from './errors.js';
import type { Document } from './types/document.js';

/** Options of operations that a signal can end. */
export interface Abortable {
  /** Ends the operation; it throws the signal's reason. What the engine is already doing, it does. */
  signal?: AbortSignal | undefined;
}

const MAX_TIME_MS_EXPIRED = 50;
/** The longest time that a timer takes. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** The time limit of an operation; undefined when there is none. */
export function checkTimeout(timeoutMS: number | undefined): number | undefined {
  if (timeoutMS === undefined) return undefined;
  if (!Number.isInteger(timeoutMS) || timeoutMS < 0 || timeoutMS > TIMER_MS_MAX) {
    throw new MongoInvalidArgumentError('"timeoutMS" must be a positive integer or 0, for no limit');
  }
  return timeoutMS;
}

/** The limits of one operation, which may send several commands. */
export class Limits {
  private readonly end: number;

  private constructor(
    private readonly timeoutMS: number,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.end = performance.now() + timeoutMS;
  }

  /** Null when there are none. */
  static of(options: { timeoutMS?: number } & Abortable, inherited: number | undefined): Limits | null {
    const timeoutMS = checkTimeout(options.timeoutMS) ?? inherited;
    const { signal } = options;
    if (!timeoutMS && signal === undefined) return null;
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw new MongoInvalidArgumentError('Option "signal" must be an AbortSignal');
    }
    return new Limits(timeoutMS || Infinity, signal);
  }

  /** Tells the engine how much time is left; throws when it is none. */
  onto(command: Document): void {
    this.signal?.throwIfAborted();
    if (this.timeoutMS !== Infinity) command['maxTimeMS'] = Math.ceil(this.left());
  }

  /** The milliseconds that are left; throws when there are none. */
  left(): number {
    const left = this.end - performance.now();
    if (left <= 0) throw this.timedOut();
    return left;
  }

  /** Runs one command within the limits. */
  within<T>(run: () => T | Promise<T>): T | Promise<T> {
    this.signal?.throwIfAborted();
    const left = this.left();
    try {
      const answer = run();
      return answer instanceof Promise ? this.race(answer, left) : answer;
    } catch (error) {
      throw this.translated(error);
    }
  }

  private race<T>(answer: Promise<T>, left: number): Promise<T> {
    const { signal } = this;
    return new Promise<T>((resolve, reject) => {
      const aborted = (): void => reject(signal?.reason);
      const timer = left === Infinity ? undefined : setTimeout(() => reject(this.timedOut()), left);
      signal?.addEventListener('abort', aborted);
      void answer
        .then(resolve, (error: unknown) => reject(this.translated(error)))
        .finally(() => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', aborted);
        });
    });
  }

  private translated(error: unknown): unknown {
    const isOver = this.timeoutMS !== Infinity && error instanceof MongoServerError && error.code === MAX_TIME_MS_EXPIRED;
    return isOver ? this.timedOut(error) : error;
  }

  private timedOut(cause?: Error): MongoOperationTimeoutError {
    const message = `Timed out after ${String(this.timeoutMS)} ms`;
    return new MongoOperationTimeoutError(message, cause === undefined ? undefined : { cause });
  }
}
