//! The part of collMod that changes one index: `hidden`, `expireAfterSeconds`, `prepareUnique`,
//! `unique`.
//!
//! Source: the manual, "collMod", "Change Index Properties".

use super::coll_mod::Modification;
use crate::catalog::Collection;
use crate::engine::Write;
use crate::error::{Error, Result, codes};
use crate::index::{FieldKind, IndexSpec, split_record};
use crate::value::{ArrayBuf, DocumentBuf, DocumentRef, ValueRef};

/// The reply that names violations must stay below the limit of documents.
const VIOLATIONS_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What the field `index` asks for.
#[derive(Default)]
struct Wanted<'a> {
    name: Option<&'a str>,
    key: Option<DocumentRef<'a>>,
    expire_after_seconds: Option<i32>,
    hidden: Option<bool>,
    prepare_unique: Option<bool>,
    unique: Option<bool>,
}

/// Errors: `InvalidOptions` (72), `IndexNotFound` (27), `AmbiguousIndexKeyPattern` (181),
/// `BadValue` (2), `CannotConvertIndexToUnique` (359), `TypeMismatch` (14).
pub(super) fn run(
    modification: &Modification<'_>,
    write: &mut Write<'_>,
    reply: &mut DocumentBuf,
) -> Result<()> {
    let Some(index) = modification.arguments.document("index") else {
        return Ok(());
    };
    if modification.collection.is_view() {
        return Err(invalid("option not supported on a view: index"));
    }
    let wanted = Wanted::parse(index)?;
    if wanted.unique == Some(false) {
        return Err(Error::bad_value(
            "collMod does not make a unique index one that is not",
        ));
    }
    let others = wanted.hidden.is_some() || wanted.expire_after_seconds.is_some();
    if modification.is_dry_run && (wanted.unique.is_none() || others) {
        return Err(invalid(
            "collMod can only try (dryRun) the conversion of an index to a unique one",
        ));
    }
    let old = wanted.find(modification)?;
    let mut spec = old.clone();
    wanted.apply(&mut spec)?;
    if let Some(series) = modification.collection.time_series() {
        super::time_series::check_index(series, &spec)?;
    }
    report(&old, &spec, wanted.expire_after_seconds.is_some(), reply);
    if spec.unique != old.unique {
        if let Err(error) = write.modify_index(&modification.namespace, spec) {
            return Err(match error.code() {
                codes::DUPLICATE_KEY => cannot_convert(&error, &modification.collection, &old)?,
                _ => error,
            });
        }
        if !modification.is_dry_run {
            reply.append("unique_new", true);
        }
        return Ok(());
    }
    if spec.describe() != old.describe() {
        write.modify_index(&modification.namespace, spec)?;
    }
    Ok(())
}

