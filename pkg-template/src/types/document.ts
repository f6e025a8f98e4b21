/** Documents and what an insert makes of them. */
import type { ObjectId } from 'bson';

/** A document whose fields are not known to the type system. */
export interface Document {
  [key: string]: any;
}

/** The type of `_id` in a schema; ObjectId where the schema says nothing of it. */
export type InferIdType<TSchema> = TSchema extends unknown
  ? '_id' extends keyof TSchema
    ? KnownId<TSchema['_id']>
    : ObjectId
  : never;

type KnownId<Id> = unknown extends Id ? ObjectId : Exclude<Id, undefined>;

/** A type without some of its fields, member by member if it is a union; loose documents stay as they are. */
type Without<T, Fields extends PropertyKey> = T extends unknown
  ? string extends keyof T
    ? T
    : { [Field in keyof T as Exclude<Field, Fields>]: T[Field] }
  : never;

/** A stored document: it has an `_id`. */
export type WithId<TSchema> = Without<TSchema, '_id'> & { _id: InferIdType<TSchema> };

/** A document without its `_id`: a replacement. */
export type WithoutId<TSchema> = Omit<TSchema, '_id'>;

/** A document that may lack its `_id`: one is made for it. */
export type OptionalId<TSchema> = Without<TSchema, '_id'> & { _id?: InferIdType<TSchema> };

/** What an insert takes: `_id` may be left out, unless the schema requires it. */
export type OptionalUnlessRequiredId<TSchema> = TSchema extends { _id: unknown } ? TSchema : OptionalId<TSchema>;

/** The members of an array, or the type itself. */
export type Flatten<Type> = Type extends readonly (infer Item)[] ? Item : Type;

/** Sort directions as people write them. */
export type SortDirection = 1 | -1 | 'asc' | 'desc' | 'ascending' | 'descending' | { readonly $meta: string };

/** A sort in any of the forms the driver takes. */
export type Sort =
  | string
  | readonly string[]
  | { readonly [key: string]: SortDirection }
  | Map<string, SortDirection>
  | readonly (readonly [string, SortDirection])[]
  | readonly [string, SortDirection];

/** The kind of an index key. */
export type IndexDirection = 1 | -1 | '2d' | '2dsphere' | 'text' | 'hashed' | 'geoHaystack' | number;

/** An index's keys in any of the forms the driver takes. */
export type IndexSpecification =
  | string
  | readonly string[]
  | { readonly [key: string]: IndexDirection }
  | Map<string, IndexDirection>
  | readonly (
      | string
      | readonly [string, IndexDirection]
      | { readonly [key: string]: IndexDirection }
      | Map<string, IndexDirection>
    )[]
  | readonly [string, IndexDirection];

/** An index by name or by keys. */
export type Hint = string | Document;
