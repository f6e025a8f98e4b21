// Pages that do what a test tells them, without a driver: a script in each connects to the test by WebSocket. So the
// same tests run in browsers that have no driver, or one whose profile does not outlive it; and what is killed is
// nothing but the browser.
//
// Whatever is sent is sent again over a new connection until it is answered, as the process that has the connections
// of a browser may be killed by a test; each side does once what it gets twice.

import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';

/** Runs in the page, whose address ends in #home=PORT/TAB. */
function agent() {
  const place = /^#home=(\d+)\/(.+)$/.exec(location.hash);
  if (place === null) return;
  const instance = Array.from(crypto.getRandomValues(new Uint8Array(8))).join('.');
  const [started, outbox, calls] = [new Set(), new Map(), new Map()];
  let [socket, last, isLeaving] = [null, 0, false];
  const put = (message) => {
    const number = (last += 1);
    outbox.set(number, { ...message, number });
    if (socket?.readyState === 1) socket.send(JSON.stringify(outbox.get(number)));
    return number;
  };
  const problem = (text) => put({ kind: 'problem', text: String(text) });
  addEventListener('error', ({ error, message }) => problem(error?.stack ?? message));
  addEventListener('unhandledrejection', ({ reason }) => problem(reason?.stack ?? reason));
  const { error } = console;
  console.error = (...words) => {
    problem(words.join(' '));
    error.apply(console, words);
  };
  const expose = (name) => {
    globalThis[name] = (...parameters) => new Promise((resolve) => calls.set(put({ kind: 'call', name, parameters }), resolve));
  };
  const run = async ({ order, script, argument }) => {
    if (started.has(order)) return;
    started.add(order);
    try {
      // As an expression, which `await import()` resolves by the page's import map.
      const value = await (0, eval)(`(${script})`)(argument);
      put({ kind: 'done', order, value });
    } catch (error) {
      put({ kind: 'failed', order, message: String(error), stack: String(error?.stack) });
    }
  };
  const heard = (message) => {
    if (message.kind === 'run') void run(message);
    if (message.kind === 'expose') expose(message.name);
    isLeaving ||= message.kind === 'reload' || message.kind === 'close';
    if (message.kind === 'reload') location.reload();
    if (message.kind === 'close') window.close();
    if (message.kind === 'open') window.open(message.url, '_blank', 'noopener');
    if (message.kind === 'heard') {
      outbox.delete(message.number);
      calls.get(message.number)?.(message.value);
      calls.delete(message.number);
    }
  };
  const connect = () => {
    socket = new WebSocket(`ws://127.0.0.1:${place[1]}/?tab=${place[2]}&instance=${instance}`);
    socket.onopen = () => {
      for (const message of outbox.values()) socket.send(JSON.stringify(message));
    };
    socket.onmessage = ({ data }) => heard(JSON.parse(data));
    socket.onclose = () => isLeaving || setTimeout(connect, 50);
  };
  addEventListener('DOMContentLoaded', connect);
}

/** What a page needs to be driven from here. */
export const AGENT = `<script>(${agent})()</script>`;

/** How long a browser may take for what is not the test's own work: to start, to open a tab, to load a page. */
const PATIENCE_MS = 60_000;

/** A page that calls home: as much of Playwright's Page as tests use. */
class Page {
  problems = [];
  instance = null;
  #socket = null;
  #orders = new Map();
  #exposed = new Map();
  #last = 0;
  #isClosed = false;
  #closed;
  #arrivals = [];

  constructor(family) {
    this.#closed = new Promise((resolve) => (this.gone = resolve));
    /** The id of the browser's process that runs this page. */
    this.process = () => family(this);
  }

