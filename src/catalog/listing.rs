//! Which collections exist: the root that a commit swaps.

use std::rc::Rc;

use super::namespace::Named;
use super::{BUCKETS_PREFIX, Collection, CollectionKind, Namespace};
use crate::error::{Error, Result, codes};
use crate::ordered::OrderedMap;

/// All collections of all databases at one moment. A database exists as long as it has a
/// collection.
#[derive(Clone, Default)]
pub struct Catalog {
    collections: OrderedMap<Namespace, Rc<Collection>>,
}

impl Catalog {
    /// The collection or view with this name.
    pub fn get(&self, namespace: &Namespace) -> Option<&Rc<Collection>> {
        self.collections.get(namespace)
    }

    /// As [`Catalog::get`], by names that may not be allowed ones.
    pub fn find(&self, database: &str, collection: &str) -> Option<&Rc<Collection>> {
        self.collections.get(&(database, collection) as &dyn Named)
    }

    /// All collections, ordered by database and name.
    pub fn iter(&self) -> impl Iterator<Item = &Rc<Collection>> {
        self.collections.values()
    }

    /// The collections of a database, ordered by name.
    pub fn of_database<'a>(
        &'a self,
        database: &'a str,
    ) -> impl Iterator<Item = &'a Rc<Collection>> {
        let start = Namespace::new(database, "");
        self.collections
            .from(&start)
            .map(|(_, collection)| collection)
            .take_while(move |collection| collection.info.namespace.database() == database)
    }

    /// The names of the databases, in order.
    pub fn databases(&self) -> Vec<Rc<str>> {
        let mut names: Vec<Rc<str>> = Vec::new();
        for namespace in self.collections.keys() {
            if names
                .last()
                .is_none_or(|last| **last != *namespace.database())
            {
                names.push(namespace.database().into());
            }
        }
        names
    }

    /// Puts a collection in place, or takes it away; gives what was there.
    pub fn set(
        &mut self,
        namespace: &Namespace,
        collection: Option<Rc<Collection>>,
    ) -> Option<Rc<Collection>> {
        match collection {
            Some(collection) => self.collections.insert(namespace.clone(), collection),
            None => self.collections.remove(namespace),
        }
    }

    /// Checks that no database exists whose name differs only in case.
    ///
    /// Errors: `DatabaseDifferCase` (13297).
    pub fn check_database_case(&self, database: &str) -> Result<()> {
        for name in self.databases() {
            if *name != *database && name.eq_ignore_ascii_case(database) {
                return Err(Error::new(
                    codes::DATABASE_DIFFER_CASE,
                    format_args!(
                        "db already exists with different case already have: [{name}] trying to create [{database}]"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// The collection for reading documents directly: not a view.
    ///
    /// Errors: `CommandNotSupportedOnView` (166).
    pub fn regular(&self, namespace: &Namespace) -> Result<Option<&Rc<Collection>>> {
        match self.get(namespace) {
            Some(found) if matches!(found.info.kind, CollectionKind::View { .. }) => {
                Err(Error::new(
                    codes::COMMAND_NOT_SUPPORTED_ON_VIEW,
                    format_args!("Namespace {namespace} is a view, not a collection"),
                ))
            }
            found => Ok(found),
        }
    }

    /// As [`Catalog::regular`], for commands to which a time series is a view, too.
    ///
    /// Errors: `CommandNotSupportedOnView` (166).
    pub fn plain(&self, namespace: &Namespace) -> Result<Option<&Rc<Collection>>> {
        match self.regular(namespace)? {
            Some(found) if found.time_series().is_some() => Err(Error::new(
                codes::COMMAND_NOT_SUPPORTED_ON_VIEW,
                format_args!("Namespace {namespace} is a timeseries collection"),
            )),
            found => Ok(found),
        }
    }

    /// The time series whose measurements `system.buckets.NAME` stands for.
    pub fn of_buckets(&self, namespace: &Namespace) -> Option<&Rc<Collection>> {
        let name = namespace.collection().strip_prefix(BUCKETS_PREFIX)?;
        self.find(namespace.database(), name)
            .filter(|found| found.time_series().is_some())
    }

    /// As [`Catalog::regular`], for commands to which a series' buckets are the series.
    ///
    /// Errors: `CommandNotSupportedOnView` (166).
    pub fn regular_or_buckets(&self, namespace: &Namespace) -> Result<Option<&Rc<Collection>>> {
        match self.of_buckets(namespace) {
            Some(found) => Ok(Some(found)),
            None => self.regular(namespace),
        }
    }
}
