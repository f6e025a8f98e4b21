//! `$meta`: what is known of a document beside its fields.
//!
//! Source: the manual, "$meta (aggregation)". What is known comes with the context, see
//! `plan::Document::context`.

use super::super::tree::Node;
use crate::error::{Error, Result};
use crate::expression::{Expression, ParseScope};
use crate::value::{FieldPath, ValueRef};

/// The name of the variable that holds what is known; no user can define it.
pub const METADATA: &str = "$meta";

/// Errors: 17307 (no string), 17308 (an unknown keyword), 40218 for what only stages give that are
/// not there.
pub fn parse(name: &'static str, value: ValueRef<'_>, _: &ParseScope) -> Result<Expression> {
    let ValueRef::String(keyword) = value else {
        return Err(Error::new(
            17307,
            format_args!("{name} must be given the name of metadata as a string"),
        ));
    };
    match keyword {
        "score" | "scoreDetails" | "sortKey" | "indexKey" | "recordId" => {
            Ok(Expression(Node::Metadata(FieldPath::new(keyword))))
        }
        // Nothing sets these, and asking is no mistake.
        "searchScore"
        | "searchScoreDetails"
        | "searchHighlights"
        | "searchSequenceToken"
        | "vectorSearchScore"
        | "randVal" => Ok(Expression(Node::Missing)),
        "textScore" | "geoNearDistance" | "geoNearPoint" => Err(unavailable(keyword)),
        _ => Err(Error::new(
            17308,
            format_args!("Unsupported argument to $meta: {keyword}"),
        )),
    }
}

/// The error for metadata that no stage gives.
#[cold]
pub fn unavailable(keyword: &str) -> Error {
    Error::new(
        40218,
        format_args!("query requires {keyword} metadata, but it is not available"),
    )
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn keywords() {
        check("{$type: {$meta: 'sortKey'}}", "{}", "'missing'");
        check("{$type: {$meta: 'randVal'}}", "{}", "'missing'");
        check("{$ifNull: [{$meta: 'searchScore'}, 1]}", "{}", "1");
        check_error("{$meta: 1}", "{}", 17307);
        check_error("{$meta: 'other'}", "{}", 17308);
        check_error("{$meta: 'textScore'}", "{}", 40218);
    }
}