  /** The page, or the one that it was replaced by, has connected. */
  attach(socket, instance) {
    const isNew = this.instance !== instance;
    if (this.instance !== null && isNew) this.#fail('the page was loaded anew');
    this.instance = instance;
    this.#socket = socket;
    socket.on('message', (data) => this.#heard(socket, JSON.parse(data)));
    socket.on('close', () => this.#left(socket));
    for (const name of this.#exposed.keys()) this.#send({ kind: 'expose', name });
    for (const [order, { script, argument }] of this.#orders) this.#send({ kind: 'run', order, script, argument });
    if (isNew) for (const arrived of this.#arrivals.splice(0)) arrived();
  }

  evaluate(act, argument) {
    if (this.#isClosed) return Promise.reject(new Error('the page is closed'));
    const order = (this.#last += 1);
    const script = typeof act === 'function' ? String(act) : `async () => { ${act} }`;
    return new Promise((resolve, reject) => {
      this.#orders.set(order, { script, argument, resolve, reject });
      this.#send({ kind: 'run', order, script, argument });
    });
  }

  title() {
    return this.evaluate(() => document.title);
  }

  async exposeFunction(name, act) {
    this.#exposed.set(name, act);
    this.#send({ kind: 'expose', name });
  }

  async reload() {
    const arrived = this.arrival();
    this.#send({ kind: 'reload' });
    await arrived;
  }

  /** Resolves when the page has been loaded the next time. */
  arrival() {
    const late = sleep(PATIENCE_MS, undefined, { ref: false }).then(() => {
      throw new Error('the page did not load');
    });
    return Promise.race([new Promise((resolve) => this.#arrivals.push(resolve)), late]);
  }

  async close() {
    this.#isClosed = true;
    this.#send({ kind: 'close' });
    await this.#closed;
  }

  /** The page is gone, or will be at once. */
  end(why) {
    this.#isClosed = true;
    this.#fail(why);
    this.gone();
  }

  post(message) {
    this.#send(message);
  }

  #send(message) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
  }

  #fail(why) {
    for (const { reject } of this.#orders.values()) reject(new Error(why));
    this.#orders.clear();
  }

  #left(socket) {
    if (this.#socket !== socket) return;
    this.#socket = null;
    if (this.#isClosed) this.end('the page was closed');
  }

  async #heard(socket, { kind, number, order, value, message, stack, text, name, parameters }) {
    if (kind === 'problem') this.problems.push(text);
    if (kind === 'done') this.#orders.get(order)?.resolve(value);
    if (kind === 'failed') this.#orders.get(order)?.reject(new Error(`${message}\nin the page: ${stack}`));
    if (order !== undefined) this.#orders.delete(order);
    const answer = kind === 'call' ? await this.#exposed.get(name)?.(...parameters) : undefined;
    if (socket.readyState === 1) socket.send(JSON.stringify({ kind: 'heard', number, value: answer }));
  }
}

/** Where the pages of one browser call. `family(page)` finds the process of a page. */
export async function openHome(family) {
  const pages = new Map();
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>control</title><link rel="icon" href="data:,">${AGENT}`);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    const parameters = new URL(request.url, 'http://localhost').searchParams;
    socket.on('error', () => undefined);
    pages.get(parameters.get('tab'))?.attach(socket, parameters.get('instance'));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  const expect = (tab) => {
    const page = new Page(family);
    pages.set(tab, page);
    return page;
  };
  const control = expect('control');
  return {
    /**
     * The page that a browser must start with: it opens all others. It is of another site than they are, as Firefox
     * gives all that one page opens to that page's own process, if it may.
     */
    url: `http://127.0.0.1:${port}/#home=${port}/control`,
    started: control.arrival(),
    async page(url) {
      const tab = String(pages.size);
      const page = expect(tab);
      const arrived = page.arrival();
      control.post({ kind: 'open', url: `${url}#home=${port}/${tab}` });
      await arrived;
      return page;
    },
    /** Closes all pages, the one that opens others last: browsers end with their last page. */
    closePages() {
      for (const page of [...pages.values()].reverse()) page.post({ kind: 'close' });
    },
    /** The browser is gone. */
    close() {
      for (const page of pages.values()) page.end('the browser was closed');
      sockets.close();
      server.close();
      server.closeAllConnections();
    },
  };
}
