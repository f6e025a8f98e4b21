//! The option `clusteredIndex` of create: a collection in the order of `_id`.
//!
//! Source: the manual, "Clustered Collections".

use super::arguments::{Arguments, Field, Takes, optional, required};
use crate::error::{Error, Result, codes};
use crate::index::is_order_by_id;
use crate::value::{DocumentBuf, ValueRef};

const FIELDS: &[Field] = &[
    optional("v", Takes::Number),
    required("key", Takes::Document),
    optional("name", Takes::String),
    required("unique", Takes::Truth),
];

/// What excludes the option, and the code for it.
const CONFLICTS: &[(&str, i32)] = &[
    ("viewOn", 6026500),
    ("size", 6049200),
    ("max", 6049204),
    ("capped", 6049200),
    ("idIndex", codes::INVALID_OPTIONS),
    ("timeseries", codes::INVALID_OPTIONS),
];

/// The option as it is kept and shown; `None` without it.
///
/// Errors: those of the table above; `TypeMismatch` (14), 40414 and 40415 for its fields; 5979703
/// for `true`, 5979700 if it is not unique, 5979704 for a version, `CannotCreateIndex` (67) for
/// the name, `InvalidIndexSpecificationOption` (197) for another key.
pub(super) fn read(create: &Arguments<'_>) -> Result<Option<DocumentBuf>> {
    let given = match create.get("clusteredIndex") {
        None | Some(ValueRef::Null | ValueRef::Undefined | ValueRef::Boolean(false)) => {
            return Ok(None);
        }
        Some(ValueRef::Boolean(true)) => {
            return Err(Error::new(
                5979703,
                "'clusteredIndex: true' is an old format",
            ));
        }
        Some(ValueRef::Document(given)) => given,
        Some(other) => {
            return Err(Error::type_mismatch(format_args!(
                "BSON field 'create.clusteredIndex' is the wrong type '{}', expected types '[bool, object]'",
                other.kind().alias()
            )));
        }
    };
    let fields = Arguments::inside("create.clusteredIndex", given, FIELDS)?;
    for (name, code) in CONFLICTS {
        let is_asked = match create.get(name) {
            None | Some(ValueRef::Null | ValueRef::Undefined) => false,
            Some(value) => *name != "capped" || value.is_truthy(),
        };
        if is_asked {
            return Err(Error::new(
                *code,
                format_args!("'clusteredIndex' excludes '{name}'"),
            ));
        }
    }
    if fields.truth("unique") != Some(true) {
        return Err(Error::new(5979700, "a clustered index has to be unique"));
    }
    if fields.get("v").is_some() && fields.number("v") != Some(2) {
        return Err(Error::new(5979704, "the version of a clustered index is 2"));
    }
    let Some(key) = fields.document("key").filter(|key| is_order_by_id(*key)) else {
        let message = "the key of a clustered index is {_id: 1}";
        return Err(Error::new(
            codes::INVALID_INDEX_SPECIFICATION_OPTION,
            message,
        ));
    };
    let name = fields.string("name").unwrap_or("_id_");
    if name.is_empty() || name == "*" || name.contains('\0') {
        return Err(Error::new(
            codes::CANNOT_CREATE_INDEX,
            format_args!("'{name}' is no name for an index"),
        ));
    }
    let mut kept = DocumentBuf::new();
    kept.append("v", 2);
    kept.append("key", key);
    kept.append("name", name);
    kept.append("unique", true);
    Ok(Some(kept))
}

