//! tussockExpire: removes the documents whose time a TTL index says is over.
//!
//! A command of our own, which the package sends every minute and when a page wakes up; so what
//! expires is journaled as every other write is.

use super::arguments::Arguments;
use super::request::Request;
use crate::engine::Engine;
use crate::error::Result;
use crate::value::DocumentBuf;

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of(request, &[])?;
    let expired = engine.expire()?;
    let mut reply = DocumentBuf::new();
    reply.append("n", expired.count as i64);
    reply.append("more", expired.more);
    Ok(reply)
}
