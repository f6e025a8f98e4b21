//! A plan as explain shows it.
//!
//! Source: the manual, "Explain Results".

use super::stream::Stream;
use crate::expression::number::Number;
use crate::value::DocumentBuf;

/// How much explain tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    QueryPlanner,
    ExecutionStats,
    AllPlansExecution,
}

/// The tree of stages; with what each did if `executed`.
pub fn explain(stream: &dyn Stream, executed: bool) -> DocumentBuf {
    let mut out = DocumentBuf::new();
    stream.describe(&mut out);
    if executed {
        let statistics = stream.statistics();
        append_count(&mut out, "nReturned", statistics.advanced);
        append_count(&mut out, "works", statistics.works);
        append_count(&mut out, "advanced", statistics.advanced);
        out.append("isEOF", i32::from(statistics.is_end));
        let stage = out
            .as_ref()
            .get("stage")
            .and_then(|stage| stage.as_str().map(str::to_owned));
        match stage.as_deref() {
            Some("IXSCAN") => append_count(&mut out, "keysExamined", statistics.keys_examined),
            Some("COLLSCAN" | "FETCH") => {
                append_count(&mut out, "docsExamined", statistics.documents_examined);
            }
            _ => {}
        }
    }
    let inputs = stream.inputs();
    match inputs.as_slice() {
        [] => {}
        [one] => out.append("inputStage", &explain(*one, executed)),
        many => out.append_array("inputStages", |list| {
            many.iter()
                .for_each(|input| list.push(&explain(*input, executed)));
        }),
    }
    out
}

/// Counts are ints, and longs beyond.
fn append_count(out: &mut DocumentBuf, name: &str, count: u64) {
    out.append(name, Number::int_or_long(count as i64).value().as_ref());
}

/// Keys and documents examined by a node and all below it.
pub fn examined(stream: &dyn Stream) -> (u64, u64) {
    let own = stream.statistics();
    stream
        .inputs()
        .into_iter()
        .map(examined)
        .fold((own.keys_examined, own.documents_examined), |sum, below| {
            (sum.0 + below.0, sum.1 + below.1)
        })
}
