//! The fields of a command: which are known, which types they take, which must be there.
//!
//! What is not listed is refused (40415), so that nothing is accepted and ignored.

use super::request::Request;
use crate::error::{Error, Result, codes};
use crate::value::{ArrayRef, DocumentRef, Kind, ValueRef};

/// What a field may hold. Null counts as absent where nothing else is said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A boolean, nothing else.
    Bool,
    /// A boolean, nothing else: null does not count as absent.
    Flag,
    /// A boolean or a number.
    Truth,
    /// A whole number, of any numeric type.
    Number,
    /// A 64-bit integer, nothing else.
    Long,
    String,
    Document,
    Array,
    /// A document or an array.
    #[allow(dead_code)]
    Pipeline,
    /// An index's name or key pattern. Nothing else counts as absent, and it is parsed: code 9.
    Hint,
    Any,
}

/// A field of a command.
pub struct Field {
    pub name: &'static str,
    pub takes: Takes,
    pub required: bool,
}

/// An optional field.
pub const fn optional(name: &'static str, takes: Takes) -> Field {
    Field {
        name,
        takes,
        required: false,
    }
}

/// A field that must be there.
pub const fn required(name: &'static str, takes: Takes) -> Field {
    Field {
        name,
        takes,
        required: true,
    }
}

/// Fields that every command takes. They say nothing to a single node without sessions of its own:
/// durability is chosen when the database is opened, and one node's reads are all local.
const GENERIC: &[Field] = &[
    optional("$db", Takes::String),
    optional("$clusterTime", Takes::Document),
    optional("$readPreference", Takes::Document),
    optional("apiVersion", Takes::String),
    optional("apiStrict", Takes::Bool),
    optional("apiDeprecationErrors", Takes::Bool),
    optional("comment", Takes::Any),
    optional("lsid", Takes::Document),
    optional("maxTimeMS", Takes::Number),
    optional("readConcern", Takes::Document),
    optional("writeConcern", Takes::Document),
    optional("$client", Takes::Any),
];

/// True for a field that every command takes.
pub fn is_generic(name: &str) -> bool {
    GENERIC.iter().any(|field| field.name == name)
}

impl Takes {
    fn accepts(self, kind: Kind) -> bool {
        match self {
            Takes::Bool | Takes::Flag => kind == Kind::Boolean,
            Takes::Truth => kind == Kind::Boolean || kind.is_number(),
            Takes::Number => kind.is_number(),
            Takes::Long => kind == Kind::Int64,
            Takes::String => kind == Kind::String,
            Takes::Document => kind == Kind::Document,
            Takes::Array => kind == Kind::Array,
            Takes::Pipeline => matches!(kind, Kind::Document | Kind::Array),
            Takes::Hint => matches!(kind, Kind::Document | Kind::String),
            Takes::Any => true,
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Takes::Bool | Takes::Flag => "'bool'",
            Takes::Truth => "'[bool, long, int, decimal, double]'",
            Takes::Number => "'[long, int, decimal, double]'",
            Takes::Long => "'long'",
            Takes::String => "'string'",
            Takes::Document => "'object'",
            Takes::Array => "'array'",
            Takes::Pipeline => "'[object, array]'",
            Takes::Hint => "'[string, object]'",
            Takes::Any => "any",
        }
    }
}

/// What becomes of a field that is not listed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unknown {
    Refused,
    PassedOver,
}

/// The most fields that a command or a document inside one has.
const FIELDS_MAX: usize = 24;

/// A command's fields, checked.
#[derive(Clone, Copy)]
pub struct Arguments<'a> {
    owner: &'a str,
    document: DocumentRef<'a>,
    fields: &'static [Field],
    /// The values, by the fields' places; null is absent.
    values: [Option<ValueRef<'a>>; FIELDS_MAX],
}

