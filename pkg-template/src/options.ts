/** Options that many operations share, their inheritance, and the refusal of unknown ones. */
import type { DecodeOptions } from './codec/decode.js';
import type { EncodeOptions } from './codec/encode.js';
import { checkTimeout } from './abort.js';
import { MongoInvalidArgumentError } from './errors.js';
import type { ClientSession } from './session.js';
import type { Document } from './types/document.js';

/** How documents are written to and read from BSON. */
export interface BSONSerializeOptions {
  /** Leave out fields that are `undefined`; otherwise they are stored as null. Default false. */
  ignoreUndefined?: boolean;
  /** Store functions as Code; otherwise they are left out. Default false. */
  serializeFunctions?: boolean;
  /** Give documents as their BSON bytes. Default false. */
  raw?: boolean;
  /** Give 64-bit integers as numbers where that is exact. Default true. */
  promoteLongs?: boolean;
  /** Give numbers and symbols as JavaScript values rather than BSON classes. Default true. */
  promoteValues?: boolean;
  /** Give binary values as byte arrays. Default false. */
  promoteBuffers?: boolean;
  /** Give regular expressions as BSONRegExp. Default false. */
  bsonRegExp?: boolean;
  /** Give 64-bit integers as bigint. Default false. */
  useBigInt64?: boolean;
  /** Check that strings in replies are UTF-8. Default true. */
  enableUtf8Validation?: boolean;
  /** Fields whose arrays of documents are given as bytes. */
  fieldsAsRaw?: { [key: string]: boolean };
  /** Refuse keys with `$` or dots in documents that are inserted. Default false. */
  checkKeys?: boolean;
}

/** The levels of read concern. */
export const ReadConcernLevel = Object.freeze({
  local: 'local',
  available: 'available',
  majority: 'majority',
  linearizable: 'linearizable',
  snapshot: 'snapshot',
} as const);
export type ReadConcernLevel = (typeof ReadConcernLevel)[keyof typeof ReadConcernLevel];

/** What a read may see. There is one node here, so every level reads what is committed. */
export class ReadConcern {
  constructor(readonly level: ReadConcernLevel) {}

  /** From what options say, in any of their forms. */
  static fromOptions(options?: ReadConcernLike): ReadConcern | undefined {
    if (options == null) return undefined;
    if (typeof options !== 'string') refuseUnknown('readConcern', options, ['level']);
    const level = typeof options === 'string' ? options : options.level;
    return level === undefined ? undefined : new ReadConcern(level);
  }

  /** As a plain object. */
  toJSON(): Document {
    return { level: this.level };
  }
}

/** A read concern, in any of its forms. */
export type ReadConcernLike = ReadConcernLevel | { level?: ReadConcernLevel };

/** What must have happened before a write is acknowledged. */
export interface WriteConcernSettings {
  /** How many nodes: there is one. 0 to be told nothing of the write. */
  w?: number | 'majority';
  /** Wait for the disk, whatever the mode of durability. */
  j?: boolean;
  /** As `j`. */
  journal?: boolean;
  /** How long to wait for nodes, in milliseconds: there is one. */
  wtimeout?: number;
  /** As `wtimeout`. */
  wtimeoutMS?: number;
}

/** A write concern; with `w: 0` results say `acknowledged: false`. */
export class WriteConcern {
  constructor(
    readonly w?: number | 'majority',
    readonly wtimeoutMS?: number,
    readonly journal?: boolean,
  ) {}

  /** From what options say, in any of their forms. */
  static fromOptions(options?: WriteConcernSettings | WriteConcern): WriteConcern | undefined {
    if (options == null || options instanceof WriteConcern) return options;
    refuseUnknown('writeConcern', options, ['w', 'j', 'journal', 'wtimeout', 'wtimeoutMS']);
    const { w, j, journal, wtimeout, wtimeoutMS } = options;
    return new WriteConcern(w, wtimeoutMS ?? wtimeout, journal ?? j);
  }

  /** As a command carries it. */
  toCommand(): Document {
    const result: Document = {};
    if (this.w !== undefined) result['w'] = this.w;
    if (this.wtimeoutMS !== undefined) result['wtimeout'] = this.wtimeoutMS;
    if (this.journal !== undefined) result['j'] = this.journal;
    return result;
  }

  /** False for a write with `w: 0`. */
  get acknowledged(): boolean {
    return this.w !== 0;
  }
}

/** The modes of read preference. */
export const ReadPreferenceMode = Object.freeze({
  primary: 'primary',
  primaryPreferred: 'primaryPreferred',
  secondary: 'secondary',
  secondaryPreferred: 'secondaryPreferred',
  nearest: 'nearest',
} as const);
export type ReadPreferenceMode = (typeof ReadPreferenceMode)[keyof typeof ReadPreferenceMode];

