//! drop and dropDatabase: collections go, with their documents and indexes.
//!
//! Source: the manual, "drop" and "dropDatabase".

use super::arguments::{Arguments, Field, Takes, optional};
use super::collection_uuid;
use super::request::Request;
use crate::catalog::Namespace;
use crate::engine::{Engine, Write};
use crate::error::{Error, Result, codes};
use crate::value::{DocumentBuf, ValueRef};

const FIELDS: &[Field] = &[optional("collectionUUID", Takes::Any)];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of(request, FIELDS)?;
    let namespace = request.namespace()?;
    collection_uuid::check(engine.catalog(), &namespace, request)?;
    let mut reply = DocumentBuf::new();
    // A series' buckets are the series.
    let found = engine.catalog().of_buckets(&namespace).cloned();
    let Some(collection) = found.or_else(|| engine.collection(&namespace)) else {
        // Dropping what is not there is no error since 7.0.
        return Ok(reply);
    };
    let namespace = collection.info.namespace.clone();
    let of_database = engine.catalog().of_database(request.database);
    let views: Vec<Namespace> = of_database
        .filter(|found| found.is_view())
        .map(|found| found.info.namespace.clone())
        .collect();
    let mut write = Write::new(engine);
    if namespace.collection() == "system.views" {
        // The views go with their definitions.
        for view in views {
            write.drop_collection(&view)?;
        }
    }
    write.drop_collection(&namespace)?;
    write.commit();
    engine.cursors.kill(&namespace, "collection dropped");
    if !collection.is_view() {
        reply.append("nIndexesWas", collection.index_count() as i32);
    }
    reply.append("ns", namespace.to_string().as_str());
    Ok(reply)
}

pub(super) fn run_database(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of(request, &[])?;
    match request.target {
        target if target.to_i64_coerced() == Some(1) => {}
        ValueRef::Null | ValueRef::Undefined => {
            let message = "BSON field 'dropDatabase.dropDatabase' is missing but a required field";
            return Err(Error::new(40414, message));
        }
        target if target.is_number() => {
            return Err(Error::new(5255100, "have to pass 1 as db parameter"));
        }
        target => {
            return Err(Error::type_mismatch(format_args!(
                "BSON field 'dropDatabase.dropDatabase' is the wrong type '{}'",
                target.kind().alias()
            )));
        }
    }
    if matches!(request.database, "admin" | "local" | "config") {
        return Err(Error::new(
            codes::ILLEGAL_OPERATION,
            format_args!(
                "Dropping the '{}' database is prohibited.",
                request.database
            ),
        ));
    }
    let names: Vec<Namespace> = engine
        .catalog()
        .of_database(request.database)
        .map(|collection| collection.info.namespace.clone())
        .collect();
    if names.is_empty() {
        return Ok(DocumentBuf::new());
    }
    let mut write = Write::new(engine);
    for name in &names {
        write.drop_collection(name)?;
    }
    write.commit();
    names
        .iter()
        .for_each(|name| engine.cursors.kill(name, "database dropped"));
    Ok(DocumentBuf::new())
}
