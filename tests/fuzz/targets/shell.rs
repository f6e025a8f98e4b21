//! An engine, and what must hold of every reply.

use std::rc::Rc;

use tussock::engine::Engine;
use tussock::env::FixedEnv;
use tussock::value::{ArrayRef, DocumentBuf, DocumentRef, ValueRef, validate};

/// Deeper than any reply.
const DEPTH_MAX: usize = 250;

pub struct Shell(pub Engine);

impl Shell {
    pub fn new() -> Shell {
        Shell(Engine::memory(Rc::new(FixedEnv::new(1_700_000_000_000, 1))))
    }

    /// Runs bytes that may be no command at all.
    pub fn run_bytes(&mut self, request: &[u8]) -> DocumentBuf {
        let reply = self.0.run_command(request);
        let ok = validate(&reply, DEPTH_MAX).map(|reply| reply.get("ok").is_some());
        assert!(ok.is_ok_and(|ok| ok), "a reply is a document with `ok`");
        DocumentBuf::from_valid(reply)
    }

    pub fn run(&mut self, mut command: DocumentBuf, database: &str) -> DocumentBuf {
        command.append("$db", database);
        self.run_bytes(command.as_bytes())
    }

    /// Inserts documents one by one, whatever becomes of each.
    pub fn insert(&mut self, documents: &[DocumentBuf]) {
        let mut command = DocumentBuf::new();
        command.append("insert", "c");
        command.append_array("documents", |list| {
            documents.iter().for_each(|document| list.push(document));
        });
        command.append("ordered", false);
        self.run(command, "test");
    }

    pub fn create_index(&mut self, keys: &DocumentBuf, name: &str, unique: bool) {
        let mut command = DocumentBuf::new();
        command.append("createIndexes", "c");
        command.append_array("indexes", |list| {
            let mut index = list.document();
            index.append("key", keys);
            index.append("name", name);
            if unique {
                index.append("unique", true);
            }
        });
        self.run(command, "test");
    }

    /// Checks every index of a collection against its documents.
    pub fn check(&mut self, collection: &str) {
        let mut command = DocumentBuf::new();
        command.append("validate", collection);
        let reply = self.run(command, "test");
        let valid = reply.as_ref().get("valid");
        // What is there no longer, or never was, cannot be checked.
        let ok = matches!(valid, None | Some(ValueRef::Boolean(true)));
        assert!(ok, "the indexes of {collection} are wrong: {reply}");
    }
}

pub fn is_ok(reply: &DocumentBuf) -> bool {
    reply.as_ref().get("ok") == Some(ValueRef::Double(1.0))
}

/// The first batch of a reply.
pub fn first_batch(reply: &DocumentBuf) -> Option<ArrayRef<'_>> {
    let cursor: DocumentRef<'_> = reply.as_ref().get("cursor")?.as_document()?;
    cursor.get("firstBatch")?.as_array()
}
