//! drop and dropDatabase: collections go, with their documents and indexes.
//!
//! Source: the manual, "drop" and "dropDatabase".

use super::arguments::Arguments;
use super::request::Request;
use crate::catalog::Namespace;
use crate::engine::{Engine, Write};
use crate::error::{Error, Result, codes};
use crate::value::DocumentBuf;

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of(request, &[])?;
    let namespace = request.namespace()?;
    let mut reply = DocumentBuf::new();
    let Some(collection) = engine.collection(&namespace) else {
        // Dropping what is not there is no error since 7.0.
        return Ok(reply);
    };
    let mut write = Write::new(engine);
    write.drop_collection(&namespace);
    write.commit();
    engine.cursors.kill(&namespace, "collection dropped");
    if !collection.is_view() {
        reply.append("nIndexesWas", collection.indexes.len() as i32);
    }
    reply.append("ns", namespace.to_string().as_str());
    Ok(reply)
}

pub(super) fn run_database(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of(request, &[])?;
    if request.target.to_f64() != Some(1.0) {
        return Err(Error::new(
            codes::ILLEGAL_OPERATION,
            "have to pass 1 as db parameter",
        ));
    }
    if matches!(request.database, "admin" | "local" | "config") {
        let message = format!(
            "Dropping the '{}' database is prohibited.",
            request.database
        );
        return Err(Error::new(codes::ILLEGAL_OPERATION, message));
    }
    let names: Vec<Namespace> = engine
        .catalog()
        .of_database(request.database)
        .map(|collection| collection.info.namespace.clone())
        .collect();
    let mut reply = DocumentBuf::new();
    if names.is_empty() {
        return Ok(reply);
    }
    let mut write = Write::new(engine);
    for name in &names {
        write.drop_collection(name);
    }
    write.commit();
    names
        .iter()
        .for_each(|name| engine.cursors.kill(name, "database dropped"));
    reply.append("dropped", request.database);
    Ok(reply)
}
