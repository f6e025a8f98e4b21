//! What persistence asks of a store: named values, read one by one, written together.

use std::ops::Range;

use crate::error::Result;

/// Which part of the store a value is in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Space {
    Meta,
    Journal,
    Pages,
}

/// The name of a value; numbers are below 2^53.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Key {
    pub space: Space,
    pub number: u64,
}

/// How sure a commit must be before it counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Durability {
    /// On the disk: survives the loss of power.
    #[default]
    Strict,
    /// Handed to the operating system: survives the browser's end, not the loss of power.
    Relaxed,
}

/// Changes that happen all or not at all. Deletes are applied before puts.
#[derive(Default)]
pub struct Batch {
    pub deletes: Vec<Key>,
    /// All numbers of a space from the first to before the second.
    pub delete_ranges: Vec<(Space, u64, u64)>,
    /// Values below 64 KiB each.
    pub puts: Vec<(Key, Vec<u8>)>,
    pub durability: Durability,
}

/// Values with their numbers.
pub type Values = Vec<(u64, Vec<u8>)>;

/// A store of named values.
///
/// Errors of all methods: `OutOfDiskSpace` (14031) when the quota is used up, else what the
/// implementation says; after an error of `commit` nothing of the batch was applied.
#[allow(async_fn_in_trait)]
pub trait Store {
    /// All values of a space whose numbers are in these ranges, in order, each range by itself.
    async fn read(&self, space: Space, ranges: &[Range<u64>]) -> Result<Vec<Values>>;

    /// Applies a batch; returns once it is as durable as it asks for.
    async fn commit(&self, batch: Batch) -> Result<()>;
}
