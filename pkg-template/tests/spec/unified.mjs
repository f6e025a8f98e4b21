// Runs one file of unified tests through the driver, on an engine in memory.

import { BSON, Collection, Engine, MongoClient, MongoNetworkError, MongoServerError } from '../../build/index.js';
import { mismatch } from './match.mjs';
import { isSkip, operations, plainResult, skip } from './operations.mjs';

/** Options of URLs that say nothing to an engine without a network. */
const MEANINGLESS = ['retryReads', 'retryWrites'];

class Failure extends Error {}

function version(text) {
  return text.split('.').map(Number);
}

function compare(left, right) {
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether one of the alternatives is what this engine is. */
function allowed(requirements, engineVersion) {
  if (requirements === undefined) return true;
  return requirements.some((r) => (r.minServerVersion === undefined || compare(engineVersion, version(r.minServerVersion)) >= 0)
    && (r.maxServerVersion === undefined || compare(engineVersion, version(r.maxServerVersion)) <= 0)
    && (r.topologies === undefined || r.topologies.includes('single'))
    && r.serverless !== 'require' && r.auth !== true && r.csfle !== true && r.serverParameters === undefined);
}

/** A connection whose commands fail as a fail point says, which a server in test mode has and this engine has not. */
function failing(engine) {
  let point = null;
  const runCommand = (bytes) => {
    const name = point === null ? undefined : Object.keys(BSON.deserialize(bytes))[0];
    if (!point?.data.failCommands.includes(name)) return engine.runCommand(bytes);
    const { errorCode, closeConnection, writeConcernError } = point.data;
    if (point.mode.times !== undefined && --point.mode.times === 0) point = null;
    if (closeConnection) throw new MongoNetworkError('connection closed by a fail point');
    if (errorCode !== undefined) return BSON.serialize({ ok: 0, code: errorCode, errmsg: 'failed by a fail point' });
    const reply = BSON.deserialize(engine.runCommand(bytes), { promoteValues: false });
    return BSON.serialize({ ...reply, writeConcernError });
  };
  const setFailPoint = ({ mode, data }) => {
    point = mode === 'off' ? null : { mode: { ...mode }, data };
  };
  return { runCommand, setFailPoint, close: async () => undefined };
}

/** One engine for all clients of a file: they must see the same data. */
export async function openShared() {
  const engine = await Engine.memory({ seed: 1n });
  const connection = failing(engine);
  const admin = new MongoClient('memory://', { connection });
  const info = await admin.db('admin').admin().buildInfo();
  return { connection, admin, version: version(info.version), close: () => engine.close() };
}

class Run {
  entities = new Map();
  events = new Map();

  constructor(shared, definitions) {
    this.shared = shared;
    this.definitions = new Map();
    for (const definition of definitions ?? []) {
      const [kind, what] = Object.entries(definition)[0];
      this.definitions.set(what.id, { kind, what });
      if (kind === 'client') this.events.set(what.id, []);
    }
  }

  /** An entity, made when it is first asked for. */
  entity(id) {
    if (!this.entities.has(id)) {
      const found = this.definitions.get(id);
      if (found === undefined) throw new Failure(`no entity ${id}`);
      this.entities.set(id, { kind: found.kind, value: this.make(found.kind, found.what) });
    }
    return this.entities.get(id);
  }

  make(kind, what) {
    switch (kind) {
      case 'client':
        return this.client(what);
      case 'database':
        return this.entity(what.client).value.db(what.databaseName, what.databaseOptions);
      case 'collection':
        return this.entity(what.database).value.collection(what.collectionName, what.collectionOptions);
      case 'session':
        return this.entity(what.client).value.startSession();
      default:
        return skip(`entities of kind ${kind}`);
    }
  }

  client({ id, observeEvents = [], ignoreCommandMonitoringEvents = [], uriOptions = {}, serverApi }) {
    const options = { connection: this.shared.connection, monitorCommands: true, serverApi };
    for (const [name, value] of Object.entries(uriOptions)) {
      if (name === 'readConcernLevel') options.readConcern = { level: value };
      else if (name === 'w') options.writeConcern = { w: value };
      else if (!MEANINGLESS.includes(name)) skip(`the URL option ${name}`);
    }
    const client = new MongoClient('memory://', options);
    const list = this.events.get(id);
    for (const name of ['commandStarted', 'commandSucceeded', 'commandFailed']) {
      if (!observeEvents.includes(`${name}Event`)) continue;
      client.on(name, (event) => {
        if (ignoreCommandMonitoringEvents.includes(event.commandName)) return;
        const copy = { kind: `${name}Event`, commandName: event.commandName, databaseName: event.databaseName };
        if (event.command) copy.command = BSON.deserialize(BSON.serialize(event.command, { ignoreUndefined: false }));
        if (event.reply) copy.reply = event.reply;
        list.push(copy);
      });
    }
    return client;
  }

  async fill(initialData) {
    for (const { databaseName, collectionName, documents, createOptions } of initialData ?? []) {
      const db = this.shared.admin.db(databaseName);
      await db.dropCollection(collectionName).catch((error) => {
        if (error.code !== 26) throw error;
      });
      if (documents.length === 0 || createOptions !== undefined) await db.createCollection(collectionName, createOptions);
      if (documents.length > 0) await db.collection(collectionName).insertMany(documents);
    }
  }

  async operation({ object, name, arguments: given = {}, ...expectation }) {
    if (object === 'testRunner') return this.runner(name, given);
    const target = this.entity(object);
    const kind = target.value instanceof Collection ? 'collection' : target.kind;
    const call = operations[kind]?.[name];
    if (call === undefined) skip(`the operation ${name} on a ${kind}`);
    const options = { ...given };
    if (typeof options.session === 'string') options.session = this.entity(options.session).value;
    let result;
    let error;
    try {
      result = await call(target.value, options);
    } catch (thrown) {
      if (isSkip(thrown)) throw thrown;
      error = thrown;
    }
    if (expectation.ignoreResultAndError) return;
    if (expectation.expectError !== undefined) {
      if (error === undefined) throw new Failure(`${name} gave no error`);
      this.checkError(name, error, expectation.expectError);
      return;
    }
    if (error !== undefined) throw error;
    if (expectation.expectResult !== undefined) {
      const difference = mismatch(expectation.expectResult, result ?? null, { entities: this.entities, root: true });
      if (difference !== null) throw new Failure(`${name}: ${difference}`);
    }
    if (expectation.saveResultAsEntity !== undefined) {
      this.entities.set(expectation.saveResultAsEntity, { kind: name === 'createCommandCursor' ? 'cursor' : 'value', value: result });
    }
  }

  checkError(name, error, expected) {
    const wrong = (what) => {
      throw new Failure(`${name}: ${what}: ${error.name} ${error.code ?? ''} ${error.message}`);
    };
    if (error.constructor === TypeError || error.constructor === RangeError) throw error;
    const fromServer = error instanceof MongoServerError;
    if (expected.isClientError !== undefined && expected.isClientError === fromServer) wrong('not the expected side');
    if (expected.errorCode !== undefined && expected.errorCode !== error.code) wrong(`code is not ${expected.errorCode}`);
    if (expected.errorCodeName !== undefined && expected.errorCodeName !== error.codeName) wrong(`not ${expected.errorCodeName}`);
    if (expected.errorContains !== undefined && !error.message.toLowerCase().includes(expected.errorContains.toLowerCase())) {
      wrong(`does not contain ${JSON.stringify(expected.errorContains)}`);
    }
    for (const label of expected.errorLabelsContain ?? []) if (!error.hasErrorLabel(label)) wrong(`has no label ${label}`);
    for (const label of expected.errorLabelsOmit ?? []) if (error.hasErrorLabel(label)) wrong(`has the label ${label}`);
    const context = { entities: this.entities, root: true };
    const check = (part, actual) => {
      if (expected[part] === undefined) return;
      const difference = mismatch(expected[part], actual, context);
      if (difference !== null) wrong(`${part}: ${difference}`);
    };
    check('errorResponse', error.errorResponse);
    check('expectResult', error.result ?? (error.partialResult && plainResult(error.partialResult)));
    for (const [index, one] of Object.entries(expected.writeErrors ?? {})) {
      const difference = mismatch(one, error.writeErrors.get(Number(index)), context);
      if (difference !== null) wrong(`writeErrors ${index}: ${difference}`);
    }
    check('writeConcernErrors', error.writeConcernErrors);
  }

  async runner(name, given) {
    const listed = async () => {
      const found = await this.shared.admin.db(given.databaseName).listCollections({ name: given.collectionName }).toArray();
      return found.length > 0;
    };
    const indexed = async () => (await this.shared.admin.db(given.databaseName).collection(given.collectionName).indexes())
      .some((index) => index.name === given.indexName);
    switch (name) {
      case 'failPoint':
        this.shared.connection.setFailPoint(given.failPoint);
        return;
      case 'assertSameLsidOnLastTwoCommands': {
        const [one, other] = this.events.get(given.client).slice(-2).map(({ command }) => command.lsid.id.toString('hex'));
        if (one !== other) throw new Failure(`${one} is not ${other}`);
        return;
      }
      case 'assertCollectionExists':
      case 'assertCollectionNotExists':
        if ((await listed()) !== (name === 'assertCollectionExists')) throw new Failure(name);
        return;
      case 'assertIndexExists':
      case 'assertIndexNotExists':
        if ((await indexed()) !== (name === 'assertIndexExists')) throw new Failure(name);
        return;
      default:
        skip(`the runner's operation ${name}`);
    }
  }

  checkEvents(expectations) {
    for (const { client, events, eventType = 'command', ignoreExtraEvents = false } of expectations ?? []) {
      if (eventType !== 'command') continue; // there are no connections to count
      const actual = this.events.get(client);
      if (ignoreExtraEvents ? actual.length < events.length : actual.length !== events.length) {
        throw new Failure(`${actual.length} events, not ${events.length}: ${actual.map((event) => event.commandName).join(', ')}`);
      }
      events.forEach((event, i) => {
        const [kind, expected] = Object.entries(event)[0];
        if (actual[i].kind !== kind) throw new Failure(`event ${i} is a ${actual[i].kind}, not a ${kind}`);
        for (const part of ['commandName', 'databaseName', 'command', 'reply']) {
          if (expected[part] === undefined) continue;
          const difference = mismatch(expected[part], actual[i][part], { entities: this.entities, root: true });
          if (difference !== null) throw new Failure(`event ${i}, ${part}: ${difference}`);
        }
      });
    }
  }

  async checkOutcome(outcome) {
    for (const { databaseName, collectionName, documents } of outcome ?? []) {
      const found = await this.shared.admin.db(databaseName).collection(collectionName).find().sort({ _id: 1 }).toArray();
      const difference = mismatch(documents, found, { entities: this.entities, root: false });
      if (difference !== null) throw new Failure(`outcome of ${collectionName}: ${difference}`);
    }
  }
}

/** The verdict on each test of a file: `{ name, verdict: 'pass' | 'fail' | 'skip', why }`. */
export async function runFile(text, shared) {
  const file = BSON.EJSON.parse(text);
  const verdicts = [];
  for (const test of file.tests) {
    const name = test.description;
    if (!allowed(file.runOnRequirements, shared.version) || !allowed(test.runOnRequirements, shared.version)) {
      verdicts.push({ name, verdict: 'skip', why: 'another server or topology' });
      continue;
    }
    if (test.skipReason !== undefined) {
      verdicts.push({ name, verdict: 'skip', why: test.skipReason });
      continue;
    }
    try {
      // Inserts write ids into documents: every test gets documents of its own.
      const own = BSON.EJSON.parse(text);
      const run = new Run(shared, own.createEntities);
      await run.fill(own.initialData);
      const copy = own.tests.find((candidate) => candidate.description === name);
      for (const operation of copy.operations) await run.operation(operation);
      run.checkEvents(copy.expectEvents);
      await run.checkOutcome(copy.outcome);
      verdicts.push({ name, verdict: 'pass' });
    } catch (error) {
      const why = error instanceof Failure ? error.message : `${error.name}: ${error.message}`;
      verdicts.push({ name, verdict: isSkip(error) ? 'skip' : 'fail', why });
    }
  }
  return verdicts;
}
