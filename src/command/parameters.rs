//! getParameter and setParameter: the settings of the engine that a user may see or change.
//!
//! Source: the manual's pages of the same names. Only what acts can be set; it lasts as long as the
//! engine runs.

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use super::server::{COMPATIBILITY_VERSION, check_admin};
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::limits;
use crate::value::{DocumentBuf, Element, ValueRef};

struct Parameter {
    name: &'static str,
    /// Adds the value under this name.
    get: fn(&Engine, &mut DocumentBuf, &str),
    /// `None` if it cannot be changed while the engine runs.
    set: Option<fn(&mut Engine, i64)>,
    /// The least and the largest value.
    range: (i64, i64),
}

const fn fixed(name: &'static str, get: fn(&Engine, &mut DocumentBuf, &str)) -> Parameter {
    Parameter {
        name,
        get,
        set: None,
        range: (0, 0),
    }
}

/// In the order of their names.
static PARAMETERS: &[Parameter] = &[
    fixed("authenticationMechanisms", |_, out, name| {
        out.append_array(name, |_| {});
    }),
    Parameter {
        name: "cursorTimeoutMillis",
        get: |engine, out, name| out.append(name, engine.status.cursor_idle_ms_max),
        set: Some(|engine, value| engine.status.cursor_idle_ms_max = value),
        range: (1, i64::MAX),
    },
    fixed("enableTestCommands", |_, out, name| out.append(name, false)),
    fixed("featureCompatibilityVersion", |_, out, name| {
        out.append_document(name, |inner| inner.append("version", COMPATIBILITY_VERSION));
    }),
    fixed("localLogicalSessionTimeoutMinutes", |_, out, name| {
        out.append(name, limits::SESSION_TIMEOUT_MINUTES);
    }),
    Parameter {
        name: "logLevel",
        get: |engine, out, name| out.append(name, engine.status.log_level),
        set: Some(|engine, value| engine.status.log_level = value as i32),
        range: (0, 5),
    },
    fixed("maxBSONDepth", |_, out, name| {
        out.append(name, limits::NESTING_DEPTH_MAX as i32);
    }),
    fixed("notablescan", |_, out, name| out.append(name, false)),
    fixed("quiet", |_, out, name| out.append(name, false)),
    fixed("ttlMonitorEnabled", |_, out, name| out.append(name, true)),
];

/// The fields that say what to do with parameters, and are none.
fn is_option(name: &str) -> bool {
    matches!(
        name,
        "comment"
            | "lsid"
            | "maxTimeMS"
            | "readConcern"
            | "writeConcern"
            | "apiVersion"
            | "apiStrict"
            | "apiDeprecationErrors"
    ) || name.starts_with('$')
}

/// The elements of a command that name parameters.
fn named<'a>(request: &Request<'a>) -> impl Iterator<Item = Element<'a>> {
    let elements = request.document.elements().skip(1);
    elements.filter(|element| !is_option(element.name))
}

fn find(name: &str) -> Option<&'static Parameter> {
    PARAMETERS.iter().find(|parameter| parameter.name == name)
}

/// What `getParameter` is asked for beside names.
#[derive(Default)]
struct Wanted {
    all: bool,
    details: bool,
    /// Only those that can be set then, or not.
    runtime: Option<bool>,
}

fn wanted(request: &Request<'_>) -> Result<Wanted> {
    const FIELDS: &[Field] = &[
        optional("showDetails", Takes::Truth),
        optional("allParameters", Takes::Truth),
        optional("setAt", Takes::String),
    ];
    let options = match request.target {
        ValueRef::String("*") => {
            return Ok(Wanted {
                all: true,
                ..Wanted::default()
            });
        }
        ValueRef::Document(options) => options,
        _ => return Ok(Wanted::default()),
    };
    let options = Arguments::inside("getParameter", options, FIELDS)?;
    let runtime = match options.string("setAt") {
        None => None,
        Some("runtime") => Some(true),
        Some("startup") => Some(false),
        Some(other) => {
            return Err(Error::bad_value(format_args!(
                "setAt is 'runtime' or 'startup', not '{other}'"
            )));
        }
    };
    Ok(Wanted {
        all: options.truth("allParameters").unwrap_or(false),
        details: options.truth("showDetails").unwrap_or(false),
        runtime,
    })
}

