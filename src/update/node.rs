//! A document being changed: opened only where a path leads.

use crate::value::{ArrayBuf, DocumentBuf, DocumentRef, Value, ValueRef};

/// A value, opened or not.
pub(super) enum Node<'a> {
    Closed(Value<'a>),
    Document(Vec<(Box<str>, Node<'a>)>),
    Array(Vec<Node<'a>>),
}

impl<'a> Node<'a> {
    /// The fields of a document.
    pub(super) fn of_document(document: DocumentRef<'a>) -> Node<'a> {
        let fields = document.iter();
        Node::Document(
            fields
                .map(|(name, value)| (name.into(), Node::Closed(value.into())))
                .collect(),
        )
    }

    /// Whether this is an opened document with a field of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        match self {
            Node::Document(fields) => fields.iter().any(|(field, _)| **field == *name),
            _ => false,
        }
    }

    /// Opens a document or an array; other values stay as they are.
    pub(super) fn open(&mut self) {
        let Node::Closed(value) = self else { return };
        let opened = match value {
            Value::Ref(ValueRef::Document(document)) => Node::of_document(*document),
            Value::Ref(ValueRef::Array(array)) => Node::Array(
                array
                    .iter()
                    .map(|element| Node::Closed(element.into()))
                    .collect(),
            ),
            Value::Ref(_) => return,
            // What was computed by an earlier operator is copied piece by piece.
            Value::Owned(..) => match value.as_ref() {
                ValueRef::Document(document) => Node::Document(
                    document
                        .iter()
                        .map(|(name, value)| (name.into(), Node::Closed(Value::copy_of(value))))
                        .collect(),
                ),
                ValueRef::Array(array) => Node::Array(
                    array
                        .iter()
                        .map(|value| Node::Closed(Value::copy_of(value)))
                        .collect(),
                ),
                _ => return,
            },
        };
        *self = opened;
    }

    /// The value as it is now.
    pub(super) fn value(&self) -> Value<'a> {
        match self {
            Node::Closed(value) => value.clone(),
            Node::Document(fields) => Value::document(close_document(fields)),
            Node::Array(elements) => {
                let mut array = ArrayBuf::new();
                elements
                    .iter()
                    .for_each(|element| array.push(&element.value()));
                Value::array(array)
            }
        }
    }

    /// The document as it is now.
    pub(super) fn into_document(self) -> DocumentBuf {
        match &self {
            Node::Document(fields) => close_document(fields),
            _ => DocumentBuf::new(),
        }
    }
}

fn close_document(fields: &[(Box<str>, Node<'_>)]) -> DocumentBuf {
    let mut out = DocumentBuf::new();
    fields
        .iter()
        .for_each(|(name, node)| out.append(name, &node.value()));
    out
}
