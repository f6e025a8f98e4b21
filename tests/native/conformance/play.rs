//! Plays one vector on a server.

use super::expectation::{Verdict, failure_text, judge, missing};
use super::template::{Context, Missing};
use super::vector::{Step, Vector, failure_of_any_write};
use crate::wire::text::{cut, show};
use crate::wire::{Document, Value, bson};

/// Whatever takes a command and gives a reply, both as BSON.
pub trait Server {
    fn run(&mut self, request: &[u8]) -> Vec<u8>;
}

/// Sends a vector's commands and judges the replies. Names are made from `number`. What was sent
/// and what came back is added to `trace`, if there is one.
pub fn play(
    vector: &Vector,
    number: usize,
    server: &mut dyn Server,
    trace: &mut Option<String>,
) -> Result<(), Verdict> {
    let mut context = Context::new(number);
    let mut result = Ok(());
    for step in &vector.steps {
        result = take_step(step, &mut context, server, trace);
        if result.is_err() {
            break;
        }
    }
    for expectation in &vector.expect {
        if result.is_ok() {
            result = judge(expectation, &mut context);
        }
    }
    context.replies.resize(vector.steps.len(), None);
    for step in &vector.cleanup {
        let _ = take_step(step, &mut context, server, trace);
    }
    result
}

/// The request as it goes to the server: the command, and its database at the end.
fn request(step: &Step, context: &mut Context) -> Result<Document, Missing> {
    let mut request = context.document(&step.command)?;
    request.push(("$db".to_owned(), Value::String(context.text(&step.db))));
    Ok(request)
}

