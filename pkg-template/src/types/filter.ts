/** The types of filters: what a schema's fields may be compared with. */
import type { Binary, BSONRegExp, BSONType, Decimal128, Double, Int32, Long } from 'bson';
import type { Document, WithId } from './document.js';

/** What counts as a number. */
export type NumericType = number | bigint | Int32 | Double | Long | Decimal128;
/** What counts as an integer. */
export type IntegerType = number | bigint | Int32 | Long;
/** Positions of bits. */
export type BitwiseFilter = number | Binary | readonly number[];
/** The names of BSON types. */
export type BSONTypeAlias = keyof typeof BSONType;

/** A string field may be matched by a regular expression. */
export type RegExpOrString<T> = T extends string ? BSONRegExp | RegExp | T : T;

/** A value of the field, or of an element of the field that holds an array. */
export type AlternativeType<T> = T extends ReadonlyArray<infer U> ? T | RegExpOrString<U> : RegExpOrString<T>;

/** A value to compare with, or operators. */
export type Condition<T> = AlternativeType<T> | FilterOperators<AlternativeType<T>>;

/** The query operators of one field. */
export interface FilterOperators<TValue> {
  $eq?: TValue;
  $gt?: TValue;
  $gte?: TValue;
  $in?: ReadonlyArray<TValue>;
  $lt?: TValue;
  $lte?: TValue;
  $ne?: TValue;
  $nin?: ReadonlyArray<TValue>;
  $not?: TValue extends string ? FilterOperators<TValue> | RegExp : FilterOperators<TValue>;
  /** `true` selects documents that contain the field, `false` those that do not. */
  $exists?: boolean;
  $type?: number | BSONTypeAlias | readonly (number | BSONTypeAlias)[];
  $expr?: Document;
  $jsonSchema?: Document;
  $mod?: TValue extends number ? readonly [number, number] : never;
  $regex?: TValue extends string ? RegExp | BSONRegExp | string : never;
  $options?: TValue extends string ? string : never;
  $geoIntersects?: { $geometry: Document };
  $geoWithin?: Document;
  $near?: Document;
  $nearSphere?: Document;
  $maxDistance?: number;
  $minDistance?: number;
  $all?: readonly unknown[];
  $elemMatch?: Document;
  $size?: TValue extends readonly unknown[] ? number : never;
  $bitsAllClear?: BitwiseFilter;
  $bitsAllSet?: BitwiseFilter;
  $bitsAnyClear?: BitwiseFilter;
  $bitsAnySet?: BitwiseFilter;
  $rand?: Record<string, never>;
}

/** The operators of a whole document; also allows paths with dots. */
export interface RootFilterOperators<TSchema> extends Document {
  $and?: Filter<TSchema>[];
  $nor?: Filter<TSchema>[];
  $or?: Filter<TSchema>[];
  $expr?: Document;
  $jsonSchema?: Document;
  $text?: { $search: string; $language?: string; $caseSensitive?: boolean; $diacriticSensitive?: boolean };
  $where?: string | ((this: TSchema) => boolean);
  $comment?: string | Document;
}

/** A filter on documents of the schema. */
export type Filter<TSchema> = {
  [P in keyof WithId<TSchema>]?: Condition<WithId<TSchema>[P]>;
} & RootFilterOperators<WithId<TSchema>>;
