//! $merge: writes the result into a collection, document by document.
//!
//! Source: the manual, "$merge (aggregation)".

use std::rc::Rc;

use crate::aggregate::PipelineScope;
use crate::aggregate::output::{Merge, MergePipeline, Output, WhenMatched, WhenNotMatched, target};
use crate::aggregate::registry::Parsed;
use crate::error::{Error, Result};
use crate::expression::{Expression, check_variable_name};
use crate::value::{ArrayBuf, ArrayRef, DocumentRef, FieldPath, ValueRef};

/// Errors: 51182 (neither string nor document), 51178 (`into`), 51186, 51134, 51187, 31465 (`on`),
/// 51191 (`whenMatched`), 51199, 51273 (`let`), `BadValue` (2), `TypeMismatch` (14), 40413 to 40415,
/// 31319 (a system collection), 31320 (an internal database), 51181 (modes that do not go together),
/// 5786800 and 5786801 (no collection), those of names.
pub fn parse(
    _name: &'static str,
    value: ValueRef<'_>,
    scope: &PipelineScope<'_>,
) -> Result<Parsed> {
    let document = match value {
        ValueRef::String(collection) => {
            let merge = Merge {
                target: target(scope.namespace.database(), collection, RESERVED)?,
                on: None,
                when_matched: WhenMatched::Merge,
                when_not_matched: WhenNotMatched::Insert,
            };
            return Ok(Parsed::Output(Output::Merge(merge)));
        }
        ValueRef::Document(document) => document,
        other => {
            return Err(Error::new(
                51182,
                format_args!(
                    "$merge requires a string or object argument, but found {}",
                    other.kind().alias()
                ),
            ));
        }
    };
    check_fields(document)?;
    let on = match document.get("on") {
        None => None,
        Some(on) => Some(fields(on)?),
    };
    let when_not_matched = when_not_matched(document.get("whenNotMatched"))?;
    let when_matched = when_matched(document, scope)?;
    let target = into(document.get("into"), scope)?;
    if matches!(when_matched, WhenMatched::Fail | WhenMatched::KeepExisting)
        && !matches!(when_not_matched, WhenNotMatched::Insert)
    {
        let message = "$merge: this 'whenMatched' goes with 'whenNotMatched: insert' only";
        return Err(Error::new(51181, message));
    }
    let merge = Merge {
        target,
        on,
        when_matched,
        when_not_matched,
    };
    Ok(Parsed::Output(Output::Merge(merge)))
}

/// The codes for system collections and for databases of the server's own.
const RESERVED: [i32; 2] = [31319, 31320];

fn check_fields(document: DocumentRef<'_>) -> Result<()> {
    for (at, element) in document.elements().enumerate() {
        let name = element.name;
        if document
            .elements()
            .take(at)
            .any(|before| before.name == name)
        {
            return Err(Error::new(
                40413,
                format_args!("BSON field '$merge.{name}' is a duplicate field"),
            ));
        }
        if ![
            "into",
            "on",
            "let",
            "whenMatched",
            "whenNotMatched",
            "targetCollectionVersion",
        ]
        .contains(&name)
        {
            return Err(Error::new(
                40415,
                format_args!("BSON field '$merge.{name}' is an unknown field."),
            ));
        }
    }
    Ok(())
}

fn into(
    value: Option<ValueRef<'_>>,
    scope: &PipelineScope<'_>,
) -> Result<crate::catalog::Namespace> {
    let own = scope.namespace.database();
    match value {
        None => Err(Error::new(
            40414,
            "BSON field '$merge.into' is missing but a required field",
        )),
        Some(ValueRef::String("")) => Err(Error::new(
            5_786_800,
            "$merge 'into' cannot be an empty string",
        )),
        Some(ValueRef::String(collection)) => target(own, collection, RESERVED),
        Some(ValueRef::Document(document)) => {
            let (mut database, mut collection) = (own, "");
            for (option, value) in document.iter() {
                match (option, value) {
                    ("db", ValueRef::String(name)) => database = name,
                    ("coll", ValueRef::String(name)) => collection = name,
                    ("db" | "coll", ValueRef::Null | ValueRef::Undefined) => {}
                    ("db" | "coll", _) => {
                        return Err(Error::type_mismatch(format_args!(
                            "BSON field '$merge.into.{option}' is the wrong type"
                        )));
                    }
                    _ => {
                        return Err(Error::new(
                            40415,
                            format_args!("BSON field '$merge.into.{option}' is an unknown field."),
                        ));
                    }
                }
            }
            if collection.is_empty() {
                let message = "$merge 'into' must name a collection in 'coll'";
                return Err(Error::new(5_786_801, message));
            }
            target(database, collection, RESERVED)
        }
        Some(other) => Err(Error::new(
            51178,
            format_args!(
                "$merge 'into' field must be either a string or an object, but found {}",
                other.kind().alias()
            ),
        )),
    }
}

