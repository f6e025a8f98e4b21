//! How long do the five analytic questions of the browser benchmark take?

use std::rc::Rc;

use tussock::engine::Engine;
use tussock::env::FixedEnv;
use tussock::value::{DocumentBuf, ValueRef, extended_json};

use crate::engine::ask;
use crate::orders::{customer_id, orders};
use crate::stopwatch::Stopwatch;

const DOCUMENTS: usize = 100_000;
const SPAN_MS: i64 = 3 * 365 * 86_400_000;

const QUESTIONS: [(&str, &str); 5] = [
    (
        "A1 unwind and group",
        r#"[{"$unwind": "$items"}, {"$group": {"_id": "$items.category",
            "revenue": {"$sum": {"$multiply": ["$items.qty", "$items.price"]}},
            "pieces": {"$sum": "$items.qty"}, "average": {"$avg": "$items.price"}, "count": {"$sum": 1}}},
            {"$sort": {"_id": 1}}]"#,
    ),
    (
        "A2 months in a time zone",
        r#"[{"$group": {"_id": {"$dateTrunc": {"date": "$createdAt", "unit": "month", "timezone": "Europe/Vienna"}},
            "revenue": {"$sum": "$total"}, "count": {"$sum": 1}}}, {"$sort": {"_id": 1}}]"#,
    ),
    (
        "A3 lookup and group",
        r#"[{"$lookup": {"from": "customers", "localField": "customerId", "foreignField": "_id", "as": "buyer"}},
            {"$unwind": "$buyer"}, {"$match": {"buyer.segment": "trade"}},
            {"$group": {"_id": "$customerId", "name": {"$first": "$buyer.name"}, "spent": {"$sum": "$total"}, "count": {"$sum": 1}}},
            {"$sort": {"spent": -1, "_id": 1}}, {"$limit": 10}]"#,
    ),
    (
        "A4 moving average",
        r#"[{"$setWindowFields": {"partitionBy": "$status", "sortBy": {"createdAt": 1},
            "output": {"moving": {"$avg": "$total", "window": {"documents": [-9, 0]}}}}},
            {"$group": {"_id": "$status", "highest": {"$max": "$moving"}, "mean": {"$avg": "$moving"}}}, {"$sort": {"_id": 1}}]"#,
    ),
    (
        "A5 three facets",
        r#"[{"$facet": {"byStatus": [{"$group": {"_id": "$status", "count": {"$sum": 1}}}, {"$sort": {"_id": 1}}],
            "byCountry": [{"$match": {"total": {"$gte": 250}}}, {"$group": {"_id": "$customer.address.country", "revenue": {"$sum": "$total"}}}, {"$sort": {"_id": 1}}],
            "bySize": [{"$bucket": {"groupBy": "$total", "boundaries": [0, 100, 250, 500, 1000, 100000],
                "output": {"count": {"$sum": 1}, "pieces": {"$sum": {"$size": "$items"}}}}}]}}]"#,
    ),
];

fn insert(collection: &str, documents: &[DocumentBuf]) -> DocumentBuf {
    let mut command = DocumentBuf::new();
    command.append("insert", collection);
    command.append_array("documents", |list| {
        documents
            .iter()
            .for_each(|document| list.push(document.as_ref()));
    });
    command.append("$db", "shop");
    command
}

/// The orders over three years.
fn spread(documents: Vec<DocumentBuf>) -> Vec<DocumentBuf> {
    let count = documents.len() as i64;
    let spread = |document: DocumentBuf| {
        let mut out = DocumentBuf::new();
        for element in document.as_ref().elements() {
            match element.value() {
                ValueRef::Date(millis) => {
                    let place = millis / 1000 - 1_600_000_000;
                    let millis = 1_600_000_000_000 + place * SPAN_MS / count;
                    out.append(element.name, ValueRef::Date(millis));
                }
                _ => out.append_element(&element),
            }
        }
        out
    };
    documents.into_iter().map(spread).collect()
}

fn customer(number: u64) -> DocumentBuf {
    let mut out = DocumentBuf::new();
    out.append("_id", customer_id(number).as_str());
    out.append("name", format!("Customer {number}").as_str());
    let segments = ["private", "trade", "public", "press"];
    out.append("segment", segments[(number * 7 % 11 % 4) as usize]);
    out
}

pub fn run(stopwatch: &mut Stopwatch) {
    if !stopwatch.wants("analytic") {
        return;
    }
    let count = stopwatch.size(DOCUMENTS);
    let mut engine = Engine::memory(Rc::new(FixedEnv::new(0, 1)));
    for batch in spread(orders(count as u64)).chunks(1000) {
        ask(&mut engine, &insert("orders", batch));
    }
    let customers: Vec<DocumentBuf> = (0..(count as u64 / 10).max(1)).map(customer).collect();
    ask(&mut engine, &insert("customers", &customers));
    for (name, stages) in QUESTIONS {
        let text = format!(
            r#"{{"aggregate": "orders", "pipeline": {stages}, "cursor": {{}}, "$db": "shop"}}"#
        );
        let command = extended_json::parse(&text).unwrap();
        stopwatch.time(&format!("analytic: {name} over {count}"), |_| {
            ask(&mut engine, &command).len()
        });
    }
}
