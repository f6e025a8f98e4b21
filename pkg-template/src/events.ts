/** A small typed event emitter with the methods of Node's: browsers have none of that form. */

/** A function that is told of an event. */
export type Listener = (...args: any[]) => void;
/** The events of an emitter, with what their listeners are told. */
export type EventsDescription = { [event: string]: Listener };

/** Emits events to listeners, in the order in which they were added. */
export class TypedEventEmitter<Events extends { [event in keyof Events]: Listener }> {
  #listeners: Map<keyof Events, { listener: Listener; once: boolean }[]> | null = null;

  /** Adds a listener. */
  on<E extends keyof Events>(event: E, listener: Events[E]): this {
    return this.#add(event, listener, false);
  }

  /** Adds a listener for the next event alone. */
  once<E extends keyof Events>(event: E, listener: Events[E]): this {
    return this.#add(event, listener, true);
  }

  /** Adds a listener. */
  addListener<E extends keyof Events>(event: E, listener: Events[E]): this {
    return this.on(event, listener);
  }

  /** Removes a listener. */
  off<E extends keyof Events>(event: E, listener: Events[E]): this {
    const list = this.#listeners?.get(event);
    const at = list?.findLastIndex((entry) => entry.listener === listener) ?? -1;
    if (list !== undefined && at >= 0) this.#listeners?.set(event, list.toSpliced(at, 1));
    return this;
  }

  /** Removes a listener. */
  removeListener<E extends keyof Events>(event: E, listener: Events[E]): this {
    return this.off(event, listener);
  }

  /** Removes all listeners, of an event or of all. */
  removeAllListeners(event?: keyof Events): this {
    if (event === undefined) this.#listeners = null;
    else this.#listeners?.delete(event);
    return this;
  }

  /** The listeners of an event. */
  listeners<E extends keyof Events>(event: E): Events[E][] {
    return (this.#listeners?.get(event) ?? []).map((entry) => entry.listener as Events[E]);
  }

  /** How many listeners an event has. */
  listenerCount(event: keyof Events): number {
    return this.#listeners?.get(event)?.length ?? 0;
  }

  /** Calls the listeners; tells whether there were any. */
  emit<E extends keyof Events>(event: E, ...args: Parameters<Events[E]>): boolean {
    const list = this.#listeners?.get(event);
    if (list === undefined || list.length === 0) return false;
    for (const entry of list) {
      if (entry.once) this.off(event, entry.listener as Events[E]);
      entry.listener.apply(this, args);
    }
    return true;
  }

  #add(event: keyof Events, listener: Listener, once: boolean): this {
    this.#listeners ??= new Map();
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), { listener, once }]);
    return this;
  }
}
