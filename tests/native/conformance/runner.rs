//! Plays many vectors on all cores: an engine for each vector, panics caught, time watched.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once, mpsc};
use std::time::{Duration, Instant};

use tussock::engine::Engine;
use tussock::env::FixedEnv;

use super::capabilities;
use super::expectation::Verdict;
use super::play::{Server, play};
use super::vector::Vector;

/// The engine is deep in recursion on deeply nested documents, and debug frames are large.
const STACK_BYTES: usize = 64 << 20;
/// A vector that takes longer has failed.
const VECTOR_SECONDS_MAX: u64 = 30;
/// A vector that takes longer is named.
const SLOW: Duration = Duration::from_secs(1);
/// 2026-01-01T00:00:00Z.
const CLOCK_START_MS: i64 = 1_767_225_600_000;

/// A line of a file of vectors.
pub struct Job {
    pub area: String,
    pub line: String,
}

/// What became of a vector.
pub struct Played {
    pub id: String,
    pub outcome: Outcome,
    pub took: Duration,
    /// Requests and replies, for those that failed, if it was asked for.
    pub trace: Option<String>,
}

pub enum Outcome {
    Passed,
    Failed(Verdict),
    /// The engine lacks a capability (or has one) that the vector depends on.
    DoesNotApply,
}

/// An engine in memory, with a clock that moves on by a millisecond a command.
pub struct Fresh {
    engine: Engine,
    env: Rc<FixedEnv>,
}

impl Fresh {
    pub fn new(seed: u64) -> Fresh {
        let env = Rc::new(FixedEnv::new(CLOCK_START_MS, seed));
        Fresh {
            engine: Engine::memory(env.clone()),
            env,
        }
    }
}

impl Server for Fresh {
    fn run(&mut self, request: &[u8]) -> Vec<u8> {
        self.env.advance_ms(1);
        self.engine.run_command(request)
    }
}

thread_local! {
    /// Where the last caught panic of this thread was, and what it said.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
    /// True while this thread catches panics.
    static CATCHES: RefCell<bool> = const { RefCell::new(false) };
}

/// Runs `work`; a panic in it is its message, and nothing is printed.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if CATCHES.with(|catches| *catches.borrow()) {
                PANIC.with(|slot| *slot.borrow_mut() = Some(info.to_string()));
            } else {
                before(info);
            }
        }));
    });
    CATCHES.with(|catches| *catches.borrow_mut() = true);
    let result = catch_unwind(AssertUnwindSafe(work));
    CATCHES.with(|catches| *catches.borrow_mut() = false);
    result.map_err(|_| {
        PANIC
            .with(|slot| slot.borrow_mut().take())
            .unwrap_or_default()
    })
}

fn play_line(number: usize, job: &Job, traced: bool) -> Played {
    let started = Instant::now();
    let vector = match Vector::parse(&job.line) {
        Ok(vector) => vector,
        Err(cause) => panic!("{}: {cause}: {}", job.area, job.line),
    };
    let mut trace = traced.then(String::new);
    let outcome = if !capabilities::apply(&vector.requires) {
        Outcome::DoesNotApply
    } else {
        let played = caught(|| {
            let mut server = Fresh::new(number as u64);
            play(&vector, number, &mut server, &mut trace)
        });
        match played {
            Ok(Ok(())) => Outcome::Passed,
            Ok(Err(verdict)) => Outcome::Failed(verdict),
            Err(message) => {
                let line = message.replace('\n', " ");
                Outcome::Failed(Verdict::new(format!("PANIC {line}"), message))
            }
        }
    };
    Played {
        id: vector.id,
        outcome,
        took: started.elapsed(),
        trace,
    }
}

/// What a worker is at: the vector's position, and since when.
type Slot = Arc<Mutex<Option<(usize, Instant)>>>;
type Message = (usize, Played);

struct Shared {
    jobs: Vec<Job>,
    next: AtomicUsize,
    traced: bool,
}

fn start_worker(shared: &Arc<Shared>, sender: &mpsc::Sender<Message>) -> Slot {
    let slot: Slot = Arc::default();
    let (shared, sender, mine) = (shared.clone(), sender.clone(), slot.clone());
    let names_each = std::env::var_os("TUSSOCK_VECTORS_NAME_EACH").is_some();
    let work = move || {
        loop {
            let at = shared.next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = shared.jobs.get(at) else {
                break;
            };
            if names_each {
                eprintln!("{}", job.line.get(..160).unwrap_or(&job.line));
            }
            *mine.lock().unwrap() = Some((at, Instant::now()));
            let played = play_line(at, job, shared.traced);
            *mine.lock().unwrap() = None;
            if sender.send((at, played)).is_err() {
                break;
            }
        }
    };
    std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(work)
        .unwrap();
    slot
}

/// Plays all, and gives what became of each, in the order of the jobs. Names slow ones on
/// standard error. One that hangs is given up, with its thread.
pub fn play_all(jobs: Vec<Job>, traced: bool) -> Vec<(String, Played)> {
    let count = jobs.len();
    let shared = Arc::new(Shared {
        jobs,
        next: AtomicUsize::new(0),
        traced,
    });
    let (sender, receiver) = mpsc::channel();
    let cores = std::thread::available_parallelism().map_or(2, |cores| cores.get());
    let mut slots: Vec<Slot> = (0..cores).map(|_| start_worker(&shared, &sender)).collect();
    let mut results: Vec<Option<Played>> = (0..count).map(|_| None).collect();
    let mut left = count;
    while left > 0 {
        if let Ok((at, played)) = receiver.recv_timeout(Duration::from_millis(500)) {
            if played.took > SLOW {
                eprintln!("slow: {:.1} s: {}", played.took.as_secs_f64(), played.id);
            }
            if results[at].is_none() {
                results[at] = Some(played);
                left -= 1;
            }
            continue;
        }
        for slot in &mut slots {
            let Some((at, since)) = *slot.lock().unwrap() else {
                continue;
            };
            if since.elapsed().as_secs() < VECTOR_SECONDS_MAX || results[at].is_some() {
                continue;
            }
            let id = Vector::parse(&shared.jobs[at].line).unwrap().id;
            eprintln!("given up after {VECTOR_SECONDS_MAX} s: {id}");
            let verdict = Verdict::new("no reply in time", "");
            let outcome = Outcome::Failed(verdict);
            results[at] = Some(Played {
                id,
                outcome,
                took: since.elapsed(),
                trace: None,
            });
            left -= 1;
        }
        for slot in &mut slots {
            let hangs = slot.lock().unwrap().is_some_and(|(at, since)| {
                results[at].is_some() && since.elapsed().as_secs() >= VECTOR_SECONDS_MAX
            });
            if hangs {
                *slot = start_worker(&shared, &sender);
            }
        }
    }
    let areas = shared.jobs.iter().map(|job| job.area.clone());
    areas.zip(results.into_iter().flatten()).collect()
}
