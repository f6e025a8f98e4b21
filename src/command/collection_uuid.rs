//! `collectionUUID`: a command that names its collection twice, by name and by UUID.
//!
//! Source: the manual, "collectionUUID" of the write commands.

use super::request::Request;
use crate::catalog::{Catalog, Namespace};
use crate::error::{Error, Result, codes};
use crate::value::{BinaryRef, DocumentBuf, ValueRef};

/// Checks the field `collectionUUID` of a command.
///
/// Errors: as [`check_value`].
pub(super) fn check(catalog: &Catalog, namespace: &Namespace, request: &Request<'_>) -> Result<()> {
    match request.document.get("collectionUUID") {
        Some(uuid) => check_value(catalog, namespace, uuid),
        None => Ok(()),
    }
}

/// Checks that the collection with this name has this UUID.
///
/// Errors: `TypeMismatch` (14), `InvalidUUID` (207), `CollectionUUIDMismatch` (361).
pub(super) fn check_value(
    catalog: &Catalog,
    namespace: &Namespace,
    uuid: ValueRef<'_>,
) -> Result<()> {
    let bytes = match uuid {
        ValueRef::Null | ValueRef::Undefined => return Ok(()),
        ValueRef::Binary(binary) => binary,
        other => {
            return Err(Error::type_mismatch(format_args!(
                "BSON field 'collectionUUID' is the wrong type '{}', expected type 'binData'",
                other.kind().alias()
            )));
        }
    };
    if bytes.subtype != 4 {
        return Err(Error::type_mismatch(
            "BSON field 'collectionUUID' has the wrong binary subtype, expected a UUID",
        ));
    }
    if bytes.bytes.len() != 16 {
        return Err(Error::new(codes::INVALID_UUID, "a UUID has 16 bytes"));
    }
    let has = |info: &crate::catalog::CollectionInfo| info.uuid == *bytes.bytes;
    let named = catalog.get(namespace).filter(|found| !found.is_view());
    if named.is_some_and(|found| has(&found.info)) {
        return Ok(());
    }
    Err(mismatch(catalog, namespace, bytes))
}

#[cold]
fn mismatch(catalog: &Catalog, namespace: &Namespace, uuid: BinaryRef<'_>) -> Error {
    let actual = catalog
        .of_database(namespace.database())
        .find(|found| !found.is_view() && found.info.uuid == *uuid.bytes);
    let mut details = DocumentBuf::new();
    details.append("db", namespace.database());
    details.append("collectionUUID", uuid);
    details.append("expectedCollection", namespace.collection());
    match actual {
        Some(found) => details.append("actualCollection", found.info.namespace.collection()),
        None => details.append("actualCollection", ValueRef::Null),
    }
    Error::new(
        codes::COLLECTION_UUID_MISMATCH,
        "Collection UUID does not match that specified",
    )
    .with_details(details.into_bytes())
}
