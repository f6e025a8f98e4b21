//! `$slice` as `find` writes it: a count, or how many to skip and how many to take.
//!
//! Manual: "$slice (projection)".

use crate::value::{ArrayRef, ArrayWriter, ValueRef};

/// A part of an array.
#[derive(Clone, Copy)]
pub(super) struct FindSlice {
    /// Elements passed over; negative: the first of this many from the end.
    skip: i64,
    take: usize,
}

impl FindSlice {
    /// From the argument of `$slice`; `None` when it is not one that `find` knows (it may
    /// be one that expressions know).
    pub(super) fn parse(argument: ValueRef<'_>) -> Option<FindSlice> {
        if let ValueRef::Array(arguments) = argument {
            let mut numbers = arguments.iter();
            let (skip, take) = (numbers.next()?, numbers.next()?);
            let skip = skip.to_i64_truncated()?;
            let take = usize::try_from(take.to_i64_truncated()?).ok()?;
            let fits = take > 0 && numbers.next().is_none();
            return fits.then_some(FindSlice { skip, take });
        }
        let count = argument.to_i64_truncated()?;
        Some(if count < 0 {
            FindSlice {
                skip: count,
                take: usize::MAX,
            }
        } else {
            FindSlice {
                skip: 0,
                take: usize::try_from(count).unwrap_or(usize::MAX),
            }
        })
    }

    /// Writes the part that stays.
    pub(super) fn write(self, array: ArrayRef<'_>, out: &mut ArrayWriter<'_>) {
        let skip = match usize::try_from(self.skip) {
            Ok(skip) => skip,
            Err(_) => {
                let from_end = usize::try_from(self.skip.unsigned_abs()).unwrap_or(usize::MAX);
                array.count().saturating_sub(from_end)
            }
        };
        for element in array.iter().skip(skip).take(self.take) {
            out.push(element);
        }
    }
}