impl<'a> Wanted<'a> {
    fn parse(index: DocumentRef<'a>) -> Result<Wanted<'a>> {
        let mut wanted = Wanted::default();
        for (name, value) in index.iter() {
            match (name, value) {
                (
                    "name" | "keyPattern" | "expireAfterSeconds" | "hidden" | "prepareUnique"
                    | "unique",
                    ValueRef::Null | ValueRef::Undefined,
                ) => {}
                ("name", ValueRef::String(text)) => wanted.name = Some(text),
                ("keyPattern", ValueRef::Document(key)) => wanted.key = Some(key),
                ("expireAfterSeconds", _) if value.is_number() => {
                    wanted.expire_after_seconds = Some(seconds(value)?);
                }
                ("hidden", _) => wanted.hidden = Some(truth(name, value)?),
                ("prepareUnique", _) => wanted.prepare_unique = Some(truth(name, value)?),
                ("unique", _) => wanted.unique = Some(truth(name, value)?),
                ("name" | "keyPattern" | "expireAfterSeconds", _) => {
                    return Err(wrong_type(name, value));
                }
                _ => {
                    return Err(Error::new(
                        40415,
                        format_args!("BSON field 'collMod.index.{name}' is an unknown field."),
                    ));
                }
            }
        }
        match (wanted.name, wanted.key) {
            (None, None) => return Err(invalid("must specify either index name or key pattern")),
            (Some(_), Some(_)) => {
                return Err(invalid("cannot specify both key pattern and name"));
            }
            _ => {}
        }
        let is_idle = wanted.expire_after_seconds.is_none()
            && wanted.hidden.is_none()
            && wanted.prepare_unique.is_none()
            && wanted.unique.is_none();
        if is_idle {
            return Err(invalid(
                "no expireAfterSeconds, hidden, unique, or prepareUnique field",
            ));
        }
        Ok(wanted)
    }

    fn find(&self, modification: &Modification<'_>) -> Result<IndexSpec> {
        let indexes = modification.collection.shown_indexes();
        let mut found = indexes.iter().filter(|index| match (self.name, self.key) {
            (Some(name), _) => index.spec.name == name,
            (None, Some(key)) => {
                crate::value::compare_documents(index.spec.key.as_ref(), key).is_eq()
            }
            (None, None) => false,
        });
        let Some(first) = found.next() else {
            let namespace = &modification.namespace;
            return Err(Error::new(
                codes::INDEX_NOT_FOUND,
                format_args!("cannot find the index for ns {namespace}"),
            ));
        };
        if found.next().is_some() {
            return Err(Error::new(
                codes::AMBIGUOUS_INDEX_KEY_PATTERN,
                "several indexes have this key: name the one that is meant",
            ));
        }
        Ok(first.spec.as_ref().clone())
    }

    fn apply(&self, spec: &mut IndexSpec) -> Result<()> {
        if let Some(seconds) = self.expire_after_seconds {
            if spec.fields.len() > 1 || spec.is_id() || spec.wildcard.is_some() {
                return Err(invalid(
                    "TTL indexes are on one field, which is neither _id nor a wildcard",
                ));
            }
            spec.expire_after_seconds = Some(seconds);
        }
        if let Some(hidden) = self.hidden {
            if spec.clustered {
                return Err(Error::new(
                    6011800,
                    "cannot hide or unhide the clustered index",
                ));
            }
            if spec.is_id() && hidden {
                return Err(Error::bad_value("can't hide _id index"));
            }
            spec.hidden = hidden;
        }
        let others = self.hidden.is_some() || self.expire_after_seconds.is_some();
        let prepares = self.prepare_unique;
        if let Some(prepares) = prepares.filter(|&to| to != spec.prepare_unique && !spec.unique) {
            if others || self.unique.is_some() {
                return Err(invalid(
                    "collMod changes prepareUnique apart from other properties of an index",
                ));
            }
            if spec.wildcard.is_some()
                || spec
                    .fields
                    .iter()
                    .any(|field| field.kind == FieldKind::Hashed)
            {
                return Err(invalid("this kind of index cannot be unique"));
            }
            spec.prepare_unique = prepares;
        }
        if self.unique == Some(true) && !spec.unique {
            if others {
                return Err(invalid(
                    "collMod converts an index to a unique one apart from other changes",
                ));
            }
            if !spec.prepare_unique {
                return Err(invalid(
                    "cannot convert an index to unique before prepareUnique was set",
                ));
            }
            spec.unique = true;
            spec.prepare_unique = false;
        }
        Ok(())
    }
}

fn report(old: &IndexSpec, new: &IndexSpec, expires: bool, reply: &mut DocumentBuf) {
    if expires {
        if let Some(seconds) = old.expire_after_seconds {
            reply.append("expireAfterSeconds_old", i64::from(seconds));
        }
        if let Some(seconds) = new.expire_after_seconds {
            reply.append("expireAfterSeconds_new", i64::from(seconds));
        }
    }
    if old.hidden != new.hidden {
        reply.append("hidden_old", old.hidden);
        reply.append("hidden_new", new.hidden);
    }
    if old.prepare_unique != new.prepare_unique && old.unique == new.unique {
        reply.append("prepareUnique_old", old.prepare_unique);
        reply.append("prepareUnique_new", new.prepare_unique);
    }
}

/// Too large is the largest, and not a number is none.
fn seconds(value: ValueRef<'_>) -> Result<i32> {
    let seconds = match value.to_i64_coerced() {
        Some(seconds) => seconds,
        None if value.is_nan() => 0,
        None => match value.to_f64() {
            Some(number) if number < 0.0 => -1,
            _ => i64::from(i32::MAX),
        },
    };
    if seconds < 0 {
        return Err(invalid(
            "TTL index 'expireAfterSeconds' cannot be less than 0",
        ));
    }
    Ok(i32::try_from(seconds).unwrap_or(i32::MAX))
}

fn truth(name: &str, value: ValueRef<'_>) -> Result<bool> {
    match value {
        ValueRef::Boolean(truth) => Ok(truth),
        _ if value.is_number() => Ok(value.is_truthy()),
        _ => Err(wrong_type(name, value)),
    }
}

/// Duplicates are why an index cannot become unique.
fn cannot_convert(error: &Error, collection: &Collection, spec: &IndexSpec) -> Result<Error> {
    let message = format!(
        "Cannot convert the index to unique. Please resolve conflicting documents before running collMod again: {}",
        error.message()
    );
    let details = violations(collection, spec)?;
    let failure = Error::new(codes::CANNOT_CONVERT_INDEX_TO_UNIQUE, message);
    Ok(failure.with_details(details.into_bytes()))
}

/// The `_id`s of documents that have a key in common: `violations`, as many as a reply has room for.
///
/// In an index that is not unique, entries of one key are neighbours.
fn violations(collection: &Collection, spec: &IndexSpec) -> Result<DocumentBuf> {
    let mut groups = ArrayBuf::new();
    let mut size = 0;
    let mut add = |ids: ArrayBuf| {
        size += ids.as_ref().as_bytes().len();
        if ids.len() > 1 && size < VIOLATIONS_BYTES_MAX {
            let mut group = DocumentBuf::new();
            group.append("ids", ValueRef::Array(ids.as_ref()));
            groups.push(&group);
        }
    };
    if let Some(index) = collection.index(&spec.name) {
        let (mut key, mut ids) = (Vec::new(), ArrayBuf::new());
        let mut cursor = index.tree.cursor();
        cursor.seek(&[])?;
        while let Some(entry) = cursor.next()? {
            let entry = split_record(spec.unique, entry.key(), entry.value());
            if entry.key != key.as_slice() {
                add(std::mem::take(&mut ids));
                key.clear();
                key.extend_from_slice(entry.key);
            }
            if let Some(document) = collection.document(entry.record)? {
                let document = DocumentRef::from_valid(&document);
                ids.push(document.get("_id").unwrap_or(ValueRef::Null));
            }
        }
        add(ids);
    }
    let mut details = DocumentBuf::new();
    details.append("violations", ValueRef::Array(groups.as_ref()));
    Ok(details)
}

#[cold]
fn invalid(message: &str) -> Error {
    Error::new(codes::INVALID_OPTIONS, message)
}

#[cold]
fn wrong_type(name: &str, value: ValueRef<'_>) -> Error {
    Error::type_mismatch(format_args!(
        "BSON field 'collMod.index.{name}' is the wrong type '{}'",
        value.kind().alias()
    ))
}

#[cfg(test)]
mod tests {
    use crate::command::testing::Shell;

    #[test]
    fn what_keeps_an_index_from_becoming_unique_is_told() {
        let mut shell = Shell::new();
        shell.insert(
            "c",
            "[{_id: 1, a: 1}, {_id: 2, a: 1}, {_id: 3, a: 2}, {_id: 4, a: [2, 3]}, {_id: 6}, {_id: 7}]",
        );
        shell.succeed("{createIndexes: 'c', indexes: [{key: {a: 1}, name: 'i'}]}");
        shell.succeed("{collMod: 'c', index: {name: 'i', prepareUnique: true}}");
        for dry_run in ["", ", dryRun: true"] {
            let command = format!("{{collMod: 'c', index: {{name: 'i', unique: true}}{dry_run}}}");
            shell.check_error(&command, 359);
            let groups = "[{ids: [6, 7]}, {ids: [1, 2]}, {ids: [3, 4]}]";
            shell.check(&command, "violations", groups);
        }
    }
}
