//! What is the same for every document of one command: clock, randomness, variables.

use std::rc::Rc;

use crate::env::Env;
use crate::error::Result;
use crate::time_limit::TimeLimit;
use crate::value::Value;

/// What is the same for every document of one command. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// Clock and randomness.
    pub env: Rc<dyn Env>,
    /// `$$NOW`: milliseconds since 1970, fixed when the command began.
    pub now_ms: i64,
    /// True where a filter may not ask for `$$NOW`: in count, distinct and the lists.
    pub hides_now: bool,
    /// Variables of the command (`let`, `$lookup`'s `let`, `CLUSTER_TIME`, ...).
    pub variables: Variables,
    /// True while `$group` evaluates: MongoDB's codes for arithmetic differ there.
    pub is_grouping: bool,
    /// True when explain wants to know how long each stage takes.
    pub measures: bool,
    /// When the command has to stop, if it has to.
    pub time_limit: Option<Rc<TimeLimit>>,
}

impl Context {
    /// A context without variables whose time is now.
    pub fn new(env: Rc<dyn Env>) -> Context {
        let now_ms = env.now_ms();
        Context {
            env,
            now_ms,
            hides_now: false,
            variables: Variables::default(),
            is_grouping: false,
            measures: false,
            time_limit: None,
        }
    }

    /// The same where `$$NOW` has no value (51144).
    #[must_use]
    pub fn without_now(&self) -> Context {
        let mut context = self.clone();
        context.hides_now = true;
        context
    }

    /// One step of a loop whose length the data decide.
    ///
    /// Errors: `MaxTimeMSExpired` (50).
    #[inline]
    pub fn step(&self) -> Result<()> {
        match &self.time_limit {
            None => Ok(()),
            Some(limit) => limit.step(),
        }
    }

    /// The same with one more variable; `None` is a variable without a value (missing).
    #[must_use]
    pub fn with_variable(
        &self,
        name: impl Into<Rc<str>>,
        value: impl Into<Option<Value<'static>>>,
    ) -> Context {
        let mut context = self.clone();
        context.variables = self.variables.with(name.into(), value.into());
        context
    }
}

/// Names with values, persistent: adding one leaves the others' owner as it was.
#[derive(Clone, Default)]
pub struct Variables(Option<Rc<Variable>>);

struct Variable {
    name: Rc<str>,
    value: Option<Value<'static>>,
    rest: Variables,
}

impl Variables {
    /// These and one more, which hides an older one of the same name.
    #[must_use]
    pub fn with(&self, name: Rc<str>, value: Option<Value<'static>>) -> Variables {
        Variables(Some(Rc::new(Variable {
            name,
            value,
            rest: self.clone(),
        })))
    }

    /// The variable's value: the outer `None` when there is no such variable, the inner
    /// one when its value is missing.
    pub fn get(&self, name: &str) -> Option<Option<&Value<'static>>> {
        let mut rest = self;
        while let Some(variable) = &rest.0 {
            if &*variable.name == name {
                return Some(variable.value.as_ref());
            }
            rest = &variable.rest;
        }
        None
    }

    /// All names, the newest first; a hidden one is listed again.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let mut rest = self;
        std::iter::from_fn(move || {
            let variable = rest.0.as_ref()?;
            rest = &variable.rest;
            Some(&*variable.name)
        })
    }
}

// A long chain must not be dropped by recursion.
impl Drop for Variables {
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(Ok(mut variable)) = next.map(Rc::try_unwrap) {
            next = variable.rest.0.take();
        }
    }
}
