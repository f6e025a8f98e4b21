//! COLLSCAN and CLUSTERED_IXSCAN: a clustered collection in the order of `_id`, or a part of it.
//!
//! The order is kept in the tree on `_id`; to whoever asks, that tree is the collection itself.

use super::bounds::{IntervalSet, value_of};
use super::fetch::Fetch;
use super::stream::{Statistics, Stream};
use super::{Filter, Row, parsed_query};
use crate::error::Result;
use crate::expression::Context;
use crate::value::DocumentBuf;

/// Shows a walk over the tree on `_id`, with its fetches, as one stage.
pub struct ClusteredScan {
    rows: Fetch,
    filter: Option<Filter>,
    bounds: IntervalSet,
    backward: bool,
    /// One `_id` is all that is asked for.
    is_express: bool,
}

impl ClusteredScan {
    /// The rows are in order and filtered already; the rest is for explain.
    pub fn new(
        rows: Fetch,
        filter: Option<Filter>,
        bounds: IntervalSet,
        backward: bool,
        is_express: bool,
    ) -> ClusteredScan {
        ClusteredScan {
            rows,
            filter,
            bounds,
            backward,
            is_express,
        }
    }
}

impl Stream for ClusteredScan {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        self.rows.next(context)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        if self.is_express {
            out.append("stage", "EXPRESS_CLUSTERED_IXSCAN");
            out.append("keyPattern", "{ _id: 1 }");
            return;
        }
        let is_bounded = !self.bounds.is_all();
        out.append(
            "stage",
            match is_bounded {
                true => "CLUSTERED_IXSCAN",
                false => "COLLSCAN",
            },
        );
        if let Some(filter) = &self.filter {
            out.append("filter", &parsed_query(filter.source()));
        }
        out.append(
            "direction",
            if self.backward { "backward" } else { "forward" },
        );
        let ends = self
            .bounds
            .intervals
            .first()
            .zip(self.bounds.intervals.last());
        if let Some((first, last)) = ends.filter(|_| is_bounded) {
            for (name, border) in [("minRecord", &first.low), ("maxRecord", &last.high)] {
                if let Some(value) = value_of(border) {
                    out.append(name, value.as_ref());
                }
            }
        }
    }

    fn statistics(&self) -> Statistics {
        Statistics {
            keys_examined: 0,
            seeks: 0,
            ..self.rows.statistics()
        }
    }

    fn skip(&mut self, rows: u64) -> Result<u64> {
        self.rows.skip(rows)
    }
}
