//! $sample: some of the documents, chosen at random.
//!
//! Source: the manual, "$sample (aggregation)".

use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Shape, Stage};
use crate::env::Env;
use crate::error::{Error, Result, codes};
use crate::expression::{Context, Dependencies};
use crate::limits;
use crate::plan::{BoxStream, Row, below};
use crate::value::ValueRef;

/// So many, each document with the same chance.
pub struct Sample(usize);

/// Errors: 28745 (no document), 28746 (size is no number), 28747 (not positive), 28748 (another
/// field), 28749 (no size).
pub fn parse(
    name: &'static str,
    value: ValueRef<'_>,
    _scope: &PipelineScope<'_>,
) -> Result<Parsed> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            28745,
            "the $sample stage specification must be an object",
        ));
    };
    let mut size = None;
    for (option, value) in document.iter() {
        if option != "size" {
            return Err(Error::new(
                28748,
                format_args!("unrecognized option to $sample: {option}"),
            ));
        }
        let Some(number) = value.to_i64_coerced() else {
            return Err(Error::new(
                28746,
                "size argument to $sample must be a number",
            ));
        };
        if number <= 0 {
            return Err(Error::new(
                28747,
                "size argument to $sample must be a positive integer",
            ));
        }
        size = Some(usize::try_from(number).unwrap_or(usize::MAX));
    }
    let Some(size) = size else {
        return Err(Error::new(28749, "$sample stage must specify a size"));
    };
    Ok(PipelineStage::new(name, value, Sample(size)).into())
}

impl Stage for Sample {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running {
            size: self.0,
            seen: 0,
            bytes: 0,
            rows: Vec::new(),
            is_loaded: false,
        }))
    }

    fn dependencies(&self, _found: &mut Dependencies) -> Passes {
        Passes::Everything
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Sample(self.0)
    }
}

/// Keeps the n-th document with a chance of size/n, in the place of one that was kept before.
struct Running {
    size: usize,
    seen: u64,
    bytes: usize,
    rows: Vec<Row>,
    is_loaded: bool,
}

impl Running {
    fn add(&mut self, row: Row, env: &dyn Env) -> Result<()> {
        self.seen += 1;
        let bytes = row.document.owned_bytes();
        if self.rows.len() < self.size {
            self.bytes += bytes;
            self.rows.push(row);
        } else {
            let at = below(env, self.seen) as usize;
            if let Some(place) = self.rows.get_mut(at) {
                self.bytes = self.bytes + bytes - place.document.owned_bytes();
                *place = row;
            }
        }
        if self.bytes > limits::STAGE_MEMORY_BYTES_MAX {
            return Err(Error::new(
                codes::QUERY_EXCEEDED_MEMORY_LIMIT_NO_DISK_USE_ALLOWED,
                "$sample exceeded memory limit of 104857600 bytes, and there is no disk to use",
            ));
        }
        Ok(())
    }
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        while !self.is_loaded {
            match input.next(context)? {
                Some(row) => self.add(row, context.env.as_ref())?,
                None => {
                    for at in (1..self.rows.len()).rev() {
                        self.rows
                            .swap(at, below(context.env.as_ref(), at as u64 + 1) as usize);
                    }
                    self.is_loaded = true;
                }
            }
        }
        Ok(self.rows.pop())
    }
}
