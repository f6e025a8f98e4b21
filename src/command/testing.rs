//! For unit tests: an engine in memory that is given commands as short texts (see the expressions'
//! notation) and whose replies are read as texts.
#![allow(clippy::unwrap_used)]

use std::rc::Rc;

use crate::engine::Engine;
use crate::env::FixedEnv;
use crate::expression::testing::document;
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// An engine whose clock stands still.
pub(crate) struct Shell(Engine);

impl Shell {
    /// An empty one.
    pub(crate) fn new() -> Shell {
        Shell(Engine::memory(Rc::new(FixedEnv::new(1_000, 7))))
    }

    /// One whose clock goes on by so many milliseconds at every look of a time limit.
    pub(crate) fn with_clock(per_look_ms: i64) -> (Shell, Rc<FixedEnv>) {
        let env = Rc::new(FixedEnv::new(1_000, 7).going_on(per_look_ms));
        (Shell(Engine::memory(env.clone())), env)
    }

    /// The engine.
    pub(crate) fn engine(&self) -> &Engine {
        &self.0
    }

    /// Runs a command on the database `d`, if it names no other.
    pub(crate) fn run(&mut self, command: &str) -> DocumentBuf {
        let mut command = document(command);
        if command.as_ref().get("$db").is_none() {
            command.append("$db", "d");
        }
        let reply = self.0.run_command(command.as_bytes());
        DocumentBuf::from(DocumentRef::from_valid(&reply))
    }

    /// Inserts documents, given as a list.
    pub(crate) fn insert(&mut self, collection: &str, documents: &str) {
        let reply = self.run(&format!(
            "{{insert: '{collection}', documents: {documents}}}"
        ));
        assert_eq!(
            reply.as_ref().get("ok").unwrap().to_f64(),
            Some(1.0),
            "{}",
            reply.as_ref()
        );
        assert!(
            reply.as_ref().get("writeErrors").is_none(),
            "{}",
            reply.as_ref()
        );
    }

    /// The command succeeds.
    #[track_caller]
    pub(crate) fn succeed(&mut self, command: &str) {
        let reply = self.run(command);
        assert!(
            reply.as_ref().get("errmsg").is_none(),
            "{command}: {}",
            reply.as_ref()
        );
    }

    /// What a dotted path names in the reply; numbers are positions.
    pub(crate) fn field(&mut self, command: &str, path: &str) -> String {
        let reply = self.run(command);
        let mut value = ValueRef::Document(reply.as_ref());
        for part in path.split('.') {
            let inner = match value {
                ValueRef::Document(inner) => inner.get(part),
                ValueRef::Array(inner) => inner.get(part.parse().unwrap()),
                _ => None,
            };
            match inner {
                Some(inner) => value = inner,
                None => return format!("no {part} in {}", reply.as_ref()),
            }
        }
        value.to_string()
    }

    /// A part of the reply is this value.
    #[track_caller]
    pub(crate) fn check(&mut self, command: &str, path: &str, expected: &str) {
        let expected = crate::expression::testing::value(expected)
            .as_ref()
            .to_string();
        assert_eq!(self.field(command, path), expected, "{command}");
    }

    /// The first batch of a cursor is this list.
    #[track_caller]
    pub(crate) fn check_batch(&mut self, command: &str, expected: &str) {
        self.check(command, "cursor.firstBatch", expected);
    }

    /// The command fails with this code.
    #[track_caller]
    pub(crate) fn check_error(&mut self, command: &str, code: i32) {
        let reply = self.run(command);
        let found = reply
            .as_ref()
            .get("code")
            .and_then(|code| code.to_i64_exact());
        assert_eq!(
            found,
            Some(i64::from(code)),
            "{command}: {}",
            reply.as_ref()
        );
    }
}
