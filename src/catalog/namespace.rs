//! Names of databases and collections, and which are allowed.
//!
//! Source: the manual, "MongoDB Limits and Thresholds: Naming Restrictions".

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::rc::Rc;

use crate::error::{Error, Result, codes};
use crate::limits;

/// A database's name and a collection's in it. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Namespace {
    database: Rc<str>,
    collection: Rc<str>,
}

impl Namespace {
    /// From names that were checked.
    pub fn new(database: &str, collection: &str) -> Namespace {
        Namespace {
            database: database.into(),
            collection: collection.into(),
        }
    }

    /// From `database.collection`; `None` without a dot.
    pub fn parse(text: &str) -> Option<Namespace> {
        let (database, collection) = text.split_once('.')?;
        Some(Namespace::new(database, collection))
    }

    /// The database's name.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The collection's name.
    pub fn collection(&self) -> &str {
        &self.collection
    }
}

/// What has a namespace's two names: for look-ups without a [`Namespace`] of their own.
pub(super) trait Named {
    fn names(&self) -> (&str, &str);
}

impl Named for Namespace {
    fn names(&self) -> (&str, &str) {
        (&self.database, &self.collection)
    }
}

impl Named for (&str, &str) {
    fn names(&self) -> (&str, &str) {
        *self
    }
}

impl PartialEq for dyn Named + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.names() == other.names()
    }
}

impl Eq for dyn Named + '_ {}

impl PartialOrd for dyn Named + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for dyn Named + '_ {
    fn cmp(&self, other: &Self) -> Ordering {
        self.names().cmp(&other.names())
    }
}

impl<'a> Borrow<dyn Named + 'a> for Namespace {
    fn borrow(&self) -> &(dyn Named + 'a) {
        self
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.database, self.collection)
    }
}

/// Errors: `InvalidNamespace` (73).
pub fn check_database_name(name: &str) -> Result<()> {
    let forbidden = |symbol: char| matches!(symbol, '/' | '\\' | '.' | ' ' | '"' | '$' | '\0');
    if name.is_empty() || name.len() >= limits::DATABASE_NAME_BYTES_END || name.contains(forbidden)
    {
        return Err(Error::new(
            codes::INVALID_NAMESPACE,
            format_args!("Invalid database name: '{name}'"),
        ));
    }
    Ok(())
}

fn check_name(database: &str, name: &str, faults: &[(bool, &str)]) -> Result<()> {
    match faults.iter().find(|(is_there, _)| *is_there) {
        None => Ok(()),
        Some((_, why)) => Err(Error::new(
            codes::INVALID_NAMESPACE,
            format_args!(
                "Invalid namespace specified '{database}.{name}': a collection's name {why}"
            ),
        )),
    }
}

/// Checks the name of a collection that must exist: one with a dollar, or of any length, is merely
/// one that no collection has.
///
/// Errors: `InvalidNamespace` (73).
pub fn check_known_name(database: &str, name: &str) -> Result<()> {
    let faults = [
        (name.is_empty(), "may not be empty"),
        (name.contains('\0'), "may not hold a zero byte"),
        (name.starts_with('.'), "may not start with a dot"),
    ];
    check_name(database, name, &faults)
}

/// Errors: `InvalidNamespace` (73).
pub fn check_collection_name(database: &str, name: &str) -> Result<()> {
    check_known_name(database, name)?;
    let bytes = database.len() + 1 + name.len();
    let faults = [
        (name.contains('$'), "may not hold '$'"),
        (
            bytes > limits::NAMESPACE_BYTES_MAX,
            "and its database's have 255 bytes at most",
        ),
    ];
    check_name(database, name, &faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        for name in ["", "a.b", "a b", "a$", "a/b", &"x".repeat(64)] {
            assert_eq!(
                check_database_name(name).err().map(|error| error.code()),
                Some(73)
            );
        }
        assert!(check_database_name(&"x".repeat(63)).is_ok());
        for name in ["", ".a", "a$b", &"x".repeat(253)] {
            assert!(check_collection_name("db", name).is_err());
        }
        assert!(check_collection_name("db", "a.b c.").is_ok());
    }
}
