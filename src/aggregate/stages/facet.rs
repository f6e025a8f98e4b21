//! $facet: several pipelines over the same documents, each in a field of one document.
//!
//! Source: the manual, "$facet (aggregation)".

use std::rc::Rc;

use crate::aggregate::registry::Parsed;
use crate::aggregate::{
    ListStream, Opening, Passes, Pipeline, PipelineScope, PipelineStage, Place, Run, Stage,
};
use crate::error::{Error, Result, codes};
use crate::expression::{Context, Dependencies, Expression};
use crate::limits;
use crate::plan::{BoxStream, Document, Row};
use crate::value::{ArrayBuf, DocumentBuf, ValueRef};

/// Pipelines with the fields that their results go to.
pub struct Facet(Rc<[(Box<str>, Pipeline)]>);

/// Errors: 40169 (no document, or an empty one), 40170 (a facet is no array), 40171 (a stage is no
/// document), those of names and stages.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            40169,
            "the $facet specification must be a non-empty object",
        ));
    };
    if document.is_empty() {
        return Err(Error::new(
            40169,
            "the $facet specification must be a non-empty object",
        ));
    }
    let mut inside = scope.inside(Place::Facet, scope.namespace.clone())?;
    inside.has_collection = scope.has_collection;
    let mut facets: Vec<(Box<str>, Pipeline)> = Vec::new();
    for (field, value) in document.iter() {
        check_name(field)?;
        let ValueRef::Array(stages) = value else {
            return Err(Error::new(
                40170,
                format_args!("arguments to $facet must be arrays, {field} is no array"),
            ));
        };
        if !stages
            .iter()
            .all(|stage| matches!(stage, ValueRef::Document(_)))
        {
            return Err(Error::new(
                40171,
                format_args!("elements of arrays in $facet must be objects: {field}"),
            ));
        }
        facets.push((field.into(), Pipeline::parse(stages, &inside)?.rewritten()?));
    }
    Ok(PipelineStage::new(name, value, Facet(facets.into())).into())
}

/// A name is as one in an object that an expression makes.
fn check_name(field: &str) -> Result<()> {
    let mut object = DocumentBuf::new();
    object.append(field, 1);
    if field.starts_with('$') {
        return Err(Error::new(
            16410,
            format_args!("FieldPath field names may not start with '$'. Got '{field}'."),
        ));
    }
    Expression::parse(
        ValueRef::from(&object),
        &crate::expression::ParseScope::new(),
    )?;
    Ok(())
}

impl Stage for Facet {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running {
            facets: self.0.clone(),
            documents: Vec::new(),
            bytes: 0,
            shared: None,
            running: None,
            results: Vec::new(),
        }))
    }

    fn dependencies(&self, found: &mut Dependencies) -> Passes {
        for (_, pipeline) in self.0.iter() {
            match pipeline.needed() {
                Some(needed) => needed.iter().for_each(|path| found.add(path)),
                None => found.whole_document = true,
            }
        }
        Passes::Nothing
    }
}

struct Running {
    facets: Rc<[(Box<str>, Pipeline)]>,
    documents: Vec<Document>,
    bytes: usize,
    /// All documents, once the input has ended.
    shared: Option<Rc<[Document]>>,
    running: Option<(BoxStream, ArrayBuf)>,
    results: Vec<ArrayBuf>,
}

impl Running {
    fn load(&mut self, input: &mut BoxStream, context: &Context) -> Result<Rc<[Document]>> {
        if let Some(shared) = &self.shared {
            return Ok(shared.clone());
        }
        while let Some(row) = input.next(context)? {
            self.bytes += row.document.owned_bytes();
            if self.bytes > limits::STAGE_MEMORY_BYTES_MAX {
                return Err(Error::new(
                    codes::QUERY_EXCEEDED_MEMORY_LIMIT_NO_DISK_USE_ALLOWED,
                    "Exceeded memory limit for $facet",
                ));
            }
            self.documents.push(row.document);
        }
        let shared: Rc<[Document]> = std::mem::take(&mut self.documents).into();
        self.shared = Some(shared.clone());
        Ok(shared)
    }
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        let shared = self.load(input, context)?;
        if self.results.len() > self.facets.len() {
            return Ok(None);
        }
        while let Some((_, pipeline)) = self.facets.get(self.results.len()) {
            let (stream, result) = match &mut self.running {
                Some(running) => running,
                None => {
                    let list = Box::new(ListStream::new(shared.clone()));
                    self.running
                        .insert((pipeline.open_over(list)?, ArrayBuf::new()))
                }
            };
            while let Some(row) = stream.next(context)? {
                result.push(row.document.as_ref());
                if result.as_ref().as_bytes().len() > limits::STAGE_MEMORY_BYTES_MAX {
                    return Err(Error::new(
                        4031700,
                        "the result of $facet is larger than 100 MB",
                    ));
                }
            }
            self.results
                .extend(self.running.take().map(|(_, result)| result));
        }
        let mut document = DocumentBuf::new();
        for ((name, _), result) in self.facets.iter().zip(&self.results) {
            document.append(name, result);
        }
        // One more than there are facets: the document was given.
        self.results.push(ArrayBuf::new());
        Ok(Some(document.into()))
    }
}

#[cfg(test)]
mod tests {
    use crate::aggregate::testing::*;

    #[test]
    fn every_facet_sees_all_documents() {
        check(
            "[{$facet: {a: [{$match: {x: 1}}, {$count: 'n'}], b: [{$sort: {x: -1}}, {$limit: 1}], c: []}}]",
            &["{x: 1}", "{x: 2}"],
            &["{a: [{n: 1}], b: [{x: 2}], c: [{x: 1}, {x: 2}]}"],
        );
        check("[{$facet: {a: []}}]", &[], &["{a: []}"]);
        check_error("[{$facet: {}}]", &[], 40169);
        check_error("[{$facet: {a: 1}}]", &[], 40170);
        check_error("[{$facet: {a: [{$facet: {b: []}}]}}]", &[], 40600);
    }
}
