//! filemd5: the digest of a file that GridFS keeps in chunks.
//!
//! Source: the manual, "filemd5".

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use crate::catalog::Namespace;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::ordered::OrderedMap;
use crate::value::{DocumentBuf, DocumentRef, Md5, ValueRef, compare};

const FIELDS: &[Field] = &[
    optional("root", Takes::String),
    optional("partialOk", Takes::Truth),
];

/// Errors: `TypeMismatch` (14), 50847 and 50848 for chunks that are not data, `NotImplemented` (238)
/// for the digest of a part.
pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of_lenient(request, FIELDS)?;
    arguments.refuse(&["partialOk"])?;
    let root = arguments.string("root").unwrap_or("fs");
    let namespace = Namespace::new(request.database, &format!("{root}.chunks"));
    // Records by their number; only these are held at once.
    let mut chunks = OrderedMap::new();
    let collection = engine.catalog().regular(&namespace)?.cloned();
    if let Some(collection) = &collection {
        let mut cursor = collection.records.cursor();
        while let Some((record, bytes)) = cursor.next_ref()? {
            engine.step()?;
            let document = DocumentRef::from_valid(bytes);
            let file = document.get("files_id").unwrap_or(ValueRef::Null);
            if compare(file, request.target).is_eq() {
                let number = document.get("n").and_then(|n| n.to_i64_exact());
                chunks.insert(number.unwrap_or(-1), record);
            }
        }
    }
    let mut digest = Md5::default();
    for (expected, (number, record)) in chunks.iter().enumerate() {
        if *number != expected as i64 {
            return Err(Error::new(
                50848,
                format_args!("chunk {expected} is missing"),
            ));
        }
        let found = match &collection {
            Some(collection) => collection.records.get_ref(*record)?,
            None => None,
        };
        match DocumentRef::from_valid(found.unwrap_or(&[5, 0, 0, 0, 0])).get("data") {
            Some(ValueRef::Binary(data)) => digest.update(data.bytes),
            _ => {
                return Err(Error::new(
                    50847,
                    format_args!("chunk {number} holds no binary data"),
                ));
            }
        }
    }
    let mut reply = DocumentBuf::new();
    reply.append("numChunks", chunks.len() as i32);
    reply.append("md5", digest.finish_hex().as_str());
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use crate::command::testing::Shell;

    #[test]
    fn chunks_are_taken_in_their_order() {
        let mut shell = Shell::new();
        shell.check("{filemd5: 1}", "md5", "'d41d8cd98f00b204e9800998ecf8427e'");
        shell.insert(
            "fs.chunks",
            "[{files_id: 1, n: 0, data: 'text'}, {files_id: 2, n: 1}]",
        );
        shell.check_error("{filemd5: 1}", 50847);
        shell.check_error("{filemd5: 2}", 50848);
        shell.check("{filemd5: 3, root: 'fs'}", "numChunks", "0");
    }
}
