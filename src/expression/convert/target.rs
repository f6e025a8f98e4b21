//! What `$convert` converts to: a type and, for binary data, a subtype.

use crate::error::{Error, Result};
use crate::value::{Kind, ValueRef};

/// The type that a value is converted to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// `None` for the number 0, which stands for missing.
    pub kind: Option<Kind>,
    pub subtype: u8,
}

impl Target {
    /// True for int, long and double, which are written as binary data too.
    pub fn is_number(self) -> bool {
        matches!(self.kind, Some(Kind::Int32 | Kind::Int64 | Kind::Double))
    }

    /// A type; binary data of subtype 0.
    pub const fn new(kind: Kind) -> Target {
        Target {
            kind: Some(kind),
            subtype: 0,
        }
    }

    /// Reads a type's alias or number, or `{type, subtype}`.
    ///
    /// Errors: `BadValue` (2: no such alias), `FailedToParse` (9: no type), 4341106, 4341107,
    /// 4341108 (the subtype).
    pub fn read(value: ValueRef<'_>) -> Result<Target> {
        let ValueRef::Document(document) = value else {
            return Ok(Target {
                kind: read_kind(value)?,
                subtype: 0,
            });
        };
        let mut target: Option<Option<Kind>> = None;
        let mut subtype = 0;
        for (field, value) in document.iter() {
            match field {
                "type" => target = Some(read_kind(value)?),
                "subtype" => subtype = read_subtype(value)?,
                other => {
                    return Err(Error::failed_to_parse(format_args!(
                        "$convert found an unknown argument in 'to': {other}"
                    )));
                }
            }
        }
        match target {
            Some(kind) => Ok(Target { kind, subtype }),
            None => Err(Error::failed_to_parse(
                "$convert requires 'to.type' to be specified",
            )),
        }
    }
}

fn read_kind(value: ValueRef<'_>) -> Result<Option<Kind>> {
    if let ValueRef::String(alias) = value {
        return match Kind::from_alias(alias) {
            Some(kind) => Ok(Some(kind)),
            None if alias == "missing" => Ok(None),
            None => Err(Error::bad_value(format_args!("Unknown type name: {alias}"))),
        };
    }
    if !value.is_number() {
        let alias = value.kind().alias();
        return Err(Error::failed_to_parse(format_args!(
            "$convert's 'to' argument must be a string or number, but is {alias}"
        )));
    }
    match value.to_i64_exact() {
        Some(0) => Ok(None),
        Some(number) => match Kind::from_type_number(number) {
            Some(kind) => Ok(Some(kind)),
            None => Err(Error::failed_to_parse(format_args!(
                "In $convert, numeric value for 'to' does not correspond to a BSON type: {number}"
            ))),
        },
        None => Err(Error::failed_to_parse(
            "In $convert, numeric 'to' argument is not an integer",
        )),
    }
}

fn read_subtype(value: ValueRef<'_>) -> Result<u8> {
    if !value.is_number() {
        let alias = value.kind().alias();
        return Err(Error::new(
            4_341_108,
            format_args!("$convert's 'subtype' argument must be a number, but is {alias}"),
        ));
    }
    let Some(number) = value.to_i64_exact() else {
        let message = "In $convert, numeric 'subtype' argument is not an integer";
        return Err(Error::new(4_341_106, message));
    };
    match u8::try_from(number) {
        Ok(subtype) if subtype <= 9 || subtype >= 128 => Ok(subtype),
        _ => Err(Error::new(
            4_341_107,
            format_args!(
                "In $convert, numeric value for 'subtype' does not correspond to a BinData type: {number}"
            ),
        )),
    }
}
