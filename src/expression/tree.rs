//! The expression tree and its evaluation.

use std::rc::Rc;

use super::memory::check_bytes;
use super::{Call, Dependencies, METADATA, Scope};
use crate::error::{Error, Result};
use crate::value::path::evaluate_value;
use crate::value::{ArrayBuf, DocumentBuf, FieldPath, Value, ValueRef};

/// What evaluation gives: a value, `None` for missing, or an error.
pub type Outcome<'a> = Result<Option<Value<'a>>>;

/// A parsed expression. Cheap to clone.
#[derive(Clone)]
pub struct Expression(pub(super) Node);

/// An operator whose arguments are more than a list of expressions.
pub trait Evaluate {
    /// The operator's value for a document.
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a>;

    /// Shows every expression inside.
    fn visit(&self, see: &mut dyn FnMut(&Expression));
}

#[derive(Clone)]
pub(super) enum Node {
    Constant(Value<'static>),
    /// `$$REMOVE`: always missing.
    Missing,
    /// `$a.b`.
    Path(FieldPath),
    /// `$$ROOT`.
    Root,
    /// `$$NOW`.
    Now,
    /// A local variable, and the path below it.
    Local(u32, Option<FieldPath>),
    /// A variable of the context, and the path below it.
    Variable(Rc<str>, Option<FieldPath>),
    /// What is known of the document beside its fields.
    Metadata(FieldPath),
    Object(Rc<[(Box<str>, Expression)]>),
    Array(Rc<[Expression]>),
    Call(Rc<Call>),
    Operator(Rc<dyn Evaluate>),
}

impl Expression {
    /// An expression that is always this value.
    pub fn constant(value: Value<'static>) -> Expression {
        Expression(Node::Constant(value))
    }

    /// The field at a path.
    pub fn field(path: FieldPath) -> Expression {
        Expression(Node::Path(path))
    }

    /// The whole document.
    pub fn root() -> Expression {
        Expression(Node::Root)
    }

    /// An operator with a node of its own.
    pub fn operator(operator: impl Evaluate + 'static) -> Expression {
        Expression(Node::Operator(Rc::new(operator)))
    }

    /// The value for a document; `None` is missing.
    ///
    /// Errors: what the operators give, with MongoDB's codes.
    #[inline]
    pub fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        match &self.0 {
            Node::Constant(value) => Ok(Some(value.clone())),
            Node::Path(path) => Ok(path.evaluate(scope.root)),
            Node::Call(call) => call.run(scope),
            Node::Local(id, None) => Ok(scope.local_value(*id).cloned()),
            other => evaluate_rare(other, scope),
        }
    }

    /// The value, if it need not be computed: a constant's or a local variable's.
    #[inline]
    pub fn at_hand<'x, 'a>(&'x self, scope: &Scope<'a, 'x>) -> Option<Option<&'x Value<'a>>> {
        match &self.0 {
            Node::Local(id, None) => Some(scope.local_value(*id)),
            Node::Constant(value) => Some(Some(value)),
            _ => None,
        }
    }

    /// Adds what the expression reads of its document.
    pub fn dependencies(&self, into: &mut Dependencies) {
        match &self.0 {
            Node::Path(path) => into.add(path),
            Node::Root => into.whole_document = true,
            _ => self.visit(&mut |inner| inner.dependencies(into)),
        }
    }

