//! serverStatus and top: what the engine has done since it began.
//!
//! Source: the manual, "serverStatus" and "top". Sections that speak of threads, disks and other
//! servers are not there.

use super::arguments::Arguments;
use super::request::Request;
use super::server::{HOST, check_admin, memory};
use crate::engine::{Engine, Spent, Work};
use crate::error::Result;
use crate::storage::{PAGE_BYTES, Tree};
use crate::value::{DocumentBuf, DocumentWriter, ValueRef};

/// The engine's counters and what is said of them.
type Section = (&'static str, fn(&Engine, &mut DocumentWriter<'_>));

/// Sections that a request can leave out (`opcounters: 0`) or alone ask for (`none: 1`).
const SECTIONS: &[Section] = &[
    ("asserts", |engine, out| {
        for name in ["regular", "warning", "msg", "tripwire", "rollovers"] {
            out.append(name, 0);
        }
        out.append("user", engine.status.failures as i64);
    }),
    ("catalogStats", |engine, out| {
        let all = || engine.catalog().iter();
        let views = all().filter(|found| found.is_view()).count();
        let has = |option: &str| {
            let found = all().filter(|found| found.info.options.as_ref().get(option).is_some());
            found.count() as i32
        };
        out.append("collections", (all().count() - views) as i32);
        out.append("capped", has("capped"));
        out.append("clustered", has("clusteredIndex"));
        out.append("timeseries", has("timeseries"));
        out.append("views", views as i32);
    }),
    ("connections", |_, out| {
        out.append("current", 1);
        out.append("available", 0);
        out.append("totalCreated", 1);
        out.append("active", 1);
    }),
    ("globalLock", |engine, out| {
        let micros = (engine.env.now_ms() - engine.status.started_ms) * 1_000;
        out.append("totalTime", micros);
        for (name, active) in [("currentQueue", 0), ("activeClients", 1)] {
            let mut queue = out.document(name);
            queue.append("total", active);
            queue.append("readers", active);
            queue.append("writers", 0);
        }
    }),
    ("mem", |engine, out| {
        let megabytes = (memory(engine).0 >> 20).max(1) as i32;
        out.append("bits", usize::BITS as i32);
        out.append("resident", megabytes);
        out.append("virtual", megabytes);
        out.append("supported", true);
    }),
    ("metrics", |engine, out| {
        let held = engine.cursors.held();
        let mut cursor = out.document("cursor");
        cursor.append("timedOut", held.timed_out as i64);
        let mut open = cursor.document("open");
        open.append("noTimeout", held.kept as i64);
        open.append("pinned", 0i64);
        open.append("total", engine.cursors.len() as i64);
    }),
    ("network", |engine, out| {
        out.append("bytesIn", engine.status.bytes_in as i64);
        out.append("bytesOut", engine.status.bytes_out as i64);
        out.append("numRequests", engine.status.requests as i64);
    }),
    ("opcounters", |engine, out| {
        for (name, work) in [
            ("insert", Work::Insert),
            ("query", Work::Query),
            ("update", Work::Update),
            ("delete", Work::Remove),
            ("getmore", Work::GetMore),
            ("command", Work::Command),
        ] {
            out.append(name, engine.status.operations[work as usize] as i64);
        }
    }),
    // Of our own: what cursors that nobody reads keep in memory and in the store.
    ("snapshots", |engine, out| {
        let held = engine.cursors.held();
        let idle_ms = held.oldest_use_ms.map_or(0, |at| engine.env.now_ms() - at);
        let collections = engine.catalog().iter();
        let trees = collections.flat_map(|found| {
            let indexes = found.indexes.iter().map(|index| &index.tree);
            indexes.chain([found.records.tree()])
        });
        let pages: usize = trees.map(Tree::pinned_pages).sum();
        out.append("cursors", engine.cursors.len() as i64);
        out.append("longestIdleMillis", idle_ms.max(0));
        out.append("idleMillisMax", engine.status.cursor_idle_ms_max);
        out.append("bufferedBytes", held.buffered_bytes as i64);
        out.append("pinnedPages", pages as i64);
        out.append("pinnedBytes", (pages * PAGE_BYTES) as i64);
    }),
    ("storageEngine", |engine, out| {
        out.append("name", HOST);
        out.append("persistent", engine.is_journaled());
        out.append("readOnly", false);
    }),
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of_lenient(request, &[])?;
    let asked = |name: &str| request.document.get(name).map(|flag| flag.is_truthy());
    let is_default = asked("none") != Some(true);
    let mut reply = DocumentBuf::new();
    reply.append("host", HOST);
    reply.append("version", super::handshake::VERSION_NAME);
    reply.append("process", "mongod");
    reply.append_array("service", |list| list.push("shard"));
    reply.append("pid", 1i64);
    let millis = (request.context.now_ms - engine.status.started_ms).max(0);
    reply.append("uptime", (millis / 1_000) as f64);
    reply.append("uptimeMillis", millis);
    reply.append("uptimeEstimate", millis / 1_000);
    reply.append("localTime", ValueRef::Date(request.context.now_ms));
    for (name, fill) in SECTIONS {
        if asked(name).unwrap_or(is_default) {
            reply.append_document(name, |section| fill(engine, section));
        }
    }
    Ok(reply)
}