/// Errors: `Unauthorized` (13) outside `admin`, `TypeMismatch` (14), `InvalidOptions` (72) when
/// nothing that is there was asked for.
pub(super) fn get(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    check_admin(request)?;
    Arguments::of_lenient(request, &[])?;
    let wanted = wanted(request)?;
    let mut reply = DocumentBuf::new();
    for parameter in PARAMETERS {
        let is_named = || named(request).any(|element| element.name == parameter.name);
        let is_of_time = wanted
            .runtime
            .is_none_or(|runtime| !runtime || parameter.set.is_some());
        if !is_of_time || !(wanted.all || is_named()) {
            continue;
        }
        match wanted.details {
            false => (parameter.get)(engine, &mut reply, parameter.name),
            true => {
                let mut details = DocumentBuf::new();
                (parameter.get)(engine, &mut details, "value");
                details.append("settableAtRuntime", parameter.set.is_some());
                details.append("settableAtStartup", false);
                reply.append(parameter.name, &details);
            }
        }
    }
    if reply.as_ref().is_empty() && !wanted.all {
        let message = "none of the parameters that are there was asked for";
        return Err(Error::new(codes::INVALID_OPTIONS, message));
    }
    Ok(reply)
}

/// Errors: `Unauthorized` (13) outside `admin`, `InvalidOptions` (72) for a parameter that is not
/// there or none at all, `IllegalOperation` (20) for one that cannot be changed, `TypeMismatch` (14),
/// `BadValue` (2) for a value out of its range. Then nothing has changed.
pub(super) fn set(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    check_admin(request)?;
    Arguments::of_lenient(request, &[])?;
    let mut changes = Vec::new();
    for element in named(request) {
        let name = element.name;
        let Some(parameter) = find(name) else {
            return Err(Error::new(
                codes::INVALID_OPTIONS,
                format_args!("there is no parameter '{name}' to be set"),
            ));
        };
        let Some(set) = parameter.set else {
            return Err(Error::new(
                codes::ILLEGAL_OPERATION,
                format_args!("{name} cannot be changed while the engine runs"),
            ));
        };
        let Some(value) = element.value().to_i64_coerced() else {
            let kind = element.kind.alias();
            return Err(Error::type_mismatch(format_args!(
                "{name} takes a number, not {kind}"
            )));
        };
        let (least, largest) = parameter.range;
        if !(least..=largest).contains(&value) {
            return Err(Error::bad_value(format_args!(
                "{name} has to be from {least} to {largest}, not {value}"
            )));
        }
        changes.push((parameter, set, value));
    }
    let mut reply = DocumentBuf::new();
    let Some((first, _, _)) = changes.first() else {
        let message = "no parameter to be set was named";
        return Err(Error::new(codes::INVALID_OPTIONS, message));
    };
    (first.get)(engine, &mut reply, "was");
    for (parameter, set, value) in changes {
        set(engine, value);
        let attributes = format!("\"name\":\"{}\",\"value\":{value}", parameter.name);
        super::accounting::log(engine, "COMMAND", "Parameter changed", &attributes);
    }
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use crate::command::testing::Shell;

    #[test]
    fn what_is_set_acts() {
        let (mut shell, env) = Shell::with_clock(0);
        let lines = "{getLog: 'global', $db: 'admin'}";
        shell.insert("c", "[{_id: 1}, {_id: 2}, {_id: 3}]");
        let quiet = shell.field(lines, "totalLinesWritten");
        shell.succeed("{find: 'c'}");
        assert_eq!(shell.field(lines, "totalLinesWritten"), quiet);
        shell.check(
            "{setParameter: 1, logLevel: 1, cursorTimeoutMillis: 500, $db: 'admin'}",
            "was",
            "0",
        );
        let loud = shell.field(lines, "totalLinesWritten");
        shell.succeed("{find: 'c'}");
        assert_ne!(shell.field(lines, "totalLinesWritten"), loud);
        let id = shell.field("{find: 'c', batchSize: 1}", "cursor.id");
        let id = id.trim_start_matches("Long(").trim_end_matches(')');
        let id = id.trim_matches('\'').trim_end_matches('L').to_owned();
        env.advance_ms(1_000);
        shell.check_error(&format!("{{getMore: {id}L, collection: 'c'}}"), 43);
    }

    #[test]
    fn what_cannot_be_set_is_refused() {
        for (command, code) in [
            ("{setParameter: 1, maxBSONDepth: 100, $db: 'admin'}", 20),
            ("{setParameter: 1, noSuchThing: 100, $db: 'admin'}", 72),
            ("{setParameter: 1, $db: 'admin'}", 72),
            ("{setParameter: 1, logLevel: 6, $db: 'admin'}", 2),
            ("{setParameter: 1, logLevel: 'x', $db: 'admin'}", 14),
            ("{setParameter: 1, logLevel: 1}", 13),
            ("{getParameter: 1, $db: 'admin'}", 72),
            ("{getParameter: 1, noSuchThing: 1, $db: 'admin'}", 72),
            ("{getParameter: {setAt: 'never'}, $db: 'admin'}", 2),
        ] {
            Shell::new().check_error(command, code);
        }
    }
}
