/** The types of updates. Known fields are checked; other names and paths with dots are not. */
import type { Timestamp } from 'bson';
import type { Document, SortDirection } from './document.js';
import type { IntegerType, NumericType } from './filter.js';

/** `Value` for each field that holds a `Kind`; the schema's other fields are refused. */
export type OnlyFieldsOfType<TSchema, Kind, Value = Kind> = {
  readonly [Field in keyof TSchema]?: Holds<TSchema[Field], Kind, Value>;
} & { readonly [path: string]: Value };

/** Loose fields hold everything. */
type Holds<FieldType, Kind, Value> = unknown extends FieldType
  ? Value
  : NonNullable<FieldType> extends Kind
    ? Value
    : never;

/** New values by field. */
export type MatchKeysAndValues<TSchema> = Readonly<Partial<TSchema>> & Document;

/** The elements of an array field; never for other fields. */
type ElementOf<FieldType> = NonNullable<FieldType> extends readonly (infer Element)[] ? Element : never;

/** What `$push` does besides pushing. */
export interface ArrayOperator<Element> {
  $each?: readonly Element[];
  $slice?: number;
  $position?: number;
  $sort?: SortDirection | { readonly [key: string]: SortDirection };
}

/** What `$addToSet` takes besides a value. */
export interface AddToSetOperators<Element> {
  $each?: readonly Element[];
}

/** Elements for array fields, alone or with modifiers. */
export type PushOperator<TSchema> = {
  readonly [Field in keyof TSchema]?: ElementOf<TSchema[Field]> | ArrayOperator<ElementOf<TSchema[Field]>>;
} & Document;

/** What `$addToSet` takes. */
export type SetFields<TSchema> = {
  readonly [Field in keyof TSchema]?: ElementOf<TSchema[Field]> | AddToSetOperators<ElementOf<TSchema[Field]>>;
} & Document;

/** Elements, or conditions on them. */
export type PullOperator<TSchema> = {
  readonly [Field in keyof TSchema]?: ElementOf<TSchema[Field]> | Document;
} & Document;

/** What `$pullAll` takes. */
export type PullAllOperator<TSchema> = {
  readonly [Field in keyof TSchema]?: readonly ElementOf<TSchema[Field]>[];
} & { readonly [path: string]: readonly any[] };

/** Update operators on documents of the schema. */
export type UpdateFilter<TSchema> = {
  $set?: MatchKeysAndValues<TSchema>;
  $setOnInsert?: MatchKeysAndValues<TSchema>;
  $unset?: { readonly [Field in keyof TSchema]?: '' | true | 1 } & { readonly [path: string]: '' | true | 1 };
  $rename?: { readonly [path: string]: string };
  $inc?: OnlyFieldsOfType<TSchema, NumericType>;
  $mul?: OnlyFieldsOfType<TSchema, NumericType>;
  $min?: MatchKeysAndValues<TSchema>;
  $max?: MatchKeysAndValues<TSchema>;
  $bit?: OnlyFieldsOfType<
    TSchema,
    NumericType,
    { and: IntegerType } | { or: IntegerType } | { xor: IntegerType }
  >;
  $currentDate?: OnlyFieldsOfType<TSchema, Date | Timestamp, true | { $type: 'date' | 'timestamp' }>;
  $push?: PushOperator<TSchema>;
  $addToSet?: SetFields<TSchema>;
  $pop?: OnlyFieldsOfType<TSchema, readonly unknown[], 1 | -1>;
  $pull?: PullOperator<TSchema>;
  $pullAll?: PullAllOperator<TSchema>;
} & Document;
