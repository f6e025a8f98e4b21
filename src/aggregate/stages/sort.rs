//! $sort: documents in order.
//!
//! Source: the manual, "$sort (aggregation stage)".

use std::rc::Rc;

use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Shape, Stage};
use crate::error::{Error, Result};
use crate::expression::{Context, Dependencies};
use crate::limits;
use crate::plan::{BoxStream, Metadata, Row, SortPattern, Sorter, check_metadata_key};
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// An order, and how many of the first rows are wanted.
pub struct Sort {
    pattern: SortPattern,
    limit: Option<u64>,
    /// The keys of the pattern that are metadata.
    metadata: Rc<[MetadataKey]>,
}

/// A key that is no field, by the name of a field that stands in for it.
struct MetadataKey {
    stand_in: String,
    keyword: Box<str>,
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
    let (mut fields, mut metadata) = (DocumentBuf::new(), Vec::new());
    for (field, value) in document.iter() {
        let keyword = value.as_document().and_then(|meta| meta.get("$meta"));
        let Some(keyword) = keyword.and_then(|keyword| keyword.as_str()) else {
            fields.append(field, value);
            continue;
        };
        // No field that a user writes is called so; high scores come first.
        let stand_in = format!("\u{1}{}", metadata.len());
        fields.append(&stand_in, -1);
        metadata.push(MetadataKey {
            stand_in,
            keyword: keyword.into(),
        });
    }
    let pattern = SortPattern::parse_long(fields.as_ref())?;
    if metadata.is_empty() {
        return Ok(stage(name, pattern, None).into());
    }
    let sort = Sort {
        pattern,
        limit: None,
        metadata: metadata.into(),
    };
    Ok(PipelineStage::new(name, value, sort).into())
}

/// A `$sort` of which only the first rows are wanted.
pub fn stage(name: &'static str, pattern: SortPattern, limit: Option<u64>) -> PipelineStage {
    let mut shown = DocumentBuf::new();
    shown.append("sortKey", pattern.document());
    if let Some(limit) = limit {
        shown.append("limit", limit as i64);
    }
    let sort = Sort {
        pattern,
        limit,
        metadata: Rc::new([]),
    };
    PipelineStage::new(name, &shown, sort)
}

fn check(document: DocumentRef<'_>) -> Result<()> {
    if document.is_empty() {
        return Err(Error::new(
            15976,
            "$sort stage must have at least one sort key",
        ));
    }
    let mut names: Vec<&str> = Vec::new();
    let mut fields = 0;
    for (name, value) in document.iter() {
        if let ValueRef::Document(meta) = value {
            check_metadata_key(name, meta)?;
        } else {
            fields += 1;
        }
        if names.contains(&name) {
            return Err(Error::new(
                7472500,
                format_args!("$sort key '{name}' is given more than once"),
            ));
        }
        names.push(name);
    }
    if fields > limits::KEY_FIELDS_MAX {
        return Err(Error::new(
            13103,
            "too many compound keys: $sort takes 32 at most",
        ));
    }
    Ok(())
}

impl Stage for Sort {
    fn open(&self, opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        let sorter = Sorter::new(self.pattern.clone(), self.limit);
        Ok(Box::new(Running {
            sorter,
            is_loaded: false,
            metadata: self.metadata.clone(),
            tells: opening.metadata.has(Metadata::SORT_KEY),
        }))
    }

    fn dependencies(&self, found: &mut Dependencies) -> Passes {
        self.pattern
            .fields
            .iter()
            .filter(|field| !field.path.as_str().starts_with('\u{1}'))
            .for_each(|field| found.add(&field.path));
        Passes::Everything
    }

    fn shape(&self) -> Shape<'_> {
        match self.metadata.is_empty() {
            true => Shape::Sort {
                pattern: &self.pattern,
                limit: self.limit,
            },
            false => Shape::Other,
        }
    }
}

struct Running {
    sorter: Sorter,
    is_loaded: bool,
    metadata: Rc<[MetadataKey]>,
    /// Whether the sort key is to be told of each row.
    tells: bool,
}

impl Running {
    fn add(&mut self, row: Row, context: &Context) -> Result<()> {
        if self.metadata.is_empty() {
            return self.sorter.add(row);
        }
        // A copy to sort by, in which metadata are fields.
        let mut keys = DocumentBuf::new();
        for MetadataKey { stand_in, keyword } in self.metadata.iter() {
            if **keyword == *"randVal" {
                keys.append(stand_in, (context.env.random() >> 1) as i64);
            } else if let Some(value) = row.document.metadata().and_then(|it| it.get(keyword)) {
                keys.append(stand_in, value);
            }
        }
        for element in row.document.as_ref().elements() {
            keys.append_element(&element);
        }
        self.sorter.add_by(row, keys.as_ref())
    }
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        while !self.is_loaded {
            match input.next(context)? {
                Some(row) => self.add(row, context)?,
                None => {
                    self.sorter.finish();
                    self.is_loaded = true;
                }
            }
        }
        let mut row = self.sorter.next();
        if let Some(row) = row
            .as_mut()
            .filter(|_| self.tells && self.metadata.is_empty())
        {
            let key = self.sorter.pattern().values(row.document.as_ref())?;
            let mut metadata = DocumentBuf::new();
            metadata.append("sortKey", &key);
            row.document = row.document.clone().knowing(metadata);
        }
        Ok(row)
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
