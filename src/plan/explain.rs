//! A plan as explain shows it.
//!
//! Source: the manual, "Explain Results".

use super::stream::{Statistics, Stream};
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
        let stage = out.as_ref().get("stage").and_then(|stage| stage.as_str());
        let stage = stage.unwrap_or_default().to_owned();
        append_statistics(&mut out, &stage, stream.statistics());
        stream.report(&mut out);
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

fn append_statistics(out: &mut DocumentBuf, stage: &str, statistics: Statistics) {
    let Statistics {
        works,
        advanced,
        is_end,
        ..
    } = statistics;
    let idle = works.saturating_sub(advanced + u64::from(is_end));
    append_count(out, "nReturned", advanced);
    append_count(out, "executionTimeMillisEstimate", 0);
    append_count(out, "works", works);
    append_count(out, "advanced", advanced);
    append_count(out, "needTime", idle);
    for nothing in ["needYield", "saveState", "restoreState"] {
        append_count(out, nothing, 0);
    }
    out.append("isEOF", i32::from(is_end));
    let keys = [
        ("keysExamined", statistics.keys_examined),
        ("seeks", statistics.seeks),
    ];
    let documents = ("docsExamined", statistics.documents_examined);
    let dropped = ("dupsDropped", statistics.dropped);
    let counts: &[(&str, u64)] = match stage {
        "IXSCAN" => &[keys[0], keys[1], dropped],
        "DISTINCT_SCAN" | "COUNT_SCAN" => &keys,
        "EXPRESS_IXSCAN" => &[keys[0], documents],
        "COLLSCAN" | "CLUSTERED_IXSCAN" | "EXPRESS_CLUSTERED_IXSCAN" => &[documents],
        "FETCH" => &[documents, ("alreadyHasObj", 0)],
        "OR" | "SORT_MERGE" => &[("dupsTested", advanced + statistics.dropped), dropped],
        _ => &[],
    };
    counts
        .iter()
        .for_each(|(name, count)| append_count(out, name, *count));
    // Null in a key may be a missing field, so the document was read.
    if matches!(stage, "IXSCAN" | "DISTINCT_SCAN") && documents.1 > 0 {
        append_count(out, documents.0, documents.1);
    }
    if stage == "SORT" {
        out.append("usedDisk", false);
        append_count(out, "spills", 0);
    }
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
