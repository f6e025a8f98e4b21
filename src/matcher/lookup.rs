//! Finds several fields of one document without walking over it anew for each.

use crate::value::{DocumentRef, Elements, ValueRef};

/// Where the last search in a document ended: fields are asked for in the order in which
/// they are stored more often than not, and the same field several times in a row.
pub(super) struct Lookup<'a, 'n> {
    document: DocumentRef<'a>,
    ahead: Elements<'a>,
    /// How many fields lie before `ahead`.
    passed: usize,
    name: &'n str,
    found: Option<ValueRef<'a>>,
}

impl<'a, 'n> Lookup<'a, 'n> {
    /// Finds the first field.
    pub(super) fn new(document: DocumentRef<'a>, name: &'n str) -> Lookup<'a, 'n> {
        let mut lookup = Lookup {
            document,
            ahead: document.elements(),
            passed: 0,
            name,
            found: None,
        };
        lookup.search();
        lookup
    }

    /// The value of the first field of this name.
    #[inline]
    pub(super) fn get(&mut self, name: &'n str) -> Option<ValueRef<'a>> {
        if self.name != name {
            self.name = name;
            self.search();
        }
        self.found
    }

    fn search(&mut self) {
        // Invariant of stored documents: no name occurs twice (the driver and MongoDB hold
        // it too); where one does, the field that is met first counts here.
        let before = self.passed;
        for element in self.ahead.by_ref() {
            self.passed += 1;
            if element.name == self.name {
                self.found = Some(element.value());
                return;
            }
        }
        self.ahead = self.document.elements();
        self.passed = 0;
        while self.passed < before {
            self.passed += 1;
            match self.ahead.next() {
                Some(element) if element.name == self.name => {
                    self.found = Some(element.value());
                    return;
                }
                Some(_) => {}
                None => break,
            }
        }
        self.found = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::testing::document;

    #[test]
    fn finds_fields_in_any_order() {
        let document = document("{a: 1, b: 2, c: 3, d: 4}");
        for names in ["abcd", "dcba", "bdac", "axby", "aabbx", "cxa", "xyz"] {
            let mut names = names.split("").filter(|name| !name.is_empty());
            let first = names.next().unwrap_or_default();
            let mut lookup = Lookup::new(document.as_ref(), first);
            for name in [first].into_iter().chain(names) {
                let expected = document.as_ref().get(name);
                assert!(lookup.get(name) == expected, "{name}");
            }
        }
    }
}
