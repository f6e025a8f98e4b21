//! Expiry: removes the documents whose time a TTL index says is over.
//!
//! Source: the manual, "TTL Indexes". The engine has no clock that ticks: whoever runs it calls
//! [`Engine::expire`] from time to time.

use super::{Engine, Write};
use crate::catalog::{Collection, Namespace};
use crate::error::Result;
use crate::index::{FieldKind, Index, split_record};
use crate::keystring::encode_one;
use crate::ordered::OrderedSet;
use crate::value::{DocumentRef, ValueRef};

/// The most documents of one collection that go in one call.
const BATCH: usize = 10_000;

/// What a call of [`Engine::expire`] did.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Expired {
    /// Documents that were removed.
    pub count: u64,
    /// True if some were left for the next call.
    pub more: bool,
}

impl Engine {
    /// Removes expired documents, in one commit.
    pub fn expire(&mut self) -> Result<Expired> {
        let now_ms = self.env.now_ms();
        let expires = |found: &Collection| {
            let mut indexes = found.indexes.iter();
            indexes.any(|index| cutoff(found, index, now_ms).is_some())
                || scan_cutoff(found, now_ms).is_some()
        };
        let names: Vec<Namespace> = self
            .catalog()
            .iter()
            .filter(|found| expires(found))
            .map(|found| found.info.namespace.clone())
            .collect();
        let mut done = Expired::default();
        if names.is_empty() {
            return Ok(done);
        }
        let mut write = Write::new(self);
        for name in &names {
            let Some(collection) = write.snapshot(name) else {
                continue;
            };
            let records = expired(&collection, now_ms)?;
            done.more |= records.len() >= BATCH;
            for record in records {
                if let Some(document) = collection.document(record)? {
                    write.delete(name, record, DocumentRef::from_valid(&document))?;
                    done.count += 1;
                }
            }
        }
        if done.count > 0 {
            write.commit();
        }
        Ok(done)
    }
}

/// The last moment that is over, for an index that lets documents expire. Hashes tell no time.
fn cutoff(collection: &Collection, index: &Index, now_ms: i64) -> Option<i64> {
    // The option of the collection counts from dates in `_id`, or from those of measurements.
    let is_order = index.spec.clustered || index.spec.is_internal();
    let seconds = match is_order {
        true => seconds_of(collection)?,
        false => i64::from(index.spec.expire_after_seconds?),
    };
    match index.spec.fields.as_slice() {
        [field] if field.kind == FieldKind::Value => {
            Some(now_ms.saturating_sub(seconds.saturating_mul(1000)))
        }
        _ => None,
    }
}

/// The option `expireAfterSeconds` of a collection.
fn seconds_of(collection: &Collection) -> Option<i64> {
    let options = collection.info.options.as_ref();
    options.get("expireAfterSeconds")?.to_i64_exact()
}

/// As [`cutoff`], for a time series whose measurements no index orders by their times.
fn scan_cutoff(collection: &Collection, now_ms: i64) -> Option<i64> {
    let has_index = collection.time_series()?.time_index().is_some();
    let seconds = seconds_of(collection).filter(|_| !has_index)?;
    Some(now_ms.saturating_sub(seconds.saturating_mul(1000)))
}

fn expired(collection: &Collection, now_ms: i64) -> Result<OrderedSet<u64>> {
    let mut records = OrderedSet::new();
    if let Some(series) = collection.time_series()
        && let Some(cutoff) = scan_cutoff(collection, now_ms)
    {
        let mut cursor = collection.records.cursor();
        while records.len() < BATCH
            && let Some((record, document)) = cursor.next()?
        {
            let time = series.time(DocumentRef::from_valid(&document));
            if time.is_ok_and(|time| time <= cutoff) {
                records.insert(record);
            }
        }
    }
    for index in &collection.indexes {
        let Some(cutoff) = cutoff(collection, index, now_ms) else {
            continue;
        };
        let mut low = encode_one(ValueRef::Date(i64::MIN));
        let mut high = encode_one(ValueRef::Date(cutoff));
        if index.spec.fields[0].descending {
            let invert = |bytes: &mut Vec<u8>| bytes.iter_mut().for_each(|byte| *byte = !*byte);
            invert(&mut low);
            invert(&mut high);
            std::mem::swap(&mut low, &mut high);
        }
        high.push(0xff);
        let mut cursor = index.tree.cursor();
        cursor.seek(&low)?;
        while records.len() < BATCH
            && let Some(entry) = cursor.next()?
            && entry.key() < high.as_slice()
        {
            records.insert(split_record(index.spec.unique, entry.key(), entry.value()).record);
        }
    }
    Ok(records)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::command::testing::Shell;

    #[test]
    fn documents_expire_by_the_clock() {
        let mut shell = Shell::new();
        let now_ms = shell.engine().env.now_ms();
        let (gone, kept) = (now_ms - 10_001, now_ms - 9_999);
        let date = |ms: i64| format!("date({ms})");
        let documents = [
            format!("{{_id: 1, d: {}}}", date(gone)),
            format!("{{_id: 2, d: {}}}", date(kept)),
            format!("{{_id: 3, d: [{}, {}]}}", date(kept), date(gone)),
            format!("{{_id: 4, d: {gone}L}}"),
            "{_id: 5}".to_owned(),
            format!("{{_id: 6, d: {}, keep: true}}", date(gone)),
        ];
        shell.insert("c", &format!("[{}]", documents.join(", ")));
        shell.succeed(
            "{createIndexes: 'c', indexes: [{key: {d: -1}, name: 't', expireAfterSeconds: 10,
             hidden: true, partialFilterExpression: {keep: {$lte: null}}}]}",
        );
        shell.check("{tussockExpire: 1}", "n", "2L");
        shell.check("{tussockExpire: 1}", "n", "0L");
        shell.check("{count: 'c'}", "n", "4");
        shell.check("{validate: 'c'}", "valid", "true");
        shell.check(
            "{collMod: 'c', index: {name: 't', expireAfterSeconds: 9}}",
            "expireAfterSeconds_old",
            "10L",
        );
        shell.check("{tussockExpire: 1}", "n", "1L");
    }

    #[test]
    fn documents_of_capped_collections_expire_too() {
        let mut shell = Shell::new();
        shell.succeed("{create: 'c', capped: true, size: 1000000, max: 3}");
        shell.succeed(
            "{createIndexes: 'c', indexes: [{key: {t: 1}, name: 't', expireAfterSeconds: 0}]}",
        );
        shell.insert(
            "c",
            "[{_id: 1, t: date(9000)}, {_id: 2, t: date(0)}, {_id: 3, t: date(9000)}]",
        );
        shell.check("{tussockExpire: 1}", "n", "1L");
        shell.insert("c", "[{_id: 4}, {_id: 5}]");
        shell.check_batch(
            "{find: 'c', projection: {_id: 1}}",
            "[{_id: 3}, {_id: 4}, {_id: 5}]",
        );
    }
}
