//! hello, ping, buildInfo: what a driver asks first.
//!
//! Source: the manual's pages of the same names.

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::limits;
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// The version of the server whose behaviour this engine has.
pub(super) const VERSION: [i32; 4] = [8, 0, 0, 0];
pub(super) const VERSION_NAME: &str = "8.0.0";

const HELLO_FIELDS: &[Field] = &[
    optional("helloOk", Takes::Truth),
    optional("client", Takes::Document),
    optional("compression", Takes::Array),
    optional("speculativeAuthenticate", Takes::Document),
    optional("saslSupportedMechs", Takes::Any),
    optional("loadBalanced", Takes::Truth),
    optional("topologyVersion", Takes::Document),
    optional("maxAwaitTimeMS", Takes::Number),
];

/// The user whose mechanisms are asked for: there are no users, so only its form matters.
///
/// Errors: `TypeMismatch` (14), `BadValue` (2) for what names no user.
fn check_user(user: ValueRef<'_>) -> Result<()> {
    let text =
        |document: DocumentRef<'_>, name| matches!(document.get(name), Some(ValueRef::String(_)));
    let is_name = match user {
        ValueRef::String(name) => name.contains('.'),
        ValueRef::Document(name) => text(name, "user") && text(name, "db"),
        other => {
            return Err(Error::type_mismatch(format_args!(
                "saslSupportedMechs names a user, not {}",
                other.kind().alias()
            )));
        }
    };
    match is_name {
        true => Ok(()),
        false => Err(Error::bad_value(
            "saslSupportedMechs is a database and a user",
        )),
    }
}

pub(super) fn hello(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of_lenient(request, HELLO_FIELDS)?;
    if let Some(user) = request.document.get("saslSupportedMechs") {
        check_user(user)?;
    }
    let mut reply = DocumentBuf::new();
    if request.name == "hello" {
        reply.append("isWritablePrimary", true);
    } else {
        reply.append("helloOk", true);
        reply.append("ismaster", true);
    }
    reply.append_document("topologyVersion", |version| {
        let process = super::server::process_id(engine);
        version.append("processId", ValueRef::ObjectId(process));
        version.append("counter", 0i64);
    });
    reply.append("maxBsonObjectSize", limits::DOCUMENT_BYTES_MAX as i32);
    reply.append("maxMessageSizeBytes", limits::MESSAGE_BYTES_MAX as i32);
    reply.append("maxWriteBatchSize", limits::WRITE_BATCH_MAX as i32);
    reply.append("localTime", ValueRef::Date(request.context.now_ms));
    reply.append(
        "logicalSessionTimeoutMinutes",
        limits::SESSION_TIMEOUT_MINUTES,
    );
    reply.append("connectionId", 1);
    reply.append("minWireVersion", 0);
    reply.append("maxWireVersion", 25);
    reply.append("readOnly", false);
    Ok(reply)
}

pub(super) fn ping(_engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of_lenient(request, &[])?;
    Ok(DocumentBuf::new())
}

pub(super) fn build_info(_engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of(request, &[])?;
    let mut reply = DocumentBuf::new();
    reply.append("version", VERSION_NAME);
    reply.append("gitVersion", concat!("tussock-", env!("CARGO_PKG_VERSION")));
    reply.append_array("modules", |_| {});
    reply.append("allocator", "system");
    reply.append("javascriptEngine", "none");
    reply.append("sysInfo", "deprecated");
    reply.append_array("versionArray", |list| {
        VERSION.iter().for_each(|part| list.push(*part))
    });
    reply.append_document("openssl", |_| {});
    reply.append_document("buildEnvironment", |_| {});
    reply.append("bits", 64);
    reply.append("debug", cfg!(debug_assertions));
    reply.append("maxBsonObjectSize", limits::DOCUMENT_BYTES_MAX as i32);
    reply.append_array("storageEngines", |list| list.push("tussock"));
    Ok(reply)
}
