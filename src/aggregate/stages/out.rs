//! $out: writes the result in the place of a collection's documents.
//!
//! Source: the manual, "$out (aggregation)". The collection keeps its indexes and options.

use crate::aggregate::PipelineScope;
use crate::aggregate::output::{Output, target};
use crate::aggregate::registry::Parsed;
use crate::catalog::TimeSeriesOptions;
use crate::error::{Error, Result, codes};
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// Errors: 16990 (neither string nor document), 40413 to 40415, `TypeMismatch` (14),
/// 31321 (an internal database), those of names.
pub fn parse(
    _name: &'static str,
    value: ValueRef<'_>,
    scope: &PipelineScope<'_>,
) -> Result<Parsed> {
    let (database, collection, series) = match value {
        ValueRef::String(collection) => (scope.namespace.database(), collection, None),
        ValueRef::Document(document) => options(document)?,
        other => {
            return Err(Error::new(
                16990,
                format_args!(
                    "$out only supports a string or object argument, but found {}",
                    other.kind().alias()
                ),
            ));
        }
    };
    let target = target(database, collection, [17385, 31321])?;
    Ok(Parsed::Output(Output::Replace(target, series)))
}

/// Database, collection, and the options of a time series.
type Options<'a> = (&'a str, &'a str, Option<DocumentBuf>);

fn options(document: DocumentRef<'_>) -> Result<Options<'_>> {
    let (mut database, mut collection, mut series) = (None, None, None);
    let refuse = |code: i32, option: &str, what: &str| {
        Err(Error::new(
            code,
            format_args!("BSON field '$out.{option}' {what}"),
        ))
    };
    for (at, (option, value)) in document.iter().enumerate() {
        if document
            .elements()
            .take(at)
            .any(|before| before.name == option)
        {
            return refuse(40413, option, "is a duplicate field");
        }
        match (option, value) {
            ("db" | "coll" | "timeseries", ValueRef::Null) => {}
            ("db", ValueRef::String(name)) => database = Some(name),
            ("coll", ValueRef::String(name)) => collection = Some(name),
            ("timeseries", ValueRef::Document(options)) => {
                series = Some(TimeSeriesOptions::of_new("$out", options)?.shown());
            }
            ("db" | "coll" | "timeseries", _) => {
                return refuse(codes::TYPE_MISMATCH, option, "is the wrong type");
            }
            _ => return refuse(40415, option, "is an unknown field."),
        }
    }
    match (database, collection) {
        (Some(database), Some(collection)) => Ok((database, collection, series)),
        (None, _) => refuse(40414, "db", "is missing but a required field"),
        (_, None) => refuse(40414, "coll", "is missing but a required field"),
    }
}