    /// Shows every expression directly inside this one.
    pub fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        match &self.0 {
            Node::Object(fields) => fields.iter().for_each(|(_, inner)| see(inner)),
            Node::Array(elements) => elements.iter().for_each(see),
            Node::Call(call) => call.arguments().iter().for_each(see),
            Node::Operator(operator) => operator.visit(see),
            Node::Constant(_)
            | Node::Missing
            | Node::Path(_)
            | Node::Root
            | Node::Now
            | Node::Local(..)
            | Node::Metadata(_)
            | Node::Variable(..) => {}
        }
    }

    /// The value, if it is the same for every document and there is one.
    pub fn as_constant(&self) -> Option<ValueRef<'_>> {
        match &self.0 {
            Node::Constant(value) => Some(value.as_ref()),
            _ => None,
        }
    }

    /// True for a constant or `$$REMOVE`: nothing of a document or a variable is read.
    pub(super) fn is_constant(&self) -> bool {
        matches!(self.0, Node::Constant(_) | Node::Missing)
    }

    /// The path, if the expression is nothing but a field of the document.
    pub fn as_field_path(&self) -> Option<&FieldPath> {
        match &self.0 {
            Node::Path(path) => Some(path),
            _ => None,
        }
    }

    /// True if the expression is `$$ROOT` or `$$CURRENT`.
    pub fn is_root(&self) -> bool {
        matches!(self.0, Node::Root)
    }

    /// The operator's name and arguments, if it is an operator with a list of arguments.
    pub fn as_call(&self) -> Option<(&'static str, &[Expression])> {
        match &self.0 {
            Node::Call(call) => Some((call.name(), call.arguments())),
            _ => None,
        }
    }

    /// The fields, if the expression is an object.
    pub fn as_object(&self) -> Option<&[(Box<str>, Expression)]> {
        match &self.0 {
            Node::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// The elements, if the expression is an array that is not constant.
    pub fn as_array(&self) -> Option<&[Expression]> {
        match &self.0 {
            Node::Array(elements) => Some(elements),
            _ => None,
        }
    }
}

fn evaluate_rare<'a>(node: &Node, scope: &Scope<'a, '_>) -> Outcome<'a> {
    match node {
        Node::Constant(value) => Ok(Some(value.clone())),
        Node::Missing => Ok(None),
        Node::Path(path) => Ok(path.evaluate(scope.root)),
        Node::Root => Ok(Some(Value::Ref(ValueRef::Document(scope.root)))),
        Node::Now if scope.context.hides_now => Err(unavailable("NOW")),
        Node::Now => Ok(Some(Value::Ref(ValueRef::Date(scope.context.now_ms)))),
        Node::Local(id, path) => Ok(below(scope.local_value(*id), path.as_ref())),
        Node::Variable(name, path) => match scope.context.variables.get(name) {
            Some(value) => Ok(below(value, path.as_ref())),
            None => Err(undefined_variable(name)),
        },
        Node::Metadata(path) => {
            let known = scope.context.variables.get(METADATA).flatten();
            Ok(below(known, Some(path)))
        }
        Node::Object(fields) => evaluate_object(fields, scope),
        Node::Array(elements) => {
            let mut array = ArrayBuf::new();
            for element in elements.iter() {
                match element.evaluate(scope)? {
                    Some(value) => array.push(&value),
                    None => array.push(ValueRef::Null),
                }
                check_bytes("an array", array.as_ref().as_bytes().len())?;
            }
            Ok(Some(Value::array(array)))
        }
        Node::Call(call) => call.run(scope),
        Node::Operator(operator) => operator.evaluate(scope),
    }
}

fn evaluate_object<'a>(fields: &[(Box<str>, Expression)], scope: &Scope<'a, '_>) -> Outcome<'a> {
    let mut document = DocumentBuf::new();
    for (name, field) in fields {
        if let Some(value) = field.evaluate(scope)? {
            document.append(name, &value);
            check_bytes("an object", document.as_bytes().len())?;
        }
    }
    Ok(Some(Value::document(document)))
}

/// The value of a variable, or what a path names below it.
fn below<'a>(value: Option<&Value<'a>>, path: Option<&FieldPath>) -> Option<Value<'a>> {
    match (value?, path) {
        (value, None) => Some(value.clone()),
        (Value::Ref(value), Some(path)) => evaluate_value(*value, path.parts()),
        (value, Some(path)) => {
            evaluate_value(value.as_ref(), path.parts()).map(|found| found.into_owned())
        }
    }
}

#[cold]
pub(super) fn unavailable(variable: &str) -> Error {
    Error::new(
        51144,
        format_args!("Builtin variable '$${variable}' is not available"),
    )
}

#[cold]
pub(super) fn undefined_variable(name: &str) -> Error {
    Error::new(17276, format_args!("Use of undefined variable: {name}"))
}
