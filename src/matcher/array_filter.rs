//! One entry of `arrayFilters`: an identifier and the conditions on the element it stands for.

use super::{Features, Matcher, Node, Parser};
use crate::error::{Error, Result};
use crate::expression::{Context, ParseScope};
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// A parsed entry of `arrayFilters`.
///
/// Manual: "$[\<identifier\>]".
#[derive(Clone)]
pub struct ArrayFilter {
    identifier: Box<str>,
    matcher: Matcher,
}

impl ArrayFilter {
    /// Parses `{identifier: condition}`, `{"identifier.field": condition, ...}`, or these
    /// inside `$and`, `$or`, `$nor`.
    ///
    /// Errors: `FailedToParse` (9) for no or several identifiers, `BadValue` (2) for a
    /// name that is none, `QueryFeatureNotAllowed` (224) for `$expr`.
    pub fn parse(filter: DocumentRef<'_>, scope: &ParseScope) -> Result<ArrayFilter> {
        let parser = Parser::new(scope, Features::VALUE);
        // Parsing the filter as it is finds every error of the operators first.
        let _ = parser.filter(filter)?;
        let mut identifier = None;
        let stripped = strip(filter, &mut identifier)?;
        let identifier = identifier.ok_or_else(|| {
            Error::failed_to_parse(
                "Cannot use an expression without a top-level field name in arrayFilters",
            )
        })?;
        check_identifier(&identifier)?;
        let root = parse_stripped(stripped.as_ref(), &parser)?;
        Ok(ArrayFilter {
            identifier: identifier.into(),
            matcher: Matcher::from(root),
        })
    }

    /// The name in `$[name]`.
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// Whether an array element meets the conditions.
    pub fn matches(&self, element: ValueRef<'_>, context: &Context) -> Result<bool> {
        self.matcher.matches_value(element, context)
    }
}

fn check_identifier(identifier: &str) -> Result<()> {
    let mut bytes = identifier.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase());
    if first && bytes.all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(());
    }
    Err(Error::bad_value(format_args!(
        "Error parsing array filter: the top-level field name must be an alphanumeric string beginning with a lowercase letter, found '{identifier}'"
    )))
}

/// The filter with the identifier taken off every path. The element itself keeps an
/// empty name, see [`parse_stripped`].
fn strip(filter: DocumentRef<'_>, identifier: &mut Option<String>) -> Result<DocumentBuf> {
    let mut out = DocumentBuf::new();
    for (name, value) in filter.iter() {
        if let ("$and" | "$or" | "$nor", ValueRef::Array(filters)) = (name, value) {
            let mut branches = crate::value::ArrayBuf::new();
            for branch in filters.iter().filter_map(|branch| branch.as_document()) {
                branches.push(&strip(branch, identifier)?);
            }
            out.append(name, &branches);
            continue;
        }
        if name.starts_with('$') {
            out.append(name, value);
            continue;
        }
        let (first, rest) = match name.split_once('.') {
            Some((first, rest)) => (first, Some(rest)),
            None => (name, None),
        };
        match identifier {
            None => *identifier = Some(first.to_owned()),
            Some(known) if known == first => {}
            Some(known) => {
                return Err(Error::failed_to_parse(format_args!(
                    "Error parsing array filter: expected a single top-level field name, found '{known}' and '{first}'"
                )));
            }
        }
        // A dot in front tells a field named "" from the element itself.
        out.append(
            &rest.map_or(String::new(), |rest| format!(".{rest}")),
            value,
        );
    }
    Ok(out)
}

fn parse_stripped(filter: DocumentRef<'_>, parser: &Parser<'_>) -> Result<Node> {
    let mut conditions = Vec::new();
    for (name, value) in filter.iter() {
        let node = match (name, value) {
            ("$and" | "$or" | "$nor", ValueRef::Array(filters)) => {
                let branches = filters.iter().filter_map(|branch| branch.as_document());
                let branches = branches.map(|branch| parse_stripped(branch, parser));
                let branches = branches.collect::<Result<Vec<_>>>()?;
                match name {
                    "$and" => Node::all(branches),
                    "$or" => Node::Or(branches),
                    _ => Node::Nor(branches),
                }
            }
            ("", _) => parser.condition(&super::Path::itself(), value)?,
            _ if name.starts_with('$') => {
                let mut single = DocumentBuf::new();
                single.append(name, value);
                parser.filter(single.as_ref())?
            }
            _ => parser.condition(&super::Path::new(&name[1..]), value)?,
        };
        conditions.push(node);
    }
    Ok(Node::all(conditions))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::expression::testing::{document, value};
    use crate::matcher::testing::context;

    #[test]
    fn elements() {
        let check = |filter: &str, element: &str, expected: bool| {
            let filter = ArrayFilter::parse(document(filter).as_ref(), &ParseScope::new()).unwrap();
            assert_eq!(filter.identifier(), "e");
            let matched = filter.matches(value(element).as_ref(), &context());
            assert_eq!(matched.unwrap(), expected, "{element}");
        };
        check("{e: {$gt: 1}}", "2", true);
        check("{e: {$gt: 1}}", "[0, 2]", true);
        check("{'e.x': 1}", "{x: 1}", true);
        check("{'e.x': 1}", "5", false);
        check("{'e.x': null}", "5", true);
        check("{'e.x': 1, 'e.y': {$ne: 2}}", "{x: 1, y: 2}", false);
        check("{$or: [{e: 1}, {'e.x': 1}]}", "{x: 1}", true);
        check("{$nor: [{e: 1}]}", "1", false);
    }

    #[test]
    fn errors() {
        let check = |filter: &str, code: i32| {
            let parsed = ArrayFilter::parse(document(filter).as_ref(), &ParseScope::new());
            assert_eq!(parsed.err().unwrap().code(), code, "{filter}");
        };
        check("{}", 9);
        check("{a: 1, b: 1}", 9);
        check("{$or: [{a: 1}, {b: 1}]}", 9);
        check("{Ab: 1}", 2);
        check("{'1a': 1}", 2);
        check("{$expr: true}", 224);
    }
}
