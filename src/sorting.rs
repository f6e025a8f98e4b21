//! A stable sort that is compiled once, for all types and comparisons.
//!
//! The standard library's is compiled anew for each type and each comparison: twenty places that
//! sort cost a tenth of the module's size. Here positions are sorted by a comparison behind a
//! pointer, and the elements are then moved; only the moving knows their type. Comparing values
//! costs far more than calling through a pointer. Where numbers are sorted in a hot loop,
//! `sort_unstable` of the standard library stays the right one.

use std::cmp::Ordering;

/// Up to this many elements are sorted where they are, without memory for positions.
const FEW: usize = 8;

/// Sorts by a comparison; equal elements keep their order.
pub fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    if items.len() <= FEW {
        for end in 1..items.len() {
            let mut at = end;
            while at > 0 && compare(&items[at - 1], &items[at]) == Ordering::Greater {
                items.swap(at - 1, at);
                at -= 1;
            }
        }
        return;
    }
    let mut order: Vec<u32> = (0..items.len() as u32).collect();
    sort_positions(&mut order, &mut |one, two| {
        compare(&items[one as usize], &items[two as usize])
    });
    // Each cycle of the permutation is gone through once; a position that is done names itself.
    for start in 0..items.len() {
        let mut at = start;
        loop {
            let next = order[at] as usize;
            order[at] = at as u32;
            if next == start {
                break;
            }
            items.swap(at, next);
            at = next;
        }
    }
}

/// Sorts values that have an order of their own.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// Never inlined, so that it is there once.
#[inline(never)]
fn sort_positions(order: &mut [u32], compare: &mut dyn FnMut(u32, u32) -> Ordering) {
    order.sort_by(|&one, &two| compare(one, two));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_elements_keep_their_order() {
        for length in [0, 1, 2, 7, 8, 9, 30, 1000] {
            let items: Vec<(usize, usize)> = (0..length).map(|at| (at * 7919 % 13, at)).collect();
            let (mut ours, mut theirs) = (items.clone(), items);
            sort_by(&mut ours, |one, two| one.0.cmp(&two.0));
            theirs.sort_by_key(|item| item.0);
            assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn elements_that_own_memory_are_moved() {
        let mut words: Vec<String> = (0..100).map(|at| (at * 37 % 101).to_string()).collect();
        let mut expected = words.clone();
        sort(&mut words);
        expected.sort();
        assert_eq!(words, expected);
    }
}
