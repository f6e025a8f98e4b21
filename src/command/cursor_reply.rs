//! The reply of a command that opens or reads a cursor.

use crate::catalog::Namespace;
use crate::engine::{Batch, Cursor, Engine};
use crate::error::Result;
use crate::value::{DocumentBuf, DocumentRef, DocumentWriter};

/// Gives the first batch and keeps the cursor if there is more.
pub(super) fn first_batch(
    engine: &mut Engine,
    mut cursor: Cursor,
    batch_size: Option<usize>,
    single: bool,
) -> Result<DocumentBuf> {
    let batch = cursor.batch(batch_size)?;
    let namespace = cursor.namespace.clone();
    let id = if batch.is_last || single {
        0
    } else {
        let env = engine.env.clone();
        engine.cursors.open(cursor, env.as_ref())
    };
    Ok(reply("firstBatch", &namespace, id, &batch))
}

/// `{cursor: {firstBatch | nextBatch: [...], id, ns}}`.
pub(super) fn reply(field: &str, namespace: &Namespace, id: i64, batch: &Batch) -> DocumentBuf {
    let documents = batch.documents.iter();
    let documents: Vec<_> = documents.map(|document| document.as_ref()).collect();
    of_documents(field, &namespace.to_string(), id, &documents)
}

/// As [`reply`], of documents that are elsewhere.
pub(super) fn of_documents(
    field: &str,
    namespace: &str,
    id: i64,
    documents: &[DocumentRef<'_>],
) -> DocumentBuf {
    let bytes: usize = documents
        .iter()
        .map(|document| document.as_bytes().len() + 8)
        .sum();
    let mut out = Vec::with_capacity(bytes + namespace.len() + 128);
    {
        let mut reply = DocumentWriter::begin(&mut out);
        {
            let mut cursor = reply.document("cursor");
            {
                let mut list = cursor.array(field);
                documents.iter().for_each(|document| list.push(*document));
            }
            cursor.append("id", id);
            cursor.append("ns", namespace);
        }
        reply.append("ok", 1.0);
    }
    DocumentBuf::from_valid(out)
}
