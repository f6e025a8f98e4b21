//! Where an expression is evaluated: the document, the command's context, local variables;
//! and where it is parsed: the names that are defined.

use std::cmp::Ordering;
use std::rc::Rc;

use super::Context;
use crate::value::{DocumentRef, Value, ValueRef, compare_optional};

/// What an expression sees while it is evaluated.
#[derive(Clone, Copy)]
pub struct Scope<'a, 's> {
    /// `$$ROOT`.
    pub root: DocumentRef<'a>,
    /// What holds for the whole command.
    pub context: &'s Context,
    /// Variables of `$let`, `$map`, `$filter`, `$reduce`, innermost first.
    pub locals: Option<&'s Local<'a, 's>>,
}

/// A local variable, or several with numbers in a row, and those around them.
pub struct Local<'a, 's> {
    id: u32,
    value: Option<Value<'a>>,
    /// The values of several variables; then `value` is not used.
    block: &'s [Option<Value<'a>>],
    outer: Option<&'s Local<'a, 's>>,
}

impl<'a, 's> Scope<'a, 's> {
    /// The scope of one document.
    #[inline]
    pub fn new(root: DocumentRef<'a>, context: &'s Context) -> Scope<'a, 's> {
        Scope {
            root,
            context,
            locals: None,
        }
    }

    /// A local variable for [`Scope::within`].
    #[inline]
    pub fn local(&self, id: u32, value: Option<Value<'a>>) -> Local<'a, 's> {
        Local {
            id,
            value,
            block: &[],
            outer: self.locals,
        }
    }

    /// Local variables with numbers from `first` on, for [`Scope::within`].
    pub fn local_block<'t>(&self, first: u32, values: &'t [Option<Value<'a>>]) -> Local<'a, 't>
    where
        's: 't,
    {
        Local {
            id: first,
            value: None,
            block: values,
            outer: self.locals,
        }
    }

    /// The scope in which a local variable is defined.
    #[inline]
    pub fn within<'t>(&self, local: &'t Local<'a, 't>) -> Scope<'a, 't>
    where
        's: 't,
    {
        Scope {
            root: self.root,
            context: self.context,
            locals: Some(local),
        }
    }

    /// The value of a local variable.
    #[inline]
    pub(super) fn local_value(&self, id: u32) -> Option<&'s Value<'a>> {
        let mut next = self.locals;
        while let Some(local) = next {
            let place = id.wrapping_sub(local.id) as usize;
            if let Some(value) = local.block.get(place) {
                return value.as_ref();
            }
            if place == 0 && local.block.is_empty() {
                return local.value.as_ref();
            }
            next = local.outer;
        }
        None
    }

    /// The order of two values as the command compares them; missing is lowest.
    #[inline]
    pub fn compare(&self, left: Option<ValueRef<'_>>, right: Option<ValueRef<'_>>) -> Ordering {
        compare_optional(left, right)
    }
}

/// Which variables are defined where an expression is parsed. Cheap to clone.
#[derive(Clone, Default)]
pub struct ParseScope {
    innermost: Option<Rc<Defined>>,
}

struct Defined {
    name: Rc<str>,
    place: Place,
    outer: Option<Rc<Defined>>,
}

// A long chain must not be dropped by recursion.
impl Drop for Defined {
    fn drop(&mut self) {
        let mut next = self.outer.take();
        while let Some(Ok(mut defined)) = next.map(Rc::try_unwrap) {
            next = defined.outer.take();
        }
    }
}

/// Where a variable's value is found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In [`Context::variables`].
    Context,
    /// In the chain of [`Local`]s, under this number.
    Local(u32),
}

impl ParseScope {
    /// No variables but the system's.
    pub fn new() -> ParseScope {
        ParseScope::default()
    }

    /// The variables of a context.
    pub fn of(context: &Context) -> ParseScope {
        let mut scope = ParseScope::new();
        for name in context.variables.names() {
            scope = scope.with(name);
        }
        scope
    }

    /// The same with one more variable, whose value will be in [`Context::variables`].
    #[must_use]
    pub fn with(&self, name: impl Into<Rc<str>>) -> ParseScope {
        self.define(name.into(), Place::Context)
    }

    /// The same with one more local variable, and the number of that variable.
    pub fn with_local(&self, name: impl Into<Rc<str>>) -> (ParseScope, u32) {
        let mut next = self.innermost.as_ref();
        let mut id = 0;
        while let Some(defined) = next {
            if let Place::Local(taken) = defined.place {
                id = taken + 1;
                break;
            }
            next = defined.outer.as_ref();
        }
        (self.define(name.into(), Place::Local(id)), id)
    }

    fn define(&self, name: Rc<str>, place: Place) -> ParseScope {
        ParseScope {
            innermost: Some(Rc::new(Defined {
                name,
                place,
                outer: self.innermost.clone(),
            })),
        }
    }

    /// True when a variable of this name is defined (system variables aside).
    pub fn is_defined(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    pub(super) fn find(&self, name: &str) -> Option<Place> {
        let mut next = self.innermost.as_ref();
        while let Some(defined) = next {
            if &*defined.name == name {
                return Some(defined.place);
            }
            next = defined.outer.as_ref();
        }
        None
    }
}
