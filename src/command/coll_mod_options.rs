//! The parts of collMod that change what a collection asks of writes: validator, images, limits.

use super::clustered_index;
use super::coll_mod::Modification;
use super::collection_options::{capped_max, capped_size, pre_images, shown_number, with_option};
use crate::engine::Write;
use crate::error::{Error, Result, codes};
use crate::value::{DocumentBuf, ValueRef};

/// The fields of this part.
const FIELDS: &[&str] = &[
    "validator",
    "validationLevel",
    "validationAction",
    "changeStreamPreAndPostImages",
    "cappedSize",
    "cappedMax",
    "expireAfterSeconds",
];

/// Errors: `InvalidOptions` (72) for a view, or for limits of a collection that is not capped;
/// `BadValue` (2).
pub(super) fn run(
    modification: &Modification<'_>,
    write: &mut Write<'_>,
    _reply: &mut DocumentBuf,
) -> Result<()> {
    let arguments = &modification.arguments;
    if modification.collection.time_series().is_some() {
        // Those have a part of their own.
        return Ok(());
    }
    let Some(first) = FIELDS.iter().find(|name| arguments.get(name).is_some()) else {
        return Ok(());
    };
    if modification.collection.is_view() {
        return Err(Error::new(
            codes::INVALID_OPTIONS,
            format_args!("option not supported on a view: {first}"),
        ));
    }
    let Some(current) = write.snapshot(&modification.namespace) else {
        return Ok(());
    };
    let mut options = current.info.options.clone();
    let mut set = |name: &str, value: Option<ValueRef<'_>>| {
        options = with_option(options.as_ref(), name, value);
    };
    limits(modification, &mut set)?;
    if let Some(given) = arguments.get("expireAfterSeconds") {
        let seconds = expiry(given, modification.collection.clustered().is_some())?;
        set("expireAfterSeconds", seconds.map(ValueRef::Int64));
    }
    if let Some(validator) = arguments.get("validator") {
        set("validator", Some(validator));
    }
    for name in ["validationLevel", "validationAction"] {
        let default = match name {
            "validationLevel" => "strict",
            _ => "error",
        };
        match arguments.get(name) {
            Some(value) => set(name, Some(value)),
            None if arguments.get("validator").is_some() => {
                let shown = current.info.options.as_ref().get(name);
                set(name, shown.or(Some(ValueRef::String(default))));
            }
            None => {}
        }
    }
    match pre_images(arguments)? {
        Some(true) => set(
            "changeStreamPreAndPostImages",
            arguments.get("changeStreamPreAndPostImages"),
        ),
        Some(false) => set("changeStreamPreAndPostImages", None),
        None => {}
    }
    let kind = current.info.kind.clone();
    drop(current);
    write.modify(&modification.namespace, options, kind)
}

fn limits(
    modification: &Modification<'_>,
    set: &mut dyn FnMut(&str, Option<ValueRef<'_>>),
) -> Result<()> {
    let arguments = &modification.arguments;
    let size = arguments.number("cappedSize");
    let max = arguments.number("cappedMax");
    if size.is_none() && max.is_none() {
        return Ok(());
    }
    let size = size.map(capped_size).transpose()?;
    let max = max.map(capped_max).transpose()?;
    if modification.collection.info.rules.capped.is_none() {
        return Err(Error::new(
            codes::INVALID_OPTIONS,
            "Collection must be capped",
        ));
    }
    if let Some(size) = size {
        set("size", Some(shown_number(size)));
    }
    match max {
        Some(max) if max > 0 => set("max", Some(shown_number(max))),
        Some(_) => set("max", None),
        None => {}
    }
    Ok(())
}

/// The seconds after which the documents of the collection expire; `None` for "off".
///
/// Errors: `InvalidOptions` (72), `TypeMismatch` (14).
fn expiry(given: ValueRef<'_>, is_clustered: bool) -> Result<Option<i64>> {
    match given {
        ValueRef::String("off") => clustered_index::seconds(0, is_clustered).map(|_| None),
        ValueRef::String(other) => Err(Error::new(
            codes::INVALID_OPTIONS,
            format_args!("'expireAfterSeconds' is a number or \"off\", not '{other}'"),
        )),
        other => match other.to_i64_coerced() {
            Some(seconds) => clustered_index::seconds(seconds, is_clustered).map(Some),
            None => Err(Error::type_mismatch(format_args!(
                "BSON field 'collMod.expireAfterSeconds' is the wrong type '{}', expected types '[string, number]'",
                other.kind().alias()
            ))),
        },
    }
}
