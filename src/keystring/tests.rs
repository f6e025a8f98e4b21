//! Key strings against the order of values, and there and back.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::{Edge, KeyWriter, decode, encode_one};
use crate::value::{
    ArrayBuf, BinaryRef, Decimal128, DocumentBuf, Timestamp, Value, ValueRef, compare,
};

fn scalar() -> impl Strategy<Value = Value<'static>> {
    let longs = prop_oneof![
        any::<i64>(),
        -3i64..3,
        Just(i64::MIN),
        Just(i64::MAX),
        (0i64..20).prop_map(|near| (1 << 53) + near),
        (0i64..20).prop_map(|near| -(1 << 60) + near),
    ];
    let doubles = prop_oneof![
        any::<f64>(),
        (-20i32..20).prop_map(|n| f64::from(n) / 4.0),
        (0i64..20).prop_map(|near| ((1i64 << 60) + near * 128) as f64),
        Just(f64::NAN),
        Just(-0.0),
        Just(f64::MAX),
        Just(f64::from_bits(1)),
    ];
    let decimals = prop_oneof![
        (any::<bool>(), 0u128..10u128.pow(34), -6176..6111i32)
            .prop_map(|(sign, digits, exponent)| Decimal128::from_parts(sign, digits, exponent)),
        (any::<bool>(), 0u128..300, -3..3i32)
            .prop_map(|(sign, digits, exponent)| Decimal128::from_parts(sign, digits, exponent)),
        (0u128..300).prop_map(|near| Decimal128::from_parts(true, (1 << 60) + near, 0)),
        Just(Decimal128::NAN),
        Just(Decimal128::infinity(true)),
    ];
    prop_oneof![
        longs.prop_map(|n| ValueRef::Int64(n).into()),
        any::<i32>().prop_map(|n| ValueRef::Int32(n).into()),
        (-3i32..3).prop_map(|n| ValueRef::Int32(n).into()),
        doubles.prop_map(|n| ValueRef::Double(n).into()),
        decimals.prop_map(Value::from),
        "[ab\\x00\u{e4}]{0,3}".prop_map(|text| Value::string(&text)),
        "[ab]{0,2}".prop_map(|text| Value::copy_of(ValueRef::Symbol(&text))),
        any::<[u8; 12]>().prop_map(|id| ValueRef::ObjectId(id).into()),
        any::<bool>().prop_map(|flag| ValueRef::Boolean(flag).into()),
        any::<i64>().prop_map(|millis| ValueRef::Date(millis).into()),
        any::<u64>().prop_map(|bits| ValueRef::Timestamp(Timestamp::from_bits(bits)).into()),
        prop::collection::vec(any::<u8>(), 0..3).prop_map(|bytes| {
            Value::copy_of(ValueRef::Binary(BinaryRef {
                subtype: 0,
                bytes: &bytes,
            }))
        }),
        "[ab]{0,2}".prop_map(|pattern| Value::regex(&pattern, "i")),
        Just(Value::NULL),
        Just(ValueRef::Undefined.into()),
        Just(ValueRef::MinKey.into()),
        Just(ValueRef::MaxKey.into()),
    ]
}

fn value() -> impl Strategy<Value = Value<'static>> {
    scalar().prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|values| Value::array(values.iter().collect::<ArrayBuf>())),
            prop::collection::vec(("[ab]{0,2}", inner), 0..3).prop_map(|fields| {
                let mut document = DocumentBuf::new();
                fields
                    .iter()
                    .for_each(|(name, value)| document.append(name, value));
                Value::document(document)
            }),
        ]
    })
}

/// Equal in type and bytes, not only in order.
fn identical(left: &Value<'_>, right: &Value<'_>) -> bool {
    let bytes = |value: &Value<'_>| {
        let mut document = DocumentBuf::new();
        document.append("", value);
        document.into_bytes()
    };
    let both_nan = left.as_ref().is_nan() && right.as_ref().is_nan();
    left.kind() == right.kind() && (both_nan || bytes(left) == bytes(right))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn bytes_are_ordered_as_values(left in value(), right in value()) {
        let expected = compare(left.as_ref(), right.as_ref());
        prop_assert_eq!(encode_one(left.as_ref()).cmp(&encode_one(right.as_ref())), expected);
    }

    #[test]
    fn compound_keys_are_ordered_field_by_field(
        left in (scalar(), scalar()), right in (scalar(), scalar()), down in any::<[bool; 2]>(),
    ) {
        let key = |pair: &(Value<'static>, Value<'static>)| {
            let mut writer = KeyWriter::new();
            writer.append(pair.0.as_ref(), down[0]);
            writer.append(pair.1.as_ref(), down[1]);
            writer.close(Edge::Exact);
            writer.into_bytes()
        };
        let turn = |order: std::cmp::Ordering, down: bool| if down { order.reverse() } else { order };
        let first = turn(compare(left.0.as_ref(), right.0.as_ref()), down[0]);
        let second = turn(compare(left.1.as_ref(), right.1.as_ref()), down[1]);
        prop_assert_eq!(key(&left).cmp(&key(&right)), first.then(second));
    }

    #[test]
    fn decoding_gives_back_the_exact_values(
        values in prop::collection::vec((value(), any::<bool>()), 1..4),
    ) {
        let mut writer = KeyWriter::new();
        values.iter().for_each(|(value, down)| writer.append(value.as_ref(), *down));
        writer.close(Edge::Exact);
        let down: Vec<bool> = values.iter().map(|pair| pair.1).collect();
        let decoded = decode(writer.bytes(), writer.types(), &down).unwrap();
        for (decoded, (value, _)) in decoded.iter().zip(&values) {
            prop_assert!(identical(decoded, value));
        }
    }

    #[test]
    fn damaged_keys_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = decode(&bytes, &bytes, &[false, true]);
    }
}