/** Which node to read from. There is one, and every mode reads from it. */
export class ReadPreference {
  static readonly PRIMARY = ReadPreferenceMode.primary;
  static readonly PRIMARY_PREFERRED = ReadPreferenceMode.primaryPreferred;
  static readonly SECONDARY = ReadPreferenceMode.secondary;
  static readonly SECONDARY_PREFERRED = ReadPreferenceMode.secondaryPreferred;
  static readonly NEAREST = ReadPreferenceMode.nearest;
  static readonly primary = new ReadPreference('primary');
  static readonly primaryPreferred = new ReadPreference('primaryPreferred');
  static readonly secondary = new ReadPreference('secondary');
  static readonly secondaryPreferred = new ReadPreference('secondaryPreferred');
  static readonly nearest = new ReadPreference('nearest');

  /** Whether there is such a mode. */
  static isValid(mode: string): boolean {
    return Object.hasOwn(ReadPreferenceMode, mode);
  }

  constructor(readonly mode: ReadPreferenceMode) {
    if (!ReadPreference.isValid(mode)) {
      throw new MongoInvalidArgumentError(`Invalid read preference mode ${JSON.stringify(mode)}`);
    }
  }

  /** From what options say, in any of their forms. */
  static fromOptions(value: ReadPreferenceLike): ReadPreference {
    if (value instanceof ReadPreference) return value;
    if (typeof value !== 'string') refuseUnknown('readPreference', value, ['mode']);
    return new ReadPreference(typeof value === 'string' ? value : value.mode);
  }

  /** As a plain object. */
  toJSON(): Document {
    return { mode: this.mode };
  }
}

/** A read preference, in any of its forms. */
export type ReadPreferenceLike = ReadPreferenceMode | ReadPreference | { mode: ReadPreferenceMode };

/** Options of every command. */
export interface OperationOptions extends BSONSerializeOptions {
  /** Which node to read from: there is one. */
  readPreference?: ReadPreferenceLike;
  /** The session that the operation is part of. */
  session?: ClientSession | undefined;
  /** How long the operation may take, all of its commands together; 0 for no limit. Takes the place of `maxTimeMS`. */
  timeoutMS?: number;
}

/** Options of commands on a collection. Concerns that are given go with every command, inherited ones where they can. */
export interface CommandOperationOptions extends OperationOptions {
  /** What reads of this may see, unless an operation says otherwise. */
  readConcern?: ReadConcernLike;
  /** When writes are acknowledged, unless an operation says otherwise. */
  writeConcern?: WriteConcernSettings | WriteConcern;
  /** How texts are compared. */
  collation?: CollationOptions;
  /** The command is given up after this many milliseconds. */
  maxTimeMS?: number;
  /** What is shown with the command where commands are shown. */
  comment?: unknown;
  /** Reads and writes what is stored; makes no difference without time-series collections. */
  rawData?: boolean;
}

/** How texts are compared. */
export interface CollationOptions {
  /** The language, or `simple` for bytes. */
  locale: string;
  /** Compare case at strengths 1 and 2 too. */
  caseLevel?: boolean;
  /** Which case comes first: `upper`, `lower`, `off`. */
  caseFirst?: string;
  /** How fine differences are told: 1 to 5. */
  strength?: number;
  /** Compare digits as numbers. */
  numericOrdering?: boolean;
  /** Whether spaces and punctuation count: `non-ignorable`, `shifted`. */
  alternate?: string;
  /** What does not count when `shifted`: `punct`, `space`. */
  maxVariable?: string;
  /** Compare accents from the end, as in French of Canada. */
  backwards?: boolean;
  /** Bring texts to a normal form first. */
  normalization?: boolean;
}

const BSON_OPTIONS = [
  'ignoreUndefined',
  'serializeFunctions',
  'raw',
  'promoteLongs',
  'promoteValues',
  'promoteBuffers',
  'bsonRegExp',
  'useBigInt64',
  'enableUtf8Validation',
  'fieldsAsRaw',
  'checkKeys',
] as const;

/** Over options whose documents the driver itself has to read. */
export const READABLE = Object.freeze({ raw: false });

/** The names of options that come with every operation. */
export const OPERATION_OPTIONS: readonly string[] = [...BSON_OPTIONS, 'readPreference', 'session', 'timeoutMS'];
/** The names of options that come with every command on a collection. */
export const COMMAND_OPTIONS: readonly string[] = [
  ...OPERATION_OPTIONS,
  'readConcern',
  'writeConcern',
  'collation',
  'maxTimeMS',
  'comment',
  'rawData',
];
/** The names of options that a client, a database and a collection pass down. */
export const INHERITED_OPTIONS: readonly string[] = [...BSON_OPTIONS, 'readPreference', 'readConcern', 'writeConcern', 'timeoutMS'];

