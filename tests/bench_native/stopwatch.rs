//! Times closures: how many nanoseconds does one operation take?

use std::hint::black_box;
use std::time::{Duration, Instant};

const BATCHES: usize = 11;
/// How long a batch takes; `TUSSOCK_BENCH_BATCH_MS` makes it longer for a profiler.
const BATCH_MS: u64 = 20;

/// Runs the benchmarks whose name contains the filter and prints a line for each.
pub struct Stopwatch {
    filter: Option<String>,
    once: bool,
    batch: Duration,
}

impl Stopwatch {
    /// `once`: run every operation once and time nothing.
    pub fn new(filter: Option<String>, once: bool) -> Stopwatch {
        println!("{:<44} {:>12} {:>12}", "operation", "ns", "fastest ns");
        let batch_ms = std::env::var("TUSSOCK_BENCH_BATCH_MS")
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(BATCH_MS);
        Stopwatch {
            filter,
            once,
            batch: Duration::from_millis(batch_ms),
        }
    }

    /// False when the filter leaves out everything whose name begins so: what prepares the data
    /// can be left out too.
    pub fn wants(&self, prefix: &str) -> bool {
        self.filter
            .as_ref()
            .is_none_or(|filter| filter.starts_with(prefix))
            || self
                .filter
                .as_ref()
                .is_some_and(|filter| prefix.contains(filter.as_str()))
    }

    /// How much data to prepare: all of it, or next to nothing when nothing is timed.
    pub fn size(&self, full: usize) -> usize {
        if self.once { full.min(1000) } else { full }
    }

    /// Times `operation`, called once for each `0..` so that it can walk through its data.
    pub fn time<R>(&mut self, name: &str, mut operation: impl FnMut(usize) -> R) {
        if self
            .filter
            .as_ref()
            .is_some_and(|filter| !name.contains(filter.as_str()))
        {
            return;
        }
        if self.once {
            black_box(operation(0));
            return;
        }
        let mut round = 0;
        let mut batch = |count: usize| {
            let start = Instant::now();
            for _ in 0..count {
                black_box(operation(round));
                round += 1;
            }
            start.elapsed()
        };
        let mut count = 1;
        while batch(count) < self.batch {
            count *= 2;
        }
        let mut nanos: Vec<f64> = (0..BATCHES)
            .map(|_| batch(count).as_secs_f64() * 1e9 / count as f64)
            .collect();
        nanos.sort_by(f64::total_cmp);
        println!("{name:<44} {:>12.1} {:>12.1}", nanos[BATCHES / 2], nanos[0]);
    }
}
