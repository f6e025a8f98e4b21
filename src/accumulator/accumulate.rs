//! An accumulator as it is written in a stage, and the state it keeps for a group.

use crate::error::{Error, Result};
use crate::expression::number::Number;
use crate::expression::statistics::Sum;
use crate::expression::{Dependencies, Expression, NO_JAVASCRIPT, ParseScope, Scope};
use crate::value::{Value, ValueRef};

use super::table;

/// What an accumulator keeps for one group.
pub trait Accumulate {
    /// Takes the input's value for the next document; `None` is missing.
    fn add(&mut self, value: Option<ValueRef<'_>>) -> Result<()>;

    /// The result; `None` is missing. May be asked more than once, and more may be added
    /// after.
    fn finish(&mut self) -> Result<Option<Value<'static>>>;

    /// Bytes held, for memory limits.
    fn memory_bytes(&self) -> usize;
}

/// The state of one group. Those of the most common accumulators lie side by side where there are many groups;
/// `$sum`, `$avg` and `$first` are carried out here.
pub enum State {
    Sum(Sum),
    Average(Sum),
    First(Option<Value<'static>>),
    Other(Box<dyn Accumulate>),
}

impl State {
    /// As [`Accumulate::add`].
    #[inline]
    pub fn add(&mut self, value: Option<ValueRef<'_>>) -> Result<()> {
        match self {
            State::Sum(sum) | State::Average(sum) => {
                if let Some(value) = value {
                    sum.add_here(value);
                }
            }
            State::First(Some(_)) => {}
            State::First(first) => *first = Some(value.map_or(Value::NULL, Value::copy_of)),
            State::Other(other) => return other.add(value),
        }
        Ok(())
    }

    /// As [`Accumulate::finish`].
    pub fn finish(&mut self) -> Result<Option<Value<'static>>> {
        Ok(Some(match self {
            State::Sum(sum) => sum.total().value(),
            State::Average(sum) => sum.average().map_or(Value::NULL, Number::value),
            State::First(first) => first.clone().unwrap_or(Value::NULL),
            State::Other(other) => return other.finish(),
        }))
    }

    /// True if it may hold more with each document, not only with the first.
    pub fn grows(&self) -> bool {
        matches!(self, State::Other(_))
    }

    /// As [`Accumulate::memory_bytes`].
    pub fn memory_bytes(&self) -> usize {
        size_of::<State>()
            + match self {
                State::First(first) => first.as_ref().map_or(0, Value::owned_bytes),
                State::Other(other) => other.memory_bytes(),
                State::Sum(_) | State::Average(_) => 0,
            }
    }
}

/// An accumulator as it is written: its input, and how to begin a group.
pub struct Accumulator {
    pub(super) name: &'static str,
    pub(super) input: Expression,
    pub(super) start: Start,
}

/// How the state of a group is made.
pub(super) enum Start {
    Plain(fn() -> State),
    /// With a count that may depend on the group's key.
    Counted(Expression, fn(usize) -> Box<dyn Accumulate>),
    With(Box<dyn Fn() -> Box<dyn Accumulate>>),
    /// By order, with a count that may depend on the group's key.
    Ordered(Option<Expression>, super::ops::top::Begin),
}

impl Accumulator {
    /// Parses the accumulator `name` (with its dollar) and its argument.
    ///
    /// Errors: 15952 (no such accumulator), 31264 (`$accumulator`), 40237 (a list of arguments), those of the
    /// argument.
    pub fn parse(name: &str, argument: ValueRef<'_>, scope: &ParseScope) -> Result<Accumulator> {
        match table::find(name) {
            Some(row) => (row.parse)(row.name, argument, scope),
            None if name == "$accumulator" => Err(Error::new(
                NO_JAVASCRIPT,
                "$accumulator cannot run: there is no JavaScript in the engine",
            )),
            None => Err(Error::new(
                15952,
                format_args!("unknown group operator '{name}'"),
            )),
        }
    }

    /// True when there is an accumulator of this name.
    pub fn exists(name: &str) -> bool {
        table::find(name).is_some()
    }

    /// The accumulator's name, with its dollar.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What is evaluated for each document and given to [`Accumulate::add`].
    pub fn input(&self) -> &Expression {
        &self.input
    }

    /// Adds what the accumulator reads of each document.
    pub fn dependencies(&self, into: &mut Dependencies) {
        self.input.dependencies(into);
    }

    /// The state of a new group. The scope's document is the group's key, as `{<field>: ...}`
    /// or, for a key that is no object, empty.
    ///
    /// Errors: those of `n` in `$firstN` and its like.
    pub fn start(&self, key: &Scope<'_, '_>) -> Result<State> {
        Ok(State::Other(match &self.start {
            Start::Plain(start) => return Ok(start()),
            Start::With(start) => start(),
            Start::Counted(count, start) => start(read_count(self.name, count, key)?),
            Start::Ordered(count, begin) => {
                let count = match count {
                    Some(count) => Some(read_count(self.name, count, key)?),
                    None => None,
                };
                begin.start(count)
            }
        }))
    }
}

/// The value of `n`.
///
/// Errors: 7548606 (no whole number, or none from 1).
fn read_count(name: &str, count: &Expression, scope: &Scope<'_, '_>) -> Result<usize> {
    let value = count.evaluate(scope)?;
    let whole = value.and_then(|value| value.as_ref().to_i64_exact());
    match whole.filter(|whole| *whole > 0) {
        Some(whole) => Ok(usize::try_from(whole).unwrap_or(usize::MAX)),
        None => Err(Error::new(
            7_548_606,
            format_args!("{name} needs an 'n' that is a whole number from 1"),
        )),
    }
}

/// The argument of an accumulator that takes one expression.
///
/// Errors: 40237 (a list).
pub(super) fn parse_input(
    name: &str,
    argument: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Expression> {
    if matches!(argument, ValueRef::Array(_)) {
        return Err(Error::new(
            40237,
            format_args!("The {name} accumulator is a unary operator"),
        ));
    }
    Expression::parse(argument, scope)
}
