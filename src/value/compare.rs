//! MongoDB's order of values across types, and equality by it.
//!
//! Source: the manual, "Comparison/Sort Order".

use std::cmp::Ordering;

use super::{ArrayRef, BinaryRef, DocumentRef, Kind, ValueRef};

/// The order of two values: by type first, then by value; numbers of all types compare
/// by their exact value.
pub fn compare(left: ValueRef<'_>, right: ValueRef<'_>) -> Ordering {
    use ValueRef::*;
    match (left, right) {
        (Int32(one), Int32(two)) => return one.cmp(&two),
        (String(one), String(two)) => return one.as_bytes().cmp(two.as_bytes()),
        _ => {}
    }
    let by_type = left.kind().order().cmp(&right.kind().order());
    if by_type != Ordering::Equal {
        return by_type;
    }
    match (left, right) {
        (String(one) | Symbol(one), String(two) | Symbol(two)) => {
            one.as_bytes().cmp(two.as_bytes())
        }
        (Document(one), Document(two)) => compare_documents(one, two),
        (Array(one), Array(two)) => compare_arrays(one, two),
        (Binary(one), Binary(two)) => compare_binary(one, two),
        (ObjectId(one), ObjectId(two)) => one.cmp(&two),
        (Boolean(one), Boolean(two)) => one.cmp(&two),
        (Date(one), Date(two)) => one.cmp(&two),
        (Timestamp(one), Timestamp(two)) => one.cmp(&two),
        (Regex(one), Regex(two)) => {
            let patterns = one.pattern().as_bytes().cmp(two.pattern().as_bytes());
            patterns.then_with(|| one.options().as_bytes().cmp(two.options().as_bytes()))
        }
        (DbPointer(one), DbPointer(two)) => {
            let lengths = one.namespace().len().cmp(&two.namespace().len());
            let names = lengths.then_with(|| one.namespace().cmp(two.namespace()));
            names.then_with(|| one.id().cmp(&two.id()))
        }
        (Code(one), Code(two)) => one.as_bytes().cmp(two.as_bytes()),
        (CodeWithScope(one), CodeWithScope(two)) => {
            let codes = one.code().as_bytes().cmp(two.code().as_bytes());
            codes.then_with(|| compare_documents(one.scope(), two.scope()))
        }
        _ => compare_numbers(left, right).unwrap_or(Ordering::Equal),
    }
}

/// The order of two values of which either may be missing; missing is below all values
/// but equal to nothing else (as in expressions).
pub fn compare_optional(left: Option<ValueRef<'_>>, right: Option<ValueRef<'_>>) -> Ordering {
    match (left, right) {
        (Some(one), Some(two)) => compare(one, two),
        (one, two) => one.is_some().cmp(&two.is_some()),
    }
}

/// The order of two numbers by exact value; NaN equals NaN and is below all others.
/// `None` when one is no number.
pub fn compare_numbers(left: ValueRef<'_>, right: ValueRef<'_>) -> Option<Ordering> {
    use ValueRef::{Decimal128, Double, Int32, Int64};
    Some(match (left, right) {
        (Int32(one), Int32(two)) => one.cmp(&two),
        (Int32(one), Int64(two)) => i64::from(one).cmp(&two),
        (Int64(one), Int32(two)) => one.cmp(&i64::from(two)),
        (Int64(one), Int64(two)) => one.cmp(&two),
        (Double(one), Double(two)) => compare_doubles(one, two),
        (Double(one), Int32(two)) => compare_doubles(one, f64::from(two)),
        (Int32(one), Double(two)) => compare_doubles(f64::from(one), two),
        (Double(one), Int64(two)) => compare_double_to_long(one, two),
        (Int64(one), Double(two)) => compare_double_to_long(two, one).reverse(),
        (Decimal128(one), Decimal128(two)) => one.compare(*two),
        (Decimal128(one), Double(two)) => one.compare_f64(two),
        (Double(one), Decimal128(two)) => two.compare_f64(one).reverse(),
        (Decimal128(one), Int32(two)) => one.compare_i64(i64::from(two)),
        (Int32(one), Decimal128(two)) => two.compare_i64(i64::from(one)).reverse(),
        (Decimal128(one), Int64(two)) => one.compare_i64(two),
        (Int64(one), Decimal128(two)) => two.compare_i64(one).reverse(),
        _ => return None,
    })
}

fn compare_doubles(one: f64, two: f64) -> Ordering {
    match one.partial_cmp(&two) {
        Some(order) => order,
        // NaN is below every number and equal to itself.
        None => two.is_nan().cmp(&one.is_nan()),
    }
}

fn compare_double_to_long(double: f64, long: i64) -> Ordering {
    const TWO_63: f64 = 9_223_372_036_854_775_808.0;
    if double.is_nan() || double < -TWO_63 {
        return Ordering::Less;
    }
    if double >= TWO_63 {
        return Ordering::Greater;
    }
    // The whole part fits exactly; the fraction decides between equals.
    let whole = double.trunc();
    let order = (whole as i64).cmp(&long);
    order.then_with(|| double.partial_cmp(&whole).unwrap_or(Ordering::Equal))
}

