//! Sessions: which there are, and when each was used last.

use crate::limits;
use crate::ordered::OrderedMap;

/// The id of a session: a UUID that the client made, or that `startSession` gave.
pub type SessionId = [u8; 16];

/// The sessions that are in use. A session begins with the first command that names it.
#[derive(Default)]
pub struct Sessions {
    last_used_ms: OrderedMap<SessionId, i64>,
}

impl Sessions {
    /// Notes that a session is used.
    pub fn touch(&mut self, session: SessionId, now_ms: i64) {
        if self.last_used_ms.insert(session, now_ms).is_none() {
            self.forget_idle(now_ms);
        }
    }

    /// Forgets sessions that `ends` says end.
    pub fn end(&mut self, ends: impl Fn(&SessionId) -> bool) {
        self.last_used_ms.retain(|session, _| !ends(session));
    }

    /// The sessions and when they were used last, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (&SessionId, i64)> {
        self.last_used_ms.iter().map(|(session, at)| (session, *at))
    }

    /// Only when a session is new, so that the work is in proportion.
    fn forget_idle(&mut self, now_ms: i64) {
        let idle_ms_max = i64::from(limits::SESSION_TIMEOUT_MINUTES) * 60_000;
        self.last_used_ms
            .retain(|_, used_ms| now_ms - *used_ms < idle_ms_max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_forgotten_when_they_end_or_time_out() {
        let mut sessions = Sessions::default();
        let known = |sessions: &Sessions| sessions.iter().map(|(id, _)| id[0]).collect::<Vec<_>>();
        sessions.touch([1; 16], 0);
        sessions.touch([2; 16], 29 * 60_000);
        assert_eq!(known(&sessions), [1, 2]);
        sessions.touch([3; 16], 31 * 60_000);
        assert_eq!(known(&sessions), [2, 3]);
        sessions.end(|id| *id == [2; 16]);
        assert_eq!(known(&sessions), [3]);
    }
}