/// The seconds after which the documents of a clustered collection expire, as create and collMod
/// take them.
///
/// Errors: `InvalidOptions` (72) for another collection, or a number that is none of seconds.
pub(super) fn seconds(number: i64, is_clustered: bool) -> Result<i64> {
    let refuse = |what: &str| Err(Error::new(codes::INVALID_OPTIONS, what));
    if !is_clustered {
        return refuse("'expireAfterSeconds' is for time-series and clustered collections");
    }
    if !(0..=i64::from(i32::MAX)).contains(&number) {
        return refuse("'expireAfterSeconds' is out of range");
    }
    Ok(number)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::command::testing::Shell;

    const CREATE: &str = "{create: 'c', clusteredIndex: {key: {_id: 1}, unique: true, name: 'own'}";

    #[test]
    fn what_create_refuses() {
        let mut shell = Shell::new();
        for (option, code) in [
            ("clusteredIndex: true", 5979703),
            ("clusteredIndex: 'x'", 14),
            ("clusteredIndex: {unique: true}", 40414),
            ("clusteredIndex: {key: {_id: 1}}", 40414),
            ("clusteredIndex: {key: {_id: 1}, unique: false}", 5979700),
            (
                "clusteredIndex: {key: {_id: 1}, unique: true, v: 1}",
                5979704,
            ),
            ("clusteredIndex: {key: {_id: -1}, unique: true}", 197),
            ("clusteredIndex: {key: {_id: 1, a: 1}, unique: true}", 197),
            ("clusteredIndex: {key: {_id: 1}, unique: true, x: 1}", 40415),
            ("expireAfterSeconds: 1", 72),
        ] {
            shell.check_error(&format!("{{create: 'c', {option}}}"), code);
        }
        for (option, code) in [
            ("viewOn: 'd'", 6026500),
            ("capped: true, size: 1000", 6049200),
            ("capped: true, max: 1", 6049204),
            ("idIndex: {key: {_id: 1}, name: '_id_'}", 72),
            ("expireAfterSeconds: -1", 72),
            ("expireAfterSeconds: 'off'", 14),
        ] {
            shell.check_error(&format!("{CREATE}, {option}}}"), code);
        }
    }

    #[test]
    fn the_order_is_that_of_ids_and_no_index() {
        let mut shell = Shell::new();
        shell.succeed(&format!("{CREATE}}}"));
        shell.succeed(&format!("{CREATE}}}"));
        shell.insert(
            "c",
            "[{_id: 3, a: 1}, {_id: 1, a: 1}, {_id: 2, a: 2}, {_id: 'x', a: 1}]",
        );
        for (rest, expected) in [
            ("", "[{_id: 1}, {_id: 2}, {_id: 3}, {_id: 'x'}]"),
            (", filter: {a: 1}", "[{_id: 1}, {_id: 3}, {_id: 'x'}]"),
            (", sort: {$natural: -1}, limit: 1, skip: 1", "[{_id: 3}]"),
            (", hint: {$natural: -1}, skip: 3", "[{_id: 1}]"),
            (", hint: 'own', filter: {_id: {$lt: 2}}", "[{_id: 1}]"),
            (", hint: {_id: 1}, skip: 3", "[{_id: 'x'}]"),
            (
                ", filter: {$or: [{_id: 3}, {_id: 1}]}",
                "[{_id: 1}, {_id: 3}]",
            ),
            (", filter: {_id: 2}", "[{_id: 2}]"),
        ] {
            let command = format!("{{find: 'c', projection: {{_id: 1}}{rest}}}");
            shell.check_batch(&command, expected);
        }
        for (filter, stage) in [
            ("{}", "COLLSCAN"),
            ("{a: 1}", "COLLSCAN"),
            ("{_id: {$gt: 1}}", "CLUSTERED_IXSCAN"),
            ("{_id: 1}", "EXPRESS_CLUSTERED_IXSCAN"),
        ] {
            let command = format!("{{explain: {{find: 'c', filter: {filter}}}}}");
            let path = "executionStats.executionStages.stage";
            shell.check(&command, path, &format!("'{stage}'"));
            shell.check(&command, "executionStats.totalKeysExamined", "0");
        }
        shell.check("{count: 'c', query: {_id: {$gt: 1}}}", "n", "2");
        shell.check("{distinct: 'c', key: '_id'}", "values", "[1, 2, 3, 'x']");
        shell.check("{collStats: 'c'}", "nindexes", "0");
        let index = "{createIndexes: 'c', indexes: [{key: {_id: 1}, name: 'i'}]}";
        shell.check(index, "numIndexesAfter", "0");
        for index in ["'own'", "{_id: 1}", "['own']"] {
            shell.check_error(&format!("{{dropIndexes: 'c', index: {index}}}"), 5979800);
        }
        shell.check("{dropIndexes: 'c', index: '*'}", "nIndexesWas", "0");
        shell.check_error(
            "{collMod: 'c', index: {name: 'own', hidden: true}}",
            6011800,
        );
        shell.check("{validate: 'c'}", "valid", "true");
        shell.check_batch(
            "{listIndexes: 'c'}",
            "[{v: 2, key: {_id: 1}, name: 'own', unique: true, clustered: true}]",
        );
    }

    #[test]
    fn capped_copies_are_in_the_order_of_ids() {
        let mut shell = Shell::new();
        shell.succeed(&format!("{CREATE}}}"));
        shell.insert("c", "[{_id: 3}, {_id: 1}, {_id: 2}]");
        shell.succeed("{cloneCollectionAsCapped: 'c', toCollection: 'd', size: 1000000}");
        shell.check_batch("{find: 'd'}", "[{_id: 1}, {_id: 2}, {_id: 3}]");
        // A document has 14 bytes.
        shell.succeed("{convertToCapped: 'c', size: 28}");
        shell.check_batch("{find: 'c'}", "[{_id: 2}, {_id: 3}]");
        shell.insert("d", "[{_id: 0}]");
        shell.succeed("{convertToCapped: 'd', size: 1}");
        shell.check_batch("{find: 'd'}", "[{_id: 0}]");
    }

    #[test]
    fn documents_expire_by_their_ids() {
        let mut shell = Shell::new();
        let now_ms = shell.engine().env.now_ms();
        shell.succeed(&format!("{CREATE}, expireAfterSeconds: 10}}"));
        let (gone, kept) = (now_ms - 10_001, now_ms - 5_000);
        shell.insert(
            "c",
            &format!("[{{_id: date({gone})}}, {{_id: date({kept})}}, {{_id: 1}}]"),
        );
        shell.check("{tussockExpire: 1}", "n", "1L");
        shell.check_error("{collMod: 'c', expireAfterSeconds: 'on'}", 72);
        shell.check_error("{collMod: 'c', expireAfterSeconds: -1}", 72);
        shell.succeed("{collMod: 'c', expireAfterSeconds: 'off'}");
        shell.check("{tussockExpire: 1}", "n", "0L");
        shell.succeed("{collMod: 'c', expireAfterSeconds: 1}");
        shell.check("{tussockExpire: 1}", "n", "1L");
        shell.succeed("{create: 'd'}");
        shell.check_error("{collMod: 'd', expireAfterSeconds: 1}", 72);
    }
}