/** Lists of option names, joined once. */
export function optionNames(...lists: (readonly string[])[]): ReadonlySet<string> {
  return new Set(lists.flat());
}

/** What stands for options that were not given; recognised by identity. */
export const NO_OPTIONS: Readonly<Record<string, never>> = Object.freeze({});

/** Refuses options that `place` does not have; those that are undefined do not count. */
export function refuseUnknown(place: string, options: object, known: ReadonlySet<string> | readonly string[]): void {
  if (options === NO_OPTIONS) return;
  const has = known instanceof Set ? (name: string) => known.has(name) : (name: string) => (known as string[]).includes(name);
  for (const name of Object.keys(options)) {
    if (!has(name) && (options as Document)[name] !== undefined) {
      throw new MongoInvalidArgumentError(`${place} does not support the option ${JSON.stringify(name)}`);
    }
  }
}

/** What a client, a database or a collection passes down to its operations. */
export interface Settings {
  readonly bson: BSONSerializeOptions;
  /** What reads of this may see, unless an operation says otherwise. */
  readonly readConcern: ReadConcern | undefined;
  /** When writes are acknowledged, unless an operation says otherwise. */
  readonly writeConcern: WriteConcern | undefined;
  /** Which node to read from: there is one. */
  readonly readPreference: ReadPreference;
  /** How long an operation may take, in milliseconds; undefined for no limit. */
  readonly timeoutMS: number | undefined;
}

/** Options from which {@link Settings} are made. */
export interface SettingsOptions extends BSONSerializeOptions {
  /** Which node to read from: there is one. */
  readPreference?: ReadPreferenceLike;
  /** What reads of this may see, unless an operation says otherwise. */
  readConcern?: ReadConcernLike;
  /** When writes are acknowledged, unless an operation says otherwise. */
  writeConcern?: WriteConcernSettings | WriteConcern;
  /** How long an operation may take, in milliseconds; 0 or undefined for no limit. */
  timeoutMS?: number;
}

/** What is so if nobody says otherwise. */
export const DEFAULT_SETTINGS: Settings = {
  bson: {},
  readConcern: undefined,
  writeConcern: undefined,
  readPreference: ReadPreference.primary,
  timeoutMS: undefined,
};

/** The settings of a parent with what `options` say otherwise. */
export function inherit(parent: Settings, options: SettingsOptions | undefined): Settings {
  if (options === undefined) return parent;
  const { readConcern, writeConcern, readPreference } = options;
  return {
    bson: inheritBson(parent.bson, options),
    readConcern: ReadConcern.fromOptions(readConcern) ?? parent.readConcern,
    writeConcern: WriteConcern.fromOptions(writeConcern) ?? parent.writeConcern,
    readPreference: readPreference === undefined ? parent.readPreference : ReadPreference.fromOptions(readPreference),
    timeoutMS: checkTimeout(options.timeoutMS) ?? parent.timeoutMS,
  };
}

/** BSON options of an operation over those of its collection; the same object when nothing differs. */
export function inheritBson(parent: BSONSerializeOptions, options: BSONSerializeOptions | undefined): BSONSerializeOptions {
  let result = parent;
  if (options === undefined || options === NO_OPTIONS) return result;
  for (const name of BSON_OPTIONS) {
    const value = options[name];
    if (value === undefined || value === parent[name]) continue;
    if (result === parent) result = { ...parent };
    (result as Document)[name] = value;
  }
  if (result !== parent) checkBson(result);
  return result;
}

function checkBson(options: BSONSerializeOptions): void {
  if (options.useBigInt64 === true && (options.promoteLongs === false || options.promoteValues === false)) {
    throw new MongoInvalidArgumentError('Must request either bigint or Long for int64 deserialization');
  }
}

let lastBson: BSONSerializeOptions | null = null;
let lastEncoding: EncodeOptions = { ignoreUndefined: false, serializeFunctions: false };

/** The options of the encoder. They are asked for with every command, and mostly with the same settings. */
export function encodeOptions(bson: BSONSerializeOptions): EncodeOptions {
  if (bson !== lastBson) {
    lastBson = bson;
    lastEncoding = {
      ignoreUndefined: bson.ignoreUndefined === true,
      serializeFunctions: bson.serializeFunctions === true,
    };
  }
  return lastEncoding;
}

/** The options of the decoder. */
export function decodeOptions(bson: BSONSerializeOptions): DecodeOptions {
  return bson;
}
