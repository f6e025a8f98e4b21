/**
 * A document within the page, for its connection to IndexedDB. When the process that keeps WebKit's databases ends (as
 * it does on phones that wake), a page that was there gets no new connection, and its workers neither: "Connection to
 * Indexed Database server lost. Refresh the page to try again". A document that is made afterwards does, and its workers.
 */
import type { WorkerLike } from './connection.js';

/** How long an answer is waited for. */
const SILENCE_MS = 5000;

export class Frame {
  private constructor(
    private readonly element: HTMLIFrameElement,
    private readonly window: Window & typeof globalThis,
  ) {}

  /** A new frame, if IndexedDB answers there, and neither in the page nor in the frame that is used so far. */
  static async inPlaceOf(used: Frame | null, name: string): Promise<Frame | null> {
    if (typeof document === 'undefined' || (await answers((used?.window ?? globalThis).indexedDB, name))) return null;
    const element = document.createElement('iframe');
    element.hidden = true;
    document.documentElement.append(element);
    const window = element.contentWindow as (Window & typeof globalThis) | null;
    if (window !== null && (await answers(window.indexedDB, name))) return new Frame(element, window);
    element.remove();
    return null;
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
function answers(factory: IDBFactory, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = factory.open(name);
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
