/** The types of updates. */
import type { Long, Timestamp } from 'bson';
import type { Document, Flatten, SortDirection } from './document.js';
import type { IntegerType, NumericType } from './filter.js';

/** The keys of a schema whose values have a type. */
export type KeysOfAType<TSchema, Type> = {
  [key in keyof TSchema]: NonNullable<TSchema[key]> extends Type ? key : never;
}[keyof TSchema];

export type KeysOfOtherType<TSchema, Type> = {
  [key in keyof TSchema]: NonNullable<TSchema[key]> extends Type ? never : key;
}[keyof TSchema];

export type AcceptedFields<TSchema, FieldType, AssignableType> = {
  readonly [key in KeysOfAType<TSchema, FieldType>]?: AssignableType;
};

export type NotAcceptedFields<TSchema, FieldType> = {
  readonly [key in KeysOfOtherType<TSchema, FieldType>]?: never;
};

/** Fields of one type; paths with dots are not checked. */
export type OnlyFieldsOfType<TSchema, FieldType, AssignableType = FieldType> = IsAny<
  TSchema[keyof TSchema],
  AssignableType extends FieldType ? Record<string, FieldType> : Record<string, AssignableType>,
  AcceptedFields<TSchema, FieldType, AssignableType> &
    NotAcceptedFields<TSchema, FieldType> &
    Record<string, AssignableType>
>;

type IsAny<Type, ResultIfAny, ResultIfNotAny> = true extends false & Type ? ResultIfAny : ResultIfNotAny;

/** New values by field; paths with dots are allowed and not checked. */
export type MatchKeysAndValues<TSchema> = Readonly<Partial<TSchema>> & Document;

export interface ArrayOperator<Type> {
  $each?: readonly Flatten<Type>[];
  $slice?: number;
  $position?: number;
  $sort?: SortDirection | { readonly [key: string]: SortDirection };
}

export interface AddToSetOperators<Type> {
  $each?: readonly Flatten<Type>[];
}

export type SetFields<TSchema> = ({
  readonly [key in KeysOfAType<TSchema, readonly unknown[] | undefined>]?:
    | Flatten<NonNullable<TSchema[key]>>
    | AddToSetOperators<NonNullable<TSchema[key]>>;
} & NotAcceptedFields<TSchema, readonly unknown[] | undefined>) & { readonly [key: string]: AddToSetOperators<any> | any };

export type PushOperator<TSchema> = ({
  readonly [key in KeysOfAType<TSchema, readonly unknown[]>]?:
    | Flatten<NonNullable<TSchema[key]>>
    | ArrayOperator<NonNullable<TSchema[key]>>;
} & NotAcceptedFields<TSchema, readonly unknown[]>) & { readonly [key: string]: ArrayOperator<any> | any };

export type PullOperator<TSchema> = ({
  readonly [key in KeysOfAType<TSchema, readonly unknown[]>]?: Partial<Flatten<NonNullable<TSchema[key]>>> | Document;
} & NotAcceptedFields<TSchema, readonly unknown[]>) & { readonly [key: string]: any };

export type PullAllOperator<TSchema> = ({
  readonly [key in KeysOfAType<TSchema, readonly unknown[]>]?: NonNullable<TSchema[key]>;
} & NotAcceptedFields<TSchema, readonly unknown[]>) & { readonly [key: string]: readonly any[] };

/** Update operators on documents of the schema. */
export type UpdateFilter<TSchema> = {
  $currentDate?: OnlyFieldsOfType<TSchema, Date | Timestamp, true | { $type: 'date' | 'timestamp' }>;
  $inc?: OnlyFieldsOfType<TSchema, NumericType | undefined>;
  $min?: MatchKeysAndValues<TSchema>;
  $max?: MatchKeysAndValues<TSchema>;
  $mul?: OnlyFieldsOfType<TSchema, NumericType | undefined>;
  $rename?: Record<string, string>;
  $set?: MatchKeysAndValues<TSchema>;
  $setOnInsert?: MatchKeysAndValues<TSchema>;
  $unset?: OnlyFieldsOfType<TSchema, any, '' | true | 1>;
  $addToSet?: SetFields<TSchema>;
  $pop?: OnlyFieldsOfType<TSchema, readonly unknown[], 1 | -1>;
  $pull?: PullOperator<TSchema>;
  $push?: PushOperator<TSchema>;
  $pullAll?: PullAllOperator<TSchema>;
  $bit?: OnlyFieldsOfType<
    TSchema,
    NumericType | undefined,
    { and: IntegerType } | { or: IntegerType } | { xor: IntegerType } | { readonly [operation: string]: number | Long }
  >;
} & Document;
