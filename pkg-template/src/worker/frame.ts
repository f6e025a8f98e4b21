/**
 * A document within the page, for its connection to IndexedDB. When the process that keeps WebKit's databases ends (as
 * it does on phones that wake), a page that was there gets no new connection, and its workers neither: "Connection to
 * Indexed Database server lost. Refresh the page to try again". A document that is made afterwards does, and its workers.
 * (An engine in the page itself finds its way alone: `src/js/frame.rs`.)
 */
import type { WorkerLike } from './connection.js';

/** How long an answer is waited for. */
const SILENCE_MS = 5000;

export class Frame {
  private constructor(private readonly element: HTMLIFrameElement) {}

  /** A new one. */
  static added(): Frame {
    const element = document.createElement('iframe');
    element.hidden = true;
    document.documentElement.append(element);
    return new Frame(element);
  }

  /** A new frame, if IndexedDB answers there, and neither in the page nor in the frame that is used so far. */
  static async inPlaceOf(used: Frame | null, name: string): Promise<Frame | null> {
    if (typeof document === 'undefined' || (await answers(used?.window ?? globalThis, name))) return null;
    const frame = Frame.added();
    if (await answers(frame.window, name)) return frame;
    frame.remove();
    return null;
  }

  private get window(): typeof globalThis {
    return this.element.contentWindow as Window & typeof globalThis;
  }

  /** A module worker of the frame. */
  worker(script: string): WorkerLike {
    return new this.window.Worker(script, { type: 'module' });
  }

  /** Takes the frame out of the page, and its workers with it. */
  remove(): void {
    this.element.remove();
  }
}

/** Whether a database can be opened; one that is not there is not made. */
function answers(window: typeof globalThis, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = window.indexedDB.open(name);
    const silence = setTimeout(() => resolve(false), SILENCE_MS);
    const tell = (works: boolean): void => {
      clearTimeout(silence);
      resolve(works);
    };
    request.onupgradeneeded = () => request.transaction?.abort();
    request.onsuccess = () => {
      request.result.close();
      tell(true);
    };
    request.onerror = (event) => {
      event.preventDefault();
      tell(request.error?.name === 'AbortError');
    };
  });
}
