//! Walks a projection's tree together with a stored document.

use super::tree::{Child, Compute, Mode, Node, Tree};
use crate::error::{Error, Result};
use crate::expression::{Context, Scope};
use crate::value::{
    ArrayRef, ArrayWriter, DocumentBuf, DocumentRef, DocumentWriter, Element, Value, ValueRef,
};

/// What is the same for all nodes.
struct Walk<'a, 's> {
    mode: Mode,
    root: DocumentRef<'a>,
    context: &'s Context,
    position: Option<u32>,
}

/// Applies a projection.
pub(super) fn apply(
    tree: &Tree,
    document: DocumentRef<'_>,
    context: &Context,
    position: Option<u32>,
) -> Result<DocumentBuf> {
    let walk = Walk {
        mode: tree.mode,
        root: document,
        context,
        position,
    };
    let mut bytes = Vec::with_capacity(document.as_bytes().len() + 16);
    walk.document(&tree.root, document, &mut DocumentWriter::begin(&mut bytes))?;
    Ok(DocumentBuf::from_valid(bytes))
}

/// Which children were written; a word is enough nearly always.
struct Written {
    word: u64,
    more: Vec<bool>,
}

impl Written {
    fn new(count: usize) -> Written {
        Written {
            word: 0,
            more: vec![false; count.saturating_sub(64)],
        }
    }

    fn set(&mut self, index: usize) {
        match index.checked_sub(64) {
            None => self.word |= 1 << index,
            Some(index) => self.more[index] = true,
        }
    }

    fn get(&self, index: usize) -> bool {
        match index.checked_sub(64) {
            None => self.word >> index & 1 == 1,
            Some(index) => self.more[index],
        }
    }
}

impl<'a> Walk<'a, '_> {
    fn document(
        &self,
        node: &Node,
        document: DocumentRef<'_>,
        out: &mut DocumentWriter<'_>,
    ) -> Result<()> {
        let mut written = Written::new(node.children.len());
        let mut found = 0;
        for element in document.elements() {
            // Once all named fields were met, the others are alike.
            if found == node.children.len() {
                match self.mode {
                    Mode::Inclusion => break,
                    Mode::Exclusion => {
                        out.append_element(&element);
                        continue;
                    }
                }
            }
            match node.find(element.name) {
                Some(index) => {
                    found += 1;
                    if self.named(&node.children[index], &element, out)? {
                        written.set(index);
                    }
                }
                None if self.mode == Mode::Exclusion => out.append_element(&element),
                None => {}
            }
        }
        self.append_computed(node, &written, out)
    }

    /// A stored field that the node names. False when it is to be computed and written
    /// at the end.
    fn named(
        &self,
        (name, child): &(Box<str>, Child),
        element: &Element<'_>,
        out: &mut DocumentWriter<'_>,
    ) -> Result<bool> {
        match child {
            Child::Include => out.append_element(element),
            Child::Exclude => {}
            Child::Slice(slice) => match element.value() {
                ValueRef::Array(array) => slice.write(array, &mut out.array(name)),
                _ => out.append_element(element),
            },
            Child::Positional => match element.value() {
                ValueRef::Array(array) => {
                    let picked = self.pick(array)?;
                    out.array(name).push(picked);
                }
                _ => out.append_element(element),
            },
            Child::Compute(_) if self.mode == Mode::Inclusion => return Ok(false),
            Child::Compute(compute) => {
                if let Some(value) = self.compute(name, compute)? {
                    out.append(name, &value);
                }
            }
            Child::Nested(node) => return self.nested(name, node, element, out),
        }
        Ok(true)
    }

    fn nested(
        &self,
        name: &str,
        node: &Node,
        element: &Element<'_>,
        out: &mut DocumentWriter<'_>,
    ) -> Result<bool> {
        match element.value() {
            ValueRef::Document(inner) => self.document(node, inner, &mut out.document(name))?,
            ValueRef::Array(array) if node.positional => {
                let picked = self.pick(array)?;
                self.element(node, picked, &mut out.array(name))?;
            }
            ValueRef::Array(array) => self.array(node, array, &mut out.array(name))?,
            // A scalar on the way: computed fields make it a document.
            _ if node.computes && self.mode == Mode::Inclusion => return Ok(false),
            _ if node.computes => self.computed_only(node, &mut out.document(name))?,
            _ if self.mode == Mode::Exclusion => out.append_element(element),
            _ => {}
        }
        Ok(true)
    }

    fn array(&self, node: &Node, array: ArrayRef<'_>, out: &mut ArrayWriter<'_>) -> Result<()> {
        for element in array.iter() {
            self.element(node, element, out)?;
        }
        Ok(())
    }

    fn element(&self, node: &Node, element: ValueRef<'_>, out: &mut ArrayWriter<'_>) -> Result<()> {
        match element {
            ValueRef::Document(inner) => self.document(node, inner, &mut out.document()),
            ValueRef::Array(inner) => self.array(node, inner, &mut out.array()),
            _ if node.computes => self.computed_only(node, &mut out.document()),
            _ => {
                if self.mode == Mode::Exclusion {
                    out.push(element);
                }
                Ok(())
            }
        }
    }

    /// The computed fields of a node where there was no document.
    fn computed_only(&self, node: &Node, out: &mut DocumentWriter<'_>) -> Result<()> {
        self.append_computed(node, &Written::new(node.children.len()), out)
    }

    fn append_computed(
        &self,
        node: &Node,
        written: &Written,
        out: &mut DocumentWriter<'_>,
    ) -> Result<()> {
        if !node.computes {
            return Ok(());
        }
        for (index, (name, child)) in node.children.iter().enumerate() {
            if written.get(index) {
                continue;
            }
            match child {
                Child::Compute(compute) => {
                    if let Some(value) = self.compute(name, compute)? {
                        out.append(name, &value);
                    }
                }
                Child::Nested(node) if node.computes => {
                    self.computed_only(node, &mut out.document(name))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn compute(&self, name: &str, compute: &Compute) -> Result<Option<Value<'a>>> {
        match compute {
            Compute::Expression(expression) => {
                expression.evaluate(&Scope::new(self.root, self.context))
            }
            Compute::ElemMatch(matcher) => {
                let Some(details) = matcher.matches_with_position(self.root, self.context)? else {
                    return Ok(None);
                };
                let array = self.root.get(name).and_then(|value| value.as_array());
                let index = details.array_index.map(|index| index as usize);
                let element = array.zip(index).and_then(|(array, index)| array.get(index));
                let picked = element.into_iter().collect();
                Ok(Some(Value::array(picked)))
            }
        }
    }

    /// The element that the query matched.
    fn pick<'e>(&self, array: ArrayRef<'e>) -> Result<ValueRef<'e>> {
        let position = self.position.ok_or_else(|| {
            Error::new(
                51246,
                "positional operator '.$' couldn't find a matching element in the array",
            )
        })?;
        array.get(position as usize).ok_or_else(|| {
            Error::new(
                51247,
                "positional operator '.$' element index is out of bounds",
            )
        })
    }
}
