//! hello, ping, buildInfo: what a driver asks first.
//!
//! Source: the manual's pages of the same names.

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use crate::engine::Engine;
use crate::error::Result;
use crate::limits;
use crate::value::{DocumentBuf, ValueRef};

/// The version of the server whose behaviour this engine has.
pub(super) const VERSION: [i32; 4] = [8, 0, 0, 0];

const HELLO_FIELDS: &[Field] = &[
    optional("helloOk", Takes::Truth),
    optional("client", Takes::Document),
    optional("compression", Takes::Array),
    optional("speculativeAuthenticate", Takes::Document),
    optional("saslSupportedMechs", Takes::String),
    optional("loadBalanced", Takes::Truth),
    optional("topologyVersion", Takes::Document),
    optional("maxAwaitTimeMS", Takes::Number),
];

pub(super) fn hello(_engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of(request, HELLO_FIELDS)?;
    let mut reply = DocumentBuf::new();
    if request.name == "hello" {
        reply.append("isWritablePrimary", true);
    } else {
        reply.append("helloOk", true);
        reply.append("ismaster", true);
    }
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
    Arguments::of(request, &[])?;
    Ok(DocumentBuf::new())
}

pub(super) fn build_info(_engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of(request, &[])?;
    let mut reply = DocumentBuf::new();
    reply.append("version", "8.0.0");
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
