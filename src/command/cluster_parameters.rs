//! getClusterParameter and setClusterParameter: settings that are stored.
//!
//! Source: the manual's pages of the same names. They lie in `config.clusterParameters`, as on a
//! server. What they govern has no place here: there are no images of documents before a change
//! to keep for a while, and no migrations to pause. The one that could act is refused.

use super::arguments::Arguments;
use super::request::Request;
use super::server::check_admin;
use crate::catalog::{Collection, Namespace};
use crate::engine::{Engine, Write};
use crate::error::{Error, Result, codes};
use crate::value::{DocumentBuf, DocumentRef, Timestamp, ValueRef};

/// What a field of a parameter holds.
enum Holds {
    /// True or false.
    Flag,
    /// A positive whole number; the one that is set when nobody has said anything.
    Seconds(i64),
    /// Seconds or `off`, which is what is set when nobody has said anything.
    SecondsOrOff,
    /// Zero: there is no way to act upon another number.
    Zero,
}

struct Parameter {
    name: &'static str,
    /// The document around the field, if there is one.
    group: Option<&'static str>,
    field: &'static str,
    holds: Holds,
}

static PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "changeStreamOptions",
        group: Some("preAndPostImages"),
        field: "expireAfterSeconds",
        holds: Holds::SecondsOrOff,
    },
    Parameter {
        name: "changeStreams",
        group: None,
        field: "expireAfterSeconds",
        holds: Holds::Seconds(3_600),
    },
    Parameter {
        name: "defaultMaxTimeMS",
        group: None,
        field: "readOperations",
        holds: Holds::Zero,
    },
    Parameter {
        name: "pauseMigrationsDuringMultiUpdates",
        group: None,
        field: "enabled",
        holds: Holds::Flag,
    },
];

const NOBODY: Timestamp = Timestamp {
    time: 0,
    increment: 0,
};

fn unknown(name: &str) -> Error {
    Error::new(
        codes::NO_SUCH_KEY,
        format_args!("there is no cluster parameter '{name}'"),
    )
}

fn find(name: &str) -> Result<&'static Parameter> {
    let found = PARAMETERS.iter().find(|parameter| parameter.name == name);
    found.ok_or_else(|| unknown(name))
}

impl Parameter {
    /// The value that holds when nobody has set one.
    fn default(&self) -> ValueRef<'static> {
        match self.holds {
            Holds::Flag => ValueRef::Boolean(false),
            Holds::Seconds(number) => ValueRef::Int64(number),
            Holds::SecondsOrOff => ValueRef::String("off"),
            Holds::Zero => ValueRef::Int64(0),
        }
    }

    fn wrong(&self) -> Error {
        Error::bad_value(format_args!(
            "this is no value for {}.{}",
            self.name, self.field
        ))
    }

    /// A value as it is stored. Null stands for the default.
    ///
    /// Errors: `BadValue` (2), `NotImplemented` (238) for a value that would have no effect.
    fn check<'v>(&self, value: ValueRef<'v>) -> Result<ValueRef<'v>> {
        let number = value.to_i64_exact();
        match (&self.holds, value) {
            (_, ValueRef::Null | ValueRef::Undefined) => Ok(self.default()),
            (Holds::Flag, ValueRef::Boolean(_)) => Ok(value),
            (Holds::SecondsOrOff, ValueRef::String("off")) => Ok(value),
            (Holds::Seconds(_) | Holds::SecondsOrOff, _) => match number {
                Some(seconds) if seconds > 0 => Ok(ValueRef::Int64(seconds)),
                _ => Err(self.wrong()),
            },
            (Holds::Zero, _) => match number {
                Some(0) => Ok(ValueRef::Int64(0)),
                Some(_) => Err(Error::new(
                    codes::NOT_IMPLEMENTED,
                    format_args!("{}.{} is not supported", self.name, self.field),
                )),
                None => Err(self.wrong()),
            },
            _ => Err(self.wrong()),
        }
    }

    /// The new value in what the parameter is set to; `None` if nothing is said of it.
    ///
    /// Errors: `BadValue` (2), `DollarPrefixedFieldName` (52).
    fn read<'v>(&self, setting: ValueRef<'v>) -> Result<Option<ValueRef<'v>>> {
        let mut inner = setting.as_document().ok_or_else(|| self.wrong())?;
        if let Some(group) = self.group {
            self.check_names(inner, group)?;
            let found = inner.get(group).and_then(|value| value.as_document());
            inner = found.ok_or_else(|| self.wrong())?;
        }
        self.check_names(inner, self.field)?;
        match inner.get(self.field) {
            Some(value) => self.check(value).map(Some),
            None if self.group.is_some() => Err(self.wrong()),
            None => Ok(None),
        }
    }

    fn check_names(&self, document: DocumentRef<'_>, known: &str) -> Result<()> {
        for element in document.elements() {
            if element.name.starts_with('$') {
                return Err(Error::new(
                    codes::DOLLAR_PREFIXED_FIELD_NAME,
                    format_args!("a field cannot begin with a dollar: '{}'", element.name),
                ));
            }
            if element.name != known {
                return Err(self.wrong());
            }
        }
        Ok(())
    }

    fn describe(&self, value: ValueRef<'_>, since: Timestamp) -> DocumentBuf {
        let mut out = DocumentBuf::new();
        out.append("_id", self.name);
        out.append("clusterParameterTime", ValueRef::Timestamp(since));
        match self.group {
            None => out.append(self.field, value),
            Some(group) => out.append_document(group, |inner| inner.append(self.field, value)),
        }
        out
    }
}

