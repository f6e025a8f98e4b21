//! What was answered to clients elsewhere (in other tabs), so that a write that is sent again after
//! its answer was lost is answered again and not done again.
//!
//! An answer is part of the commit it answers: it is in the journal with it, and in the manifest
//! until its client says that it has come.

use std::rc::Rc;

use crate::ordered::OrderedMap;
use crate::value::{ArrayRef, BinaryRef, DocumentBuf, DocumentRef, ValueRef};

/// Names a command of a client: sent again, it has the same ticket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ticket {
    /// A UUID of the client's own.
    pub client: ClientId,
    /// Counts the client's commands.
    pub number: u64,
    /// The answers to all commands up to this number have come.
    pub done: u64,
}

/// A UUID.
pub type ClientId = [u8; 16];

/// Clients that are remembered; beyond these the one that was silent longest is forgotten.
const CLIENTS_MAX: usize = 256;
/// Bytes of an answer that is kept; of a longer one only that there was one.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// The answers that may be asked for again.
#[derive(Default)]
pub struct Answers(OrderedMap<ClientId, Client>);

#[derive(Default)]
struct Client {
    last_ms: i64,
    answers: OrderedMap<u64, Answer>,
}

/// The bytes of a reply; empty if it was too long to be kept.
pub type Answer = Rc<[u8]>;

impl Answers {
    /// The answer to this command, if it was answered. Forgets those that have come.
    pub fn find(&mut self, ticket: &Ticket) -> Option<Answer> {
        let client = self.0.get_mut(&ticket.client)?;
        client.answers.retain(|number, _| *number > ticket.done);
        client.answers.get(&ticket.number).cloned()
    }

    /// Keeps an answer.
    pub fn keep(&mut self, ticket: &Ticket, reply: &[u8], now_ms: i64) {
        let kept = match reply.len() > ANSWER_BYTES_MAX {
            true => &[],
            false => reply,
        };
        let client = self.0.or_default(ticket.client);
        client.last_ms = now_ms;
        client.answers.insert(ticket.number, Rc::from(kept));
        if self.0.len() > CLIENTS_MAX {
            let silent = self.0.iter().min_by_key(|(_, client)| client.last_ms);
            if let Some(id) = silent.map(|(id, _)| *id) {
                self.0.remove(&id);
            }
        }
    }

    /// Forgets an answer to what was undone.
    pub fn forget(&mut self, ticket: &Ticket) {
        if let Some(client) = self.0.get_mut(&ticket.client) {
            client.answers.remove(&ticket.number);
        }
    }

    /// All that is kept, one document each as [`describe`] writes it.
    pub fn descriptions(&self) -> impl Iterator<Item = DocumentBuf> {
        self.0.iter().flat_map(|(id, client)| {
            client.answers.iter().map(|(number, reply)| {
                let ticket = Ticket {
                    client: *id,
                    number: *number,
                    done: 0,
                };
                describe(&ticket, reply, client.last_ms)
            })
        })
    }

    /// Takes what [`Answers::descriptions`] gave.
    pub fn restore(&mut self, list: ArrayRef<'_>) {
        for item in list.iter().filter_map(|item| item.as_document()) {
            if let Some((ticket, reply, at_ms)) = read(item) {
                self.keep(&ticket, reply, at_ms);
            }
        }
    }
}

/// An answer as the journal and the manifest hold it.
pub fn describe(ticket: &Ticket, reply: &[u8], at_ms: i64) -> DocumentBuf {
    let mut out = DocumentBuf::new();
    let binary = |bytes| ValueRef::Binary(BinaryRef { subtype: 0, bytes });
    out.append("client", binary(&ticket.client));
    out.append("number", ticket.number as i64);
    out.append("at", at_ms);
    out.append("reply", binary(reply));
    out
}

/// Reads what [`describe`] wrote.
pub fn read(document: DocumentRef<'_>) -> Option<(Ticket, &[u8], i64)> {
    let number = |name: &str| document.get(name)?.to_i64_exact();
    let binary = |name: &str| match document.get(name) {
        Some(ValueRef::Binary(binary)) => Some(binary.bytes),
        _ => None,
    };
    let ticket = Ticket {
        client: ClientId::try_from(binary("client")?).ok()?,
        number: u64::try_from(number("number")?).ok()?,
        done: 0,
    };
    Some((ticket, binary("reply")?, number("at")?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn ticket(client: u8, number: u64, done: u64) -> Ticket {
        Ticket {
            client: [client; 16],
            number,
            done,
        }
    }

    #[test]
    fn answers_are_kept_until_they_have_come() {
        let mut answers = Answers::default();
        answers.keep(&ticket(1, 7, 0), b"seven", 10);
        answers.keep(&ticket(1, 8, 0), b"eight", 11);
        assert_eq!(*answers.find(&ticket(1, 7, 0)).unwrap(), *b"seven");
        assert!(answers.find(&ticket(2, 7, 0)).is_none());
        assert_eq!(*answers.find(&ticket(1, 8, 7)).unwrap(), *b"eight");
        assert!(answers.find(&ticket(1, 7, 0)).is_none());
        answers.keep(&ticket(1, 9, 0), &vec![0; ANSWER_BYTES_MAX + 1], 12);
        assert!(answers.find(&ticket(1, 9, 8)).unwrap().is_empty());
        answers.forget(&ticket(1, 9, 0));
        assert!(answers.find(&ticket(1, 9, 8)).is_none());
    }

    #[test]
    fn who_was_silent_longest_is_forgotten() {
        let mut answers = Answers::default();
        let id = |at: usize| {
            let mut client = [0; 16];
            client[..8].copy_from_slice(&(at as u64).to_le_bytes());
            Ticket {
                client,
                number: 1,
                done: 0,
            }
        };
        for at in 0..=CLIENTS_MAX {
            answers.keep(&id(at), b"x", at as i64);
        }
        assert!(answers.find(&id(0)).is_none());
        assert!(answers.find(&id(1)).is_some() && answers.find(&id(CLIENTS_MAX)).is_some());
    }
}
