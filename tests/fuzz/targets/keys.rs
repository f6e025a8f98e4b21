//! Keys of indexes: they decode to what was encoded, and their bytes have the order of the values.

use tussock::keystring::{Edge, KeyWriter, component_end, decode};
use tussock::value::{DocumentBuf, Value, compare};

use super::recipe::Recipe;

pub fn run(data: &[u8]) {
    let mut recipe = Recipe::new(data);
    if recipe.flag() {
        // Bytes that nobody encoded: an error or values, never a crash.
        let rest = recipe.rest();
        let (types, bytes) = rest.split_at(rest.len() / 3);
        let _ = decode(bytes, types, &[false, true]);
        let _ = component_end(bytes, 0, false);
        return;
    }
    let descending = [recipe.flag(), recipe.flag()];
    let mut pair = || [recipe.value(0), recipe.value(0)];
    let (one, two) = (pair(), pair());
    let (first, second) = (key(&one, &descending), key(&two, &descending));
    let order = compare(one[0].as_ref(), two[0].as_ref());
    let order = if descending[0] {
        order.reverse()
    } else {
        order
    };
    let then = compare(one[1].as_ref(), two[1].as_ref());
    let then = if descending[1] { then.reverse() } else { then };
    let shown = || [&one[0], &two[0], &one[1], &two[1]].map(|value| value.as_ref().to_string());
    assert!(first.cmp(&second) == order.then(then), "{:?}", shown());
}

/// The key's bytes, after a check that they decode.
fn key(values: &[Value<'_>; 2], descending: &[bool; 2]) -> Vec<u8> {
    let mut writer = KeyWriter::new();
    let mut at = 0;
    for (value, descending) in values.iter().zip(descending) {
        writer.append(value.as_ref(), *descending);
        let end = component_end(writer.bytes(), at, *descending);
        assert_eq!(end, Some(writer.bytes().len()), "{}", value.as_ref());
        at = writer.bytes().len();
    }
    writer.close(Edge::Exact);
    let decoded = decode(writer.bytes(), writer.types(), descending);
    let decoded = decoded.unwrap_or_default();
    assert_eq!(decoded.len(), 2, "{}", values[0].as_ref());
    for (value, decoded) in values.iter().zip(&decoded) {
        let bytes = |value: &Value<'_>| {
            let mut out = DocumentBuf::new();
            out.append("v", value.as_ref());
            out.into_bytes()
        };
        // Which NaN it was is not kept.
        let shown = value.as_ref().to_string();
        let same = shown.to_lowercase().contains("nan") && shown == decoded.as_ref().to_string();
        assert!(same || bytes(value) == bytes(decoded), "{shown}");
    }
    writer.bytes().to_vec()
}
