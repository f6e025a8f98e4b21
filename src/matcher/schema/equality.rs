//! Equality as `enum` and `uniqueItems` see it: the order of an object's fields does not
//! count.

use crate::value::{DocumentRef, ValueRef, compare};

/// Whether two values are equal, whatever the order of fields at any depth.
pub(super) fn same(one: ValueRef<'_>, two: ValueRef<'_>) -> bool {
    match (one, two) {
        (ValueRef::Document(one), ValueRef::Document(two)) => same_documents(one, two),
        (ValueRef::Array(one), ValueRef::Array(two)) => {
            let (mut one, mut two) = (one.iter(), two.iter());
            loop {
                match (one.next(), two.next()) {
                    (None, None) => return true,
                    (Some(one), Some(two)) if same(one, two) => {}
                    _ => return false,
                }
            }
        }
        _ => compare(one, two).is_eq(),
    }
}

fn same_documents(one: DocumentRef<'_>, two: DocumentRef<'_>) -> bool {
    one.count() == two.count()
        && one
            .iter()
            .all(|(name, value)| two.get(name).is_some_and(|other| same(value, other)))
}