impl<'a> Arguments<'a> {
    /// Checks the fields of a command, its name aside.
    ///
    /// Errors: 40415 for an unknown field, 40413 for a repeated one, 40414 for a missing one,
    /// `TypeMismatch` (14).
    pub fn of(request: &Request<'a>, fields: &'static [Field]) -> Result<Arguments<'a>> {
        Arguments::with_unknown(request, fields, Unknown::Refused)
    }

    /// As [`Arguments::of`], for the few commands that pass over fields they do not know.
    ///
    /// Errors: as [`Arguments::of`], without 40415.
    pub fn of_lenient(request: &Request<'a>, fields: &'static [Field]) -> Result<Arguments<'a>> {
        Arguments::with_unknown(request, fields, Unknown::PassedOver)
    }

    fn with_unknown(
        request: &Request<'a>,
        fields: &'static [Field],
        unknown: Unknown,
    ) -> Result<Arguments<'a>> {
        let mut arguments = Arguments::new(request.name, request.document, fields);
        let has_more_to_check = arguments.read(GENERIC, 1, unknown)?;
        if has_more_to_check {
            super::api_version::check(request.document)?;
            super::concerns::check(request.document)?;
        }
        Ok(arguments)
    }

    /// Checks the fields of a document inside a command.
    ///
    /// Errors: as [`Arguments::of`].
    pub fn inside(
        owner: &'a str,
        document: DocumentRef<'a>,
        fields: &'static [Field],
    ) -> Result<Arguments<'a>> {
        let mut arguments = Arguments::new(owner, document, fields);
        arguments.read(&[], 0, Unknown::Refused)?;
        Ok(arguments)
    }

    fn new(owner: &'a str, document: DocumentRef<'a>, fields: &'static [Field]) -> Arguments<'a> {
        debug_assert!(fields.len() <= FIELDS_MAX);
        Arguments {
            owner,
            document,
            fields,
            values: [None; FIELDS_MAX],
        }
    }

    /// Walks over the document once; true if there is a read or write concern or an API version
    /// to check.
    fn read(&mut self, generic: &[Field], skip: usize, unknown: Unknown) -> Result<bool> {
        let mut seen = 0u64;
        let mut has_more_to_check = false;
        for element in self.document.elements().skip(skip) {
            let name = element.name;
            let own = self.fields.iter().position(|field| field.name == name);
            let field = match own {
                Some(at) if seen >> at & 1 == 1 => {
                    return Err(self.error(40413, name, "is a duplicate field"));
                }
                Some(at) => {
                    seen |= 1 << at;
                    &self.fields[at]
                }
                None => match generic.iter().find(|field| field.name == name) {
                    Some(field) => field,
                    None if unknown == Unknown::PassedOver => continue,
                    None => return Err(self.error(40415, name, "is an unknown field.")),
                },
            };
            let value = element.value();
            if value.is_nullish() && !matches!(field.takes, Takes::Any | Takes::Flag | Takes::Hint)
            {
                if field.required {
                    return Err(self.missing(name));
                }
                continue;
            }
            if !field.takes.accepts(element.kind) {
                if field.takes == Takes::Hint {
                    let message = "Hint must be a string or an object";
                    return Err(Error::failed_to_parse(message));
                }
                return Err(self.wrong_type(name, element.kind, field.takes));
            }
            if let Some(at) = own {
                self.values[at] = Some(value).filter(|value| !value.is_nullish());
            }
            match name {
                "maxTimeMS" => self.check_time_limit(value)?,
                "readConcern"
                | "writeConcern"
                | "apiVersion"
                | "apiStrict"
                | "apiDeprecationErrors" => has_more_to_check = true,
                _ => {}
            }
        }
        for (at, field) in self.fields.iter().enumerate() {
            if field.required && seen >> at & 1 == 0 {
                return Err(self.missing(field.name));
            }
        }
        Ok(has_more_to_check)
    }

    fn check_time_limit(&self, value: ValueRef<'_>) -> Result<()> {
        let Some(millis) = value.to_i64_exact() else {
            let message = "maxTimeMS has to be a whole number of milliseconds";
            return Err(Error::failed_to_parse(message));
        };
        if !(0..=i64::from(i32::MAX)).contains(&millis) {
            let what = format!("value must be from 0 to {}, not {millis}", i32::MAX);
            return Err(self.error(codes::BAD_VALUE, "maxTimeMS", &what));
        }
        Ok(())
    }

    #[cold]
    fn missing(&self, name: &str) -> Error {
        self.error(40414, name, "is missing but a required field")
    }

    #[cold]
    fn error(&self, code: i32, name: &str, what: &str) -> Error {
        Error::new(
            code,
            format_args!("BSON field '{}.{name}' {what}", self.owner),
        )
    }

    #[cold]
    fn wrong_type(&self, name: &str, kind: Kind, takes: Takes) -> Error {
        Error::new(
            codes::TYPE_MISMATCH,
            format_args!(
                "BSON field '{}.{name}' is the wrong type '{}', expected types {}",
                self.owner,
                kind.alias(),
                takes.describe()
            ),
        )
    }

    /// The value of one of the command's own fields; null is absent.
    pub fn get(&self, name: &str) -> Option<ValueRef<'a>> {
        let at = self.fields.iter().position(|field| field.name == name)?;
        self.values[at]
    }

    /// A field of type [`Takes::Document`].
    pub fn document(&self, name: &str) -> Option<DocumentRef<'a>> {
        self.get(name).and_then(|value| value.as_document())
    }

    /// A field of type [`Takes::Array`].
    pub fn array(&self, name: &str) -> Option<ArrayRef<'a>> {
        self.get(name).and_then(|value| value.as_array())
    }

    /// A field of type [`Takes::String`].
    pub fn string(&self, name: &str) -> Option<&'a str> {
        self.get(name).and_then(|value| value.as_str())
    }

    /// A field of type [`Takes::Bool`], [`Takes::Flag`] or [`Takes::Truth`].
    pub fn truth(&self, name: &str) -> Option<bool> {
        self.get(name).map(|value| value.is_truthy())
    }

    /// A whole number (see [`ValueRef::to_i64_coerced`]).
    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(|value| value.to_i64_coerced())
    }

    /// A whole number that is not negative.
    ///
    /// Errors: `BadValue` (2) for a negative number.
    pub fn non_negative(&self, name: &str) -> Result<Option<u64>> {
        match self.number(name) {
            None => Ok(None),
            Some(number) => u64::try_from(number).map(Some).map_err(|_| {
                let what = format!("value must be >= 0, actual value '{number}'");
                self.error(codes::BAD_VALUE, name, &what)
            }),
        }
    }

    /// Refuses fields that are there with a value that asks for something.
    ///
    /// Errors: `NotImplemented` (238).
    pub fn refuse(&self, names: &[&str]) -> Result<()> {
        for name in names {
            let asked = self.get(name).is_some_and(|value| match value {
                ValueRef::Document(document) => !document.is_empty(),
                other => other.is_truthy(),
            });
            if asked {
                return Err(Error::new(
                    codes::NOT_IMPLEMENTED,
                    format_args!("'{}.{name}' is not supported", self.owner),
                ));
            }
        }
        Ok(())
    }
}
