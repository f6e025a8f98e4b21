//! How long does it take to check, walk and compare documents?

use tussock::limits;
use tussock::value::{FieldPath, compare_documents, validate};

use crate::orders::orders;
use crate::stopwatch::Stopwatch;

const COUNT: usize = 1000;

pub fn run(stopwatch: &mut Stopwatch) {
    let documents = orders(COUNT as u64);
    stopwatch.time("value: validate an order", |round| {
        validate(
            documents[round % COUNT].as_bytes(),
            limits::NESTING_DEPTH_MAX,
        )
        .is_ok()
    });
    stopwatch.time("value: walk an order's fields", |round| {
        documents[round % COUNT].as_ref().iter().count()
    });
    stopwatch.time("value: first field by name", |round| {
        documents[round % COUNT].as_ref().get("_id").is_some()
    });
    stopwatch.time("value: last field by name", |round| {
        documents[round % COUNT].as_ref().get("note").is_some()
    });
    let country = FieldPath::new("customer.address.country");
    stopwatch.time("value: nested field by path", |round| {
        country
            .evaluate(documents[round % COUNT].as_ref())
            .is_some()
    });
    let category = FieldPath::new("items.category");
    stopwatch.time("value: path through an array", |round| {
        category
            .evaluate(documents[round % COUNT].as_ref())
            .is_some()
    });
    stopwatch.time("value: compare two orders", |round| {
        compare_documents(
            documents[round % COUNT].as_ref(),
            documents[(round + 1) % COUNT].as_ref(),
        )
    });
}
