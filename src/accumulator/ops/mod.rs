//! The accumulators: one file each, or one per family that shares everything.

pub(super) mod add_to_set;
pub(super) mod concat_arrays;
pub(super) mod count;
pub(super) mod counted;
pub(super) mod extreme;
pub(super) mod first_last;
pub(super) mod merge_objects;
pub(super) mod percentile;
pub(super) mod push;
pub(super) mod std_dev;
pub(super) mod sum;
#[cfg(test)]
mod testing;
pub(super) mod top;
