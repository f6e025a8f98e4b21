//! $sort: documents in order.
//!
//! Source: the manual, "$sort (aggregation stage)".

use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Shape, Stage};
use crate::error::{Error, Result};
use crate::expression::{Context, Dependencies};
use crate::limits;
use crate::plan::{BoxStream, Row, SortPattern, Sorter};
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// An order, and how many of the first rows are wanted.
pub struct Sort {
    pattern: SortPattern,
    limit: Option<u64>,
}

/// Errors: 15973 (no document), 15976 (empty), 13103 (more than 32 keys), 7472500 (a key twice),
/// 17312, 31138, 40218 (`$meta`), those of [`SortPattern::parse`].
pub fn parse(
    name: &'static str,
    value: ValueRef<'_>,
    _scope: &PipelineScope<'_>,
) -> Result<Parsed> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            15973,
            "the $sort key specification must be an object",
        ));
    };
    check(document)?;
    let pattern = SortPattern::parse(document)?;
    Ok(stage(name, pattern, None).into())
}

/// A `$sort` of which only the first rows are wanted.
pub fn stage(name: &'static str, pattern: SortPattern, limit: Option<u64>) -> PipelineStage {
    let mut shown = DocumentBuf::new();
    shown.append("sortKey", pattern.document());
    if let Some(limit) = limit {
        shown.append("limit", limit as i64);
    }
    PipelineStage::new(name, &shown, Sort { pattern, limit })
}

fn check(document: DocumentRef<'_>) -> Result<()> {
    if document.is_empty() {
        return Err(Error::new(
            15976,
            "$sort stage must have at least one sort key",
        ));
    }
    let mut names: Vec<&str> = Vec::new();
    for (name, value) in document.iter() {
        if let ValueRef::Document(meta) = value {
            check_meta(name, meta)?;
        }
        if names.contains(&name) {
            return Err(Error::new(
                7472500,
                format!("$sort key '{name}' is given more than once"),
            ));
        }
        names.push(name);
    }
    if names.len() > limits::KEY_FIELDS_MAX {
        return Err(Error::new(
            13103,
            "too many compound keys: $sort takes 32 at most",
        ));
    }
    Ok(())
}

/// The scores and distances that `$meta` names are made by stages that are not there.
fn check_meta(name: &str, meta: DocumentRef<'_>) -> Result<()> {
    let Some(first) = meta.first().filter(|first| first.name == "$meta") else {
        let message =
            format!("$meta is the only expression supported by $sort right now, at '{name}'");
        return Err(Error::new(17312, message));
    };
    if meta.count() > 1 {
        return Err(Error::failed_to_parse(
            "Cannot have additional keys in a $meta sort specification",
        ));
    }
    match first.value() {
        ValueRef::String(
            "textScore" | "geoNearDistance" | "searchScore" | "vectorSearchScore" | "score",
        ) => {
            let message = format!(
                "query requires {} metadata, but it is not available",
                first.value()
            );
            Err(Error::new(40218, message))
        }
        ValueRef::String("randVal") => Err(Error::new(
            crate::error::codes::NOT_IMPLEMENTED,
            "sorting by randVal is not supported",
        )),
        other => Err(Error::new(
            31138,
            format!("Illegal $meta sort: $meta: {other}"),
        )),
    }
}

impl Stage for Sort {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        let sorter = Sorter::new(self.pattern.clone(), self.limit);
        Ok(Box::new(Running {
            sorter,
            is_loaded: false,
        }))
    }

    fn dependencies(&self, found: &mut Dependencies) -> Passes {
        self.pattern
            .fields
            .iter()
            .for_each(|field| found.add(&field.path));
        Passes::Everything
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Sort {
            pattern: &self.pattern,
            limit: self.limit,
        }
    }
}

struct Running {
    sorter: Sorter,
    is_loaded: bool,
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        while !self.is_loaded {
            match input.next(context)? {
                Some(row) => self.sorter.add(row)?,
                None => {
                    self.sorter.finish();
                    self.is_loaded = true;
                }
            }
        }
        Ok(self.sorter.next())
    }

    fn report(&self, out: &mut DocumentBuf) {
        let bytes = self.sorter.sorted_bytes() as i64;
        out.append("totalDataSizeSortedBytesEstimate", bytes);
        out.append("usedDisk", false);
        out.append("spills", 0i64);
    }
}

#[cfg(test)]
mod tests {
    use crate::aggregate::testing::*;

    #[test]
    fn sorts_and_refuses() {
        check(
            "[{$sort: {a: -1, b: 1}}]",
            &["{a: 1}", "{a: 2, b: 2}", "{a: 2, b: 1}"],
            &["{a: 2, b: 1}", "{a: 2, b: 2}", "{a: 1}"],
        );
        check_error("[{$sort: {}}]", &[], 15976);
        check_error("[{$sort: 1}]", &[], 15973);
        check_error("[{$sort: {a: 2}}]", &[], 15975);
        check_error("[{$sort: {a: {$meta: 'x'}}}]", &[], 31138);
    }
}
