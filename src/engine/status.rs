//! What an engine knows of its own running: counters, the log, and settings that end with it.

use std::collections::VecDeque;

use crate::catalog::{Catalog, Namespace};
use crate::limits;
use crate::ordered::OrderedMap;
use crate::value::DocumentBuf;

/// Kinds of work, as `serverStatus` and `top` tell them apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Work {
    Insert,
    Query,
    Update,
    Remove,
    GetMore,
    Command,
}

/// How often something was done, and how long all of it took.
#[derive(Clone, Copy, Default)]
pub struct Spent {
    pub count: u64,
    pub millis: u64,
}

impl Spent {
    fn add(&mut self, millis: u64) {
        self.count += 1;
        self.millis += millis;
    }
}

/// What was done with a collection.
#[derive(Clone, Default)]
pub struct Usage {
    pub reads: Spent,
    pub writes: Spent,
    /// By [`Work`].
    pub work: [Spent; 6],
}

impl Usage {
    /// Counts a command.
    pub fn add(&mut self, work: Work, writes: bool, millis: u64) {
        let lock = match writes {
            true => &mut self.writes,
            false => &mut self.reads,
        };
        lock.add(millis);
        self.work[work as usize].add(millis);
    }
}

/// The last lines that the engine has said.
#[derive(Default)]
pub struct Log {
    lines: VecDeque<String>,
    /// All that were ever written.
    pub written: u64,
}

impl Log {
    /// Adds a line; the oldest goes when there are too many.
    pub fn push(&mut self, line: String) {
        if self.lines.len() == limits::LOG_LINES_MAX {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
        self.written += 1;
    }

    /// The lines, the oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }
}

/// What is profiled in a database.
#[derive(Default)]
pub struct Profile {
    pub level: i32,
    pub filter: Option<DocumentBuf>,
}

/// See the file's first line.
pub struct Status {
    pub started_ms: i64,
    /// By [`Work`]; documents for inserts, statements for updates and removals.
    pub operations: [u64; 6],
    pub requests: u64,
    pub bytes_in: u64,
    pub bytes_out: u64,
    /// Commands that failed.
    pub failures: u64,
    usage: OrderedMap<String, OrderedMap<String, Usage>>,
    pub log: Log,
    pub log_level: i32,
    /// What takes longer is slow.
    pub slow_ms: i32,
    /// The part of slow operations that is profiled.
    pub sample_rate: f64,
    pub profiles: OrderedMap<String, Profile>,
    pub cursor_idle_ms_max: i64,
    /// How often `fsync` has locked writes out.
    pub write_locks: i64,
}

impl Status {
    /// Of an engine that begins now.
    pub fn new(started_ms: i64) -> Status {
        let mut log = Log::default();
        log.push(format!(
            "{{\"t\":{{\"$date\":{{\"$numberLong\":\"{started_ms}\"}}}},\"s\":\"I\",\"c\":\"CONTROL\",\
             \"ctx\":\"main\",\"msg\":\"Engine started\"}}"
        ));
        Status {
            started_ms,
            operations: [0; 6],
            requests: 0,
            bytes_in: 0,
            bytes_out: 0,
            failures: 0,
            usage: OrderedMap::new(),
            log,
            log_level: 0,
            slow_ms: 100,
            sample_rate: 1.0,
            profiles: OrderedMap::new(),
            cursor_idle_ms_max: limits::CURSOR_IDLE_MS_MAX as i64,
            write_locks: 0,
        }
    }

    /// The counts of a collection; `None` if there is no such collection.
    pub fn usage_mut(
        &mut self,
        database: &str,
        collection: &str,
        catalog: &Catalog,
    ) -> Option<&mut Usage> {
        let is_known = self
            .usage
            .get(database)
            .is_some_and(|known| known.contains_key(collection));
        if !is_known {
            catalog.get(&Namespace::new(database, collection))?;
            let known = self.usage.or_default(database.to_owned());
            // Collections that were dropped go when their number has grown.
            if known.len().is_power_of_two() && known.len() > 32 {
                known.retain(|name, _| catalog.get(&Namespace::new(database, name)).is_some());
            }
            known.insert(collection.to_owned(), Usage::default());
        }
        self.usage.get_mut(database)?.get_mut(collection)
    }

    /// The counts of all collections that are still there.
    pub fn usage<'a>(
        &'a self,
        catalog: &'a Catalog,
    ) -> impl Iterator<Item = (Namespace, &'a Usage)> {
        let all = self.usage.iter().flat_map(|(database, known)| {
            known
                .iter()
                .map(|(name, usage)| (Namespace::new(database, name), usage))
        });
        all.filter(|(namespace, _)| catalog.get(namespace).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_keeps_the_last_lines() {
        let mut log = Log::default();
        for number in 0..limits::LOG_LINES_MAX + 2 {
            log.push(number.to_string());
        }
        assert_eq!(log.lines().next(), Some("2"));
        assert_eq!(log.lines().count(), limits::LOG_LINES_MAX);
        assert_eq!(log.written as usize, limits::LOG_LINES_MAX + 2);
    }

    #[test]
    fn reads_and_writes_are_told_apart() {
        let mut usage = Usage::default();
        usage.add(Work::Query, false, 3);
        usage.add(Work::Query, false, 4);
        usage.add(Work::Command, true, 5);
        let told = |spent: Spent| (spent.count, spent.millis);
        assert_eq!((told(usage.reads), told(usage.writes)), ((2, 7), (1, 5)));
        assert_eq!(told(usage.work[Work::Query as usize]), (2, 7));
        assert_eq!(told(usage.work[Work::Command as usize]), (1, 5));
    }
}