fn compare_binary(one: BinaryRef<'_>, two: BinaryRef<'_>) -> Ordering {
    let lengths = one.bytes.len().cmp(&two.bytes.len());
    let subtypes = lengths.then_with(|| one.subtype.cmp(&two.subtype));
    subtypes.then_with(|| one.bytes.cmp(two.bytes))
}

/// The order of two documents: field by field as stored, each by type, name, value.
pub fn compare_documents(left: DocumentRef<'_>, right: DocumentRef<'_>) -> Ordering {
    let (mut one, mut two) = (left.elements(), right.elements());
    loop {
        let (a, b) = match (one.next(), two.next()) {
            (Some(a), Some(b)) => (a, b),
            (a, b) => return a.is_some().cmp(&b.is_some()),
        };
        let order = canonical(a.kind).cmp(&canonical(b.kind));
        let order = order.then_with(|| a.name.as_bytes().cmp(b.name.as_bytes()));
        let order = order.then_with(|| compare(a.value(), b.value()));
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// The order of two arrays, element by element; a prefix is smaller.
pub fn compare_arrays(left: ArrayRef<'_>, right: ArrayRef<'_>) -> Ordering {
    let (mut one, mut two) = (left.elements(), right.elements());
    loop {
        let (a, b) = match (one.next(), two.next()) {
            (Some(a), Some(b)) => (a, b),
            (a, b) => return a.is_some().cmp(&b.is_some()),
        };
        let order = compare(a.value(), b.value());
        if order != Ordering::Equal {
            return order;
        }
    }
}

fn canonical(kind: Kind) -> u8 {
    kind.order()
}

/// Equality by MongoDB's order: numbers by value, documents field by field.
impl PartialEq for ValueRef<'_> {
    fn eq(&self, other: &ValueRef<'_>) -> bool {
        compare(*self, *other) == Ordering::Equal
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ArrayBuf, Decimal128, DocumentBuf};
    use super::*;
    use Ordering::{Equal, Greater, Less};

    #[test]
    fn numbers_compare_by_exact_value() {
        let check = |left: ValueRef<'_>, right: ValueRef<'_>, expected| {
            assert_eq!(compare(left, right), expected);
            assert_eq!(compare(right, left), expected.reverse());
        };
        check(ValueRef::Int32(1), ValueRef::Double(1.0), Equal);
        check(
            ValueRef::Int64((1 << 53) + 1),
            ValueRef::Double((1u64 << 53) as f64),
            Greater,
        );
        check(
            ValueRef::Int64(i64::MAX),
            ValueRef::Double(i64::MAX as f64),
            Less,
        );
        check(
            ValueRef::Double(f64::NAN),
            ValueRef::Double(f64::NEG_INFINITY),
            Less,
        );
        check(
            ValueRef::Double(f64::NAN),
            ValueRef::Decimal128(&Decimal128::NAN),
            Equal,
        );
        check(ValueRef::Double(-0.0), ValueRef::Int32(0), Equal);
        check(ValueRef::Double(2.5), ValueRef::Int64(2), Greater);
        check(ValueRef::Double(-2.5), ValueRef::Int64(-2), Less);
    }

    #[test]
    fn types_are_in_order() {
        let document = DocumentBuf::new();
        let array = ArrayBuf::new();
        let ordered = [
            ValueRef::MinKey,
            ValueRef::Undefined,
            ValueRef::Null,
            ValueRef::Int32(9),
            ValueRef::String(""),
            ValueRef::from(&document),
            ValueRef::from(&array),
            ValueRef::ObjectId([0; 12]),
            ValueRef::Boolean(false),
            ValueRef::Date(-1),
            ValueRef::Timestamp(Default::default()),
            ValueRef::Code(""),
            ValueRef::MaxKey,
        ];
        for pair in ordered.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Less);
        }
    }

    #[test]
    fn documents_compare_type_then_name_then_value() {
        let document = |fields: &[(&str, ValueRef<'static>)]| {
            let mut out = DocumentBuf::new();
            fields
                .iter()
                .for_each(|(name, value)| out.append(name, *value));
            out
        };
        let check = |left: &DocumentBuf, right: &DocumentBuf, expected| {
            assert_eq!(compare_documents(left.as_ref(), right.as_ref()), expected);
        };
        let (one, text) = (ValueRef::Int32(1), ValueRef::String("a"));
        check(&document(&[("b", one)]), &document(&[("a", text)]), Less);
        check(&document(&[("b", one)]), &document(&[("a", one)]), Greater);
        check(
            &document(&[("a", one)]),
            &document(&[("a", one), ("b", one)]),
            Less,
        );
        check(
            &document(&[("a", one)]),
            &document(&[("a", ValueRef::Double(1.0))]),
            Equal,
        );
    }
}
