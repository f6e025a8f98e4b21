//! `$setWindowFields`: what its functions see, and one file for each family of them.
//!
//! Source: the manual, "$setWindowFields (aggregation)".

mod accumulated;
mod bounds;
mod calculus;
mod covariance;
mod fill;
mod functions;
mod moving_average;
mod partition;
mod rank;
mod scaler;
mod shift;
mod sliding;

pub use functions::Output;
pub use partition::Partition;

/// What the functions of a stage are given beside their own arguments.
pub struct Setting<'s> {
    /// The stage's `sortBy`.
    pub sort: Option<&'s crate::plan::SortPattern>,
}

impl<'s> Setting<'s> {
    /// The one field that the stage sorts by.
    ///
    /// Errors: `code` if there is no `sortBy` or it has several fields.
    fn single_sort(
        &self,
        name: &str,
        code: i32,
    ) -> crate::error::Result<&'s crate::index::IndexField> {
        match self.sort.map(|sort| sort.fields.as_slice()) {
            Some([field]) => Ok(field),
            _ => Err(crate::error::Error::new(
                code,
                format_args!("{name} requires a sortBy with exactly one field"),
            )),
        }
    }
}