fn fields(on: ValueRef<'_>) -> Result<Vec<FieldPath>> {
    let paths = match on {
        ValueRef::String(path) => return Ok(vec![FieldPath::parse_strict(path)?]),
        ValueRef::Array(paths) => paths,
        other => {
            return Err(Error::new(
                51186,
                format_args!(
                    "$merge 'on' field must be either a string or an array of strings, but found {}",
                    other.kind().alias()
                ),
            ));
        }
    };
    let mut fields: Vec<FieldPath> = Vec::new();
    for path in paths.iter() {
        let ValueRef::String(path) = path else {
            return Err(Error::new(
                51134,
                format_args!(
                    "$merge 'on' array elements must be strings, but found {}",
                    path.kind().alias()
                ),
            ));
        };
        let path = FieldPath::parse_strict(path)?;
        if fields.contains(&path) {
            return Err(Error::new(
                31465,
                format_args!("Found a duplicate field '{}' in $merge 'on'", path.as_str()),
            ));
        }
        fields.push(path);
    }
    if fields.is_empty() {
        return Err(Error::new(
            51187,
            "If explicitly specifying $merge 'on', must include at least one field",
        ));
    }
    Ok(fields)
}

fn when_not_matched(value: Option<ValueRef<'_>>) -> Result<WhenNotMatched> {
    match value {
        None | Some(ValueRef::Null | ValueRef::String("insert")) => Ok(WhenNotMatched::Insert),
        Some(ValueRef::String("discard")) => Ok(WhenNotMatched::Discard),
        Some(ValueRef::String("fail")) => Ok(WhenNotMatched::Fail),
        Some(ValueRef::String(other)) => Err(Error::bad_value(format_args!(
            "Enumeration value '{other}' for field '$merge.whenNotMatched' is not a valid value."
        ))),
        Some(other) => Err(Error::type_mismatch(format_args!(
            "BSON field '$merge.whenNotMatched' is the wrong type '{}', expected type 'string'",
            other.kind().alias()
        ))),
    }
}

fn when_matched(document: DocumentRef<'_>, scope: &PipelineScope<'_>) -> Result<WhenMatched> {
    let variables = match document.get("let") {
        None | Some(ValueRef::Null) => None,
        Some(ValueRef::Document(variables)) => Some(variables),
        Some(other) => {
            return Err(Error::type_mismatch(format_args!(
                "BSON field '$merge.let' is the wrong type '{}', expected type 'object'",
                other.kind().alias()
            )));
        }
    };
    let mode = match document.get("whenMatched") {
        None | Some(ValueRef::String("merge")) => WhenMatched::Merge,
        Some(ValueRef::String("replace")) => WhenMatched::Replace,
        Some(ValueRef::String("keepExisting")) => WhenMatched::KeepExisting,
        Some(ValueRef::String("fail")) => WhenMatched::Fail,
        Some(ValueRef::String(other)) => {
            return Err(Error::bad_value(format_args!(
                "Enumeration value '{other}' for field '$merge.whenMatched' is not a valid value."
            )));
        }
        Some(ValueRef::Array(stages)) => return pipeline(stages, variables, scope),
        Some(other) => {
            return Err(Error::new(
                51191,
                format_args!(
                    "$merge 'whenMatched' field must be either a string or an array, but found {}",
                    other.kind().alias()
                ),
            ));
        }
    };
    match variables {
        None => Ok(mode),
        Some(_) => Err(Error::new(
            51199,
            "Cannot use 'let' variables with a 'whenMatched' that is no pipeline",
        )),
    }
}

fn pipeline(
    stages: ArrayRef<'_>,
    variables: Option<DocumentRef<'_>>,
    scope: &PipelineScope<'_>,
) -> Result<WhenMatched> {
    if stages.iter().any(|stage| stage.as_document().is_none()) {
        return Err(Error::type_mismatch(
            "Each element of the 'pipeline' array must be an object",
        ));
    }
    let mut parsed: Vec<(Rc<str>, Expression)> = Vec::new();
    for (name, value) in variables.into_iter().flat_map(DocumentRef::iter) {
        if name == "new" {
            // It always stands for the new document.
            if value.as_str() != Some("$$ROOT") {
                return Err(Error::new(
                    51273,
                    "'let' may not define a value for the reserved 'new' variable other than '$$ROOT'",
                ));
            }
            continue;
        }
        check_variable_name(name)?;
        parsed.push((name.into(), Expression::parse(value, &scope.variables)?));
    }
    let stages = stages.iter().collect::<ArrayBuf>();
    Ok(WhenMatched::Pipeline(MergePipeline {
        stages,
        variables: parsed,
    }))
}