fn append_spent(out: &mut DocumentWriter<'_>, name: &str, spent: Spent) {
    let mut inner = out.document(name);
    inner.append("time", spent.millis as i64 * 1_000);
    inner.append("count", spent.count as i64);
}

/// top: how much was done with each collection.
///
/// Errors: `Unauthorized` (13) outside `admin`.
pub(super) fn top(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    check_admin(request)?;
    Arguments::of_lenient(request, &[])?;
    let mut reply = DocumentBuf::new();
    reply.append_document("totals", |totals| {
        totals.append("note", "all times in microseconds");
        for (namespace, usage) in engine.status.usage(engine.catalog()) {
            let mut one = totals.document(&namespace.to_string());
            let total = Spent {
                count: usage.reads.count + usage.writes.count,
                millis: usage.reads.millis + usage.writes.millis,
            };
            append_spent(&mut one, "total", total);
            append_spent(&mut one, "readLock", usage.reads);
            append_spent(&mut one, "writeLock", usage.writes);
            for (name, work) in [
                ("queries", Work::Query),
                ("getmore", Work::GetMore),
                ("insert", Work::Insert),
                ("update", Work::Update),
                ("remove", Work::Remove),
                ("commands", Work::Command),
            ] {
                append_spent(&mut one, name, usage.work[work as usize]);
            }
        }
    });
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use crate::command::testing::Shell;

    #[test]
    fn work_is_counted_by_its_kind() {
        let mut shell = Shell::new();
        shell.insert("c", "[{_id: 1}, {_id: 2}]");
        shell.succeed("{find: 'c'}");
        shell.check_error("{find: 'c', filter: {$no: 1}}", 2);
        shell.check("{serverStatus: 1}", "opcounters.insert", "2L");
        shell.check("{serverStatus: 1}", "opcounters.query", "2L");
        shell.check("{serverStatus: 1}", "asserts.user", "1L");
    }

    #[test]
    fn what_cursors_hold_is_told_until_they_were_idle_for_ten_minutes() {
        let (mut shell, clock) = Shell::with_clock(0);
        shell.insert("c", "[{_id: 1}, {_id: 2}, {_id: 3}]");
        shell.succeed("{find: 'c', batchSize: 1}");
        clock.advance_ms(599_999);
        shell.check("{serverStatus: 1}", "snapshots.cursors", "1L");
        shell.check(
            "{serverStatus: 1}",
            "snapshots.longestIdleMillis",
            "599999L",
        );
        shell.check("{serverStatus: 1}", "metrics.cursor.timedOut", "0L");
        clock.advance_ms(1);
        shell.check("{serverStatus: 1}", "snapshots.cursors", "0L");
        shell.check("{serverStatus: 1}", "metrics.cursor.timedOut", "1L");
    }

    #[test]
    fn sections_are_chosen() {
        let mut shell = Shell::new();
        let has = |shell: &mut Shell, command: &str, section: &str| {
            shell.run(command).as_ref().get(section).is_some()
        };
        assert!(has(&mut shell, "{serverStatus: 1}", "mem"));
        assert!(!has(&mut shell, "{serverStatus: 1, mem: 0}", "mem"));
        assert!(has(&mut shell, "{serverStatus: 1, mem: 0}", "network"));
        let one = "{serverStatus: 1, none: 1, mem: 1}";
        assert!(has(&mut shell, one, "mem"));
        assert!(!has(&mut shell, one, "network"));
        assert!(has(&mut shell, one, "uptime"));
    }
}