fn namespace() -> Namespace {
    Namespace::new("config", "clusterParameters")
}

/// The record and the document of a parameter that was set.
fn stored(collection: &Collection, name: &str) -> Result<Option<(u64, DocumentBuf)>> {
    let mut cursor = collection.records.cursor();
    while let Some((record, bytes)) = cursor.next_ref()? {
        let document = DocumentRef::from_valid(bytes);
        if document.get("_id").and_then(|id| id.as_str()) == Some(name) {
            return Ok(Some((record, DocumentBuf::from(document))));
        }
    }
    Ok(None)
}

fn missing(name: &str) -> Error {
    Error::new(
        40414,
        format_args!("BSON field '{name}.{name}' is missing but a required field"),
    )
}

/// Errors: `Unauthorized` (13) outside `admin`, `TypeMismatch` (14), `NoSuchKey` (4), 40414,
/// `BadValue` (2) for an empty list.
pub(super) fn get(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    check_admin(request)?;
    Arguments::of_lenient(request, &[])?;
    let wrong = |kind: crate::value::Kind| {
        Error::type_mismatch(format_args!(
            "cluster parameters are named by strings, not {}",
            kind.alias()
        ))
    };
    let mut wanted: Vec<&Parameter> = Vec::new();
    match request.target {
        ValueRef::Null | ValueRef::Undefined => return Err(missing(request.name)),
        ValueRef::String("*") => wanted.extend(PARAMETERS),
        ValueRef::String(name) => wanted.push(find(name)?),
        ValueRef::Array(names) => {
            for name in names.iter() {
                let kind = name.kind();
                wanted.push(find(name.as_str().ok_or_else(|| wrong(kind))?)?);
            }
            if wanted.is_empty() {
                return Err(Error::bad_value("no cluster parameter was named"));
            }
        }
        other => return Err(wrong(other.kind())),
    }
    let collection = engine.collection(&namespace());
    let mut found = Vec::new();
    for parameter in wanted {
        let stored = match &collection {
            Some(collection) => stored(collection, parameter.name)?,
            None => None,
        };
        found.push(match stored {
            Some((_, document)) => document,
            None => parameter.describe(parameter.default(), NOBODY),
        });
    }
    let mut reply = DocumentBuf::new();
    reply.append_array("clusterParameters", |list| {
        found.iter().for_each(|document| list.push(document));
    });
    Ok(reply)
}

/// Errors: `Unauthorized` (13) outside `admin`, `InvalidOptions` (72) for several parameters or a
/// write concern, 40414, `TypeMismatch` (14), `NoSuchKey` (4), those of the parameters.
pub(super) fn set(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    check_admin(request)?;
    Arguments::of_lenient(request, &[])?;
    if request.document.get("writeConcern").is_some() {
        let message = "setClusterParameter takes no write concern";
        return Err(Error::new(codes::INVALID_OPTIONS, message));
    }
    let settings = match request.target {
        ValueRef::Document(settings) => settings,
        ValueRef::Null | ValueRef::Undefined => return Err(missing(request.name)),
        other => {
            let kind = other.kind().alias();
            return Err(Error::type_mismatch(format_args!(
                "setClusterParameter takes a document, not {kind}"
            )));
        }
    };
    let mut elements = settings.elements();
    let Some(element) = elements.next() else {
        return Err(unknown(""));
    };
    if elements.next().is_some() {
        let message = "only one cluster parameter is set at a time";
        return Err(Error::new(codes::INVALID_OPTIONS, message));
    }
    let parameter = find(element.name)?;
    let Some(value) = parameter.read(element.value())? else {
        return Ok(DocumentBuf::new());
    };
    let since = Timestamp {
        time: u32::try_from(request.context.now_ms / 1_000).unwrap_or(0),
        increment: 1,
    };
    let document = parameter.describe(value, since);
    let namespace = namespace();
    let mut write = Write::new(engine);
    write.create_implicitly(&namespace)?;
    let old = match write.snapshot(&namespace) {
        Some(collection) => stored(&collection, parameter.name)?,
        None => None,
    };
    match old {
        Some((record, old)) => write.update(&namespace, record, old.as_ref(), document.as_ref())?,
        None => write.insert(&namespace, document.as_ref()).map(drop)?,
    }
    write.commit();
    Ok(DocumentBuf::new())
}
