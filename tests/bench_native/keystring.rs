//! How long does it take to make a key from a value, and the value from the key?

use tussock::keystring::{Edge, KeyWriter, decode};
use tussock::value::{DocumentBuf, ValueRef};

use crate::orders::orders;
use crate::stopwatch::Stopwatch;

const COUNT: usize = 1000;

fn key_of(writer: &mut KeyWriter, document: &DocumentBuf, fields: &[&str]) {
    writer.clear();
    for field in fields {
        let value = document.as_ref().get(field).unwrap_or(ValueRef::Null);
        writer.append(value, false);
    }
    writer.close(Edge::Exact);
}

pub fn run(stopwatch: &mut Stopwatch) {
    let documents = orders(COUNT as u64);
    let mut writer = KeyWriter::new();
    for (name, fields) in [
        ("string", &["customerId"][..]),
        ("int", &["ts"]),
        ("double", &["score"]),
        ("date", &["createdAt"]),
        ("string, int", &["customerId", "ts"]),
        ("document", &["customer"]),
    ] {
        stopwatch.time(&format!("keystring: encode {name}"), |round| {
            key_of(&mut writer, &documents[round % COUNT], fields);
            writer.bytes().len()
        });
        key_of(&mut writer, &documents[0], fields);
        let (bytes, types) = (writer.bytes().to_vec(), writer.types().to_vec());
        let ascending = vec![false; fields.len()];
        stopwatch.time(&format!("keystring: decode {name}"), |_| {
            decode(&bytes, &types, &ascending).is_ok()
        });
    }
}
