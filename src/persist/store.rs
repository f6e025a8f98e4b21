//! What persistence asks of a store: named values, read one by one, written together.

use std::ops::Range;

use crate::error::Error;

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

/// Changes that happen all or not at all: first the values that must be new, then deletes, then puts.
#[derive(Default)]
pub struct Batch {
    /// Values whose keys must be free: if one is not, nothing of the batch is applied.
    pub adds: Vec<(Key, Vec<u8>)>,
    pub deletes: Vec<Key>,
    /// All numbers of a space from the first to before the second.
    pub delete_ranges: Vec<(Space, u64, u64)>,
    /// Values below 64 KiB each.
    pub puts: Vec<(Key, Vec<u8>)>,
    pub durability: Durability,
}

/// Values with their numbers.
pub type Values = Vec<(u64, Vec<u8>)>;

/// Why a store did not do what it was asked for.
#[derive(Clone)]
pub enum Failure {
    /// Nothing was applied, and the same batch would be refused again: `OutOfDiskSpace` (14031)
    /// when the quota is used up, or what the implementation says.
    Refused(Error),
    /// A key of [`Batch::adds`] was taken; nothing was applied.
    Conflict,
    /// The connection broke: a batch was applied whole, or not at all, and nobody knows which.
    Lost(Error),
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        match failure {
            Failure::Refused(error) | Failure::Lost(error) => error,
            Failure::Conflict => super::link::deposed(),
        }
    }
}

/// A store of named values.
#[allow(async_fn_in_trait)]
pub trait Store {
    /// All values of a space whose numbers are in these ranges, in order, each range by itself.
    /// One moment: all of them as one transaction reads them.
    async fn read(
        &self,
        space: Space,
        ranges: &[Range<u64>],
    ) -> std::result::Result<Vec<Values>, Failure>;

    /// The highest number that has a value in a space.
    async fn last(&self, space: Space) -> std::result::Result<Option<u64>, Failure>;

    /// Applies a batch; returns once it is as durable as it asks for.
    async fn commit(&self, batch: Batch) -> std::result::Result<(), Failure>;

    /// Lets go of a connection that may be broken; the next call makes a new one.
    fn reset(&self);

    /// Waits.
    async fn pause(&self, ms: u32);
}
