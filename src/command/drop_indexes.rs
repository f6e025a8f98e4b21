//! dropIndexes: removes indexes by name, by key, several or all.
//!
//! Source: the manual, "dropIndexes".

use super::arguments::{Arguments, Field, Takes, required};
use super::request::Request;
use crate::catalog::Collection;
use crate::engine::{Engine, Write};
use crate::error::{Error, Result, codes};
use crate::value::{DocumentBuf, DocumentRef, ValueRef, compare_documents};

const FIELDS: &[Field] = &[required("index", Takes::Any)];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of(request, FIELDS)?;
    let namespace = request.namespace()?;
    let Some(collection) = engine.catalog().regular(&namespace)?.cloned() else {
        return Err(Error::new(
            codes::NAMESPACE_NOT_FOUND,
            format_args!("ns not found {namespace}"),
        ));
    };
    let names = match request.document.get("index") {
        Some(ValueRef::String("*")) => {
            let all = collection.shown_indexes().iter();
            let all = all.filter(|index| !index.spec.is_id());
            all.map(|index| index.spec.name.clone()).collect()
        }
        Some(ValueRef::String(name)) => vec![by_name(&collection, name)?],
        Some(ValueRef::Document(key)) => vec![by_key(&collection, key)?],
        Some(ValueRef::Array(list)) => {
            let mut names = Vec::new();
            for name in list.iter() {
                let name = name.as_str().ok_or_else(|| wrong_type(name))?;
                names.push(by_name(&collection, name)?);
            }
            names
        }
        other => return Err(wrong_type(other.unwrap_or(ValueRef::Null))),
    };
    let before = collection.index_count();
    drop(collection);
    let mut write = Write::new(engine);
    for name in &names {
        write.drop_index(&namespace, name)?;
    }
    write.commit();
    let mut reply = DocumentBuf::new();
    reply.append("nIndexesWas", before as i32);
    if matches!(request.document.get("index"), Some(ValueRef::String("*"))) {
        reply.append("msg", "non-_id indexes dropped for collection");
    }
    Ok(reply)
}

fn by_name(collection: &Collection, name: &str) -> Result<String> {
    let not_found = || {
        Error::new(
            codes::INDEX_NOT_FOUND,
            format_args!("index not found with name [{name}]"),
        )
    };
    let index = collection.index(name).ok_or_else(not_found)?;
    if index.spec.clustered {
        return Err(Error::new(5979800, "cannot drop the clustered index"));
    }
    if index.spec.is_id() {
        return Err(Error::new(codes::INVALID_OPTIONS, "cannot drop _id index"));
    }
    Ok(name.to_owned())
}

fn by_key(collection: &Collection, key: DocumentRef<'_>) -> Result<String> {
    let mut found = collection
        .shown_indexes()
        .iter()
        .filter(|index| compare_documents(index.spec.key.as_ref(), key).is_eq());
    let Some(first) = found.next() else {
        return Err(Error::new(
            codes::INDEX_NOT_FOUND,
            format_args!("can't find index with key: {key}"),
        ));
    };
    if found.next().is_some() {
        return Err(Error::new(
            codes::AMBIGUOUS_INDEX_KEY_PATTERN,
            format_args!(
                "{} indexes have this key: drop one by its name",
                2 + found.count()
            ),
        ));
    }
    by_name(collection, &first.spec.name)
}

#[cold]
fn wrong_type(value: ValueRef<'_>) -> Error {
    Error::new(
        codes::TYPE_MISMATCH,
        format_args!(
            "BSON field 'dropIndexes.index' is the wrong type '{}', expected types '[string, object, array]'",
            value.kind().alias()
        ),
    )
}
