//! The engine at its boundary: what goes in and comes out as bytes.

mod determinism;
mod moment;
mod plans;
mod robustness;

use crate::conformance::play::Server;
use crate::conformance::runner::Fresh;
use crate::doc;
use crate::wire::text::show;
use crate::wire::{Document, Value, bson};

/// A connection to a fresh engine, and its one database.
struct Client(Fresh);

impl Client {
    fn new(seed: u64) -> Client {
        Client(Fresh::new(seed))
    }

    fn run_bytes(&mut self, request: &[u8]) -> Value {
        let reply = self.0.run(request);
        Value::Document(
            bson::decode_any_positions(&reply).unwrap_or_else(|cause| panic!("no BSON: {cause}")),
        )
    }

    fn run(&mut self, mut command: Document) -> Value {
        command.push(("$db".to_owned(), Value::from("test")));
        self.run_bytes(&bson::encode(&command))
    }

    /// Runs what must succeed.
    #[track_caller]
    fn ok(&mut self, command: Document) -> Value {
        let shown = show(&Value::Document(command.clone()));
        let reply = self.run(command);
        let failed = reply.get("ok").and_then(Value::as_f64) != Some(1.0)
            || reply.get("writeErrors").is_some();
        assert!(!failed, "{shown}\n{}", show(&reply));
        reply
    }

    /// Runs what must fail; gives the code.
    #[track_caller]
    fn code(&mut self, command: Document) -> i32 {
        let shown = show(&Value::Document(command.clone()));
        let reply = self.run(command);
        let of = match reply.get("writeErrors").and_then(Value::items) {
            Some([first, ..]) => first,
            _ => &reply,
        };
        match of.get("code") {
            Some(Value::Int32(code)) => *code,
            _ => panic!("{shown}\n{}", show(&reply)),
        }
    }

    /// The documents that a `find` gives, in one batch.
    #[track_caller]
    fn find(&mut self, mut command: Document) -> Vec<Value> {
        command.extend(doc! { "batchSize" => 1_000_000 });
        let reply = self.ok(command);
        reply
            .at("cursor.firstBatch")
            .and_then(Value::items)
            .unwrap()
            .to_vec()
    }
}

/// Numbers from a seed (xorshift), for tests that draw a lot.
struct Draw(u64);

impl Draw {
    fn new(seed: u64) -> Draw {
        Draw(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Below `end`.
    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 11) as usize % end
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}