fn take_step(
    step: &Step,
    context: &mut Context,
    server: &mut dyn Server,
    trace: &mut Option<String>,
) -> Result<(), Verdict> {
    let request = match request(step, context) {
        Ok(request) => request,
        Err(Missing::Reference(_)) if step.if_resolved => {
            context.replies.push(None);
            return Ok(());
        }
        Err(cause) => return Err(missing(cause)),
    };
    if let Some(trace) = trace {
        let sent = cut(show(&Value::Document(request.clone())), 1200);
        trace.push_str(&format!("  > {sent}\n"));
    }
    let reply = Value::Document(
        bson::decode(&server.run(&bson::encode(&request)))
            .map_err(|cause| Verdict::new("the reply is not BSON", cause))?,
    );
    if let Some(trace) = trace {
        trace.push_str(&format!("  < {}\n", cut(show(&reply), 1200)));
    }
    let failure = failure_of_any_write(&reply);
    context.replies.push(Some(reply));
    match failure {
        Some(failure) if step.must => {
            let text = failure_text(&failure, context);
            Err(Verdict::new(
                format!("{} (setup) got {text}", step.name()),
                failure.1,
            ))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Json;

    /// Gives replies that were written down before, and keeps the requests.
    struct Scripted {
        replies: Vec<&'static str>,
        requests: Vec<String>,
    }

    impl Server for Scripted {
        fn run(&mut self, request: &[u8]) -> Vec<u8> {
            self.requests
                .push(show(&Value::Document(bson::decode(request).unwrap())));
            let json = Json::parse(self.replies.remove(0)).unwrap();
            bson::encode(&Context::new(0).document(&json).unwrap())
        }
    }

    /// Plays a vector against replies; gives the reason of its failure, or "".
    fn reason(vector: &str, replies: &[&'static str]) -> (String, Vec<String>) {
        let vector = Vector::parse(vector).unwrap();
        let mut server = Scripted {
            replies: replies.to_vec(),
            requests: Vec::new(),
        };
        let result = play(&vector, 0, &mut server, &mut None);
        (
            result.err().map_or(String::new(), |verdict| verdict.reason),
            server.requests,
        )
    }

    fn check(steps: &str, expect: &str, replies: &[&'static str], expected: &str) {
        let vector = format!(r#"{{"id": "a::b", "steps": [{steps}], "expect": [{expect}]}}"#);
        assert_eq!(reason(&vector, replies).0, expected, "{expect}");
    }

    const PING: &str = r#"{"db": "${db}", "command": {"ping": "${coll}"}}"#;
    const MUST: &str = r#"{"db": "${db}", "command": {"ping": "${coll}"}, "must": true}"#;
    const OK: &str = r#"{"ok": {"$numberDouble": "1.0"}, "operationTime": null}"#;
    const NO: &str =
        r#"{"ok": {"$numberDouble": "0.0"}, "code": {"$numberInt": "59"}, "errmsg": "no 7"}"#;
    const WRITE: &str = r#"{"ok": {"$numberInt": "1"},
        "writeErrors": [{"code": {"$numberInt": "11000"}, "errmsg": "twice"}]}"#;
    const BATCH: &str = r#"{"ok": {"$numberInt": "1"}, "cursor": {"firstBatch": ["x", "y"]}}"#;

    #[test]
    fn errors_are_told_by_their_code() {
        let error = |code| {
            format!(
                r#"{{"kind": "errorCode", "of": {{"$$reply": {{"step": 0}}}}, "code": {code}}}"#
            )
        };
        check(PING, &error(59), &[NO], "");
        check(PING, &error(11000), &[WRITE], "");
        check(
            PING,
            &error(60),
            &[NO],
            "expected error 60, got error 59 \"no #\"",
        );
        check(PING, &error(59), &[OK], "expected error 59, got success");
        let text =
            r#"{"kind": "error", "of": {"$$reply": {"step": 0}}, "code": 59, "errmsg": "no 7"}"#;
        check(PING, text, &[NO], "");
        check(PING, &text.replace("no 7", "no 8"), &[NO], "another errmsg");
    }

    #[test]
    fn success_is_wanted_of_every_reply_in_use() {
        let kind = |kind, value| {
            format!(r#"{{"kind": "{kind}", "of": {{"$$reply": {{"step": 0}}}}, "value": {value}}}"#)
        };
        check(PING, &kind("notError", "null"), &[OK], "");
        check(PING, &kind("notError", "null"), &[WRITE], "");
        check(
            PING,
            &kind("notError", "null"),
            &[NO],
            "expected success, got error 59 \"no #\"",
        );
        check(
            PING,
            &kind("raw", r#"{"ok": {"$numberDouble": "1.0"}}"#),
            &[OK],
            "",
        );
        check(
            PING,
            &kind("raw", r#"{"ok": {"$numberInt": "1"}}"#),
            &[OK],
            "reply.ok: double instead of int",
        );
        check(PING, &kind("partial", "{}"), &[OK], "");
        check(PING, &kind("firstBatch", r#"["x", "y"]"#), &[BATCH], "");
        check(
            PING,
            &kind("firstBatch", r#"["x", "z"]"#),
            &[BATCH],
            "firstBatch[]: another string",
        );
        check(
            PING,
            &kind("firstBatch", "[]"),
            &[OK],
            "the reply has no first batch",
        );
        let two = format!("{PING}, {PING}");
        let other = r#"{"$$reply": {"step": 1, "path": ["cursor", "firstBatch"]}}"#;
        check(&two, &kind("firstBatch", other), &[BATCH, BATCH], "");
        check(
            &two,
            &kind("firstBatch", other),
            &[BATCH, NO],
            "expected success, got error 59 \"no #\"",
        );
    }

    #[test]
    fn a_step_that_must_succeed_stops_the_vector() {
        let two = format!("{MUST}, {PING}");
        check(&two, "", &[NO], "ping (setup) got error 59 \"no #\"");
        check(&two, "", &[WRITE], "ping (setup) got error 11000 \"twice\"");
        check(&two, "", &[OK, NO], "");
    }

    #[test]
    fn a_step_without_its_reference_is_left_out_or_fails() {
        let get_more = r#"{"db": "${db}", "command": {"getMore": {"$$reply": {"step": 0, "path": ["cursor", "id"]}}}"#;
        check(
            &format!("{PING}, {get_more}}}"),
            "",
            &[OK],
            "a reference cannot be resolved",
        );
        check(
            &format!("{PING}, {get_more}, \"ifResolved\": true}}, {PING}"),
            "",
            &[OK, OK],
            "",
        );
    }

    #[test]
    fn cleanup_is_played_whatever_came_before() {
        let vector = format!(
            r#"{{"id": "a::b", "steps": [{MUST}, {PING}], "expect": [], "cleanup": [{PING},
                {{"db": "admin", "command": {{"end": {{"$$reply": {{"step": 2, "path": ["ok"]}}}}}}}}]}}"#
        );
        let (reason, requests) = reason(&vector, &[NO, OK, OK]);
        assert!(reason.starts_with("ping (setup)"));
        assert_eq!(requests.len(), 3);
        assert_eq!(requests[2], "{end: 1.0, $db: \"admin\"}");
    }
}
