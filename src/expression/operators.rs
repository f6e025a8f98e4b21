//! The registration table of expression operators: one line each, in the order of the names.

use super::call::Run;
use super::ops::*;
use super::{Expression, ParseScope};
use crate::error::Result;
use crate::value::ValueRef;

/// An expression operator.
pub struct Registration {
    /// The operator's name, with its dollar.
    pub name: &'static str,
    pub(super) form: Form,
}

/// How an operator's argument is read.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// A list of expressions (or a single one).
    Arguments { least: usize, most: usize, run: Run },
    /// By a function of the operator's own.
    Parse(Parse),
}

/// Reads an operator's argument; the first parameter is the operator's name.
pub(super) type Parse = fn(&'static str, ValueRef<'_>, &ParseScope) -> Result<Expression>;

const fn exactly(name: &'static str, count: usize, run: Run) -> Registration {
    between(name, count, count, run)
}

const fn any(name: &'static str, run: Run) -> Registration {
    between(name, 0, usize::MAX, run)
}

const fn between(name: &'static str, least: usize, most: usize, run: Run) -> Registration {
    Registration {
        name,
        form: Form::Arguments { least, most, run },
    }
}

const fn parsed(name: &'static str, parse: Parse) -> Registration {
    Registration {
        name,
        form: Form::Parse(parse),
    }
}

/// All operators, in the order of their names.
pub static OPERATORS: &[Registration] = &[
    exactly("$abs", 1, magnitude::abs),
    any("$add", add::run),
    any("$and", boolean::and),
    exactly("$ceil", 1, magnitude::ceil),
    exactly("$cmp", 2, comparison::cmp),
    parsed("$cond", cond::parse),
    parsed("$const", literal::parse),
    exactly("$divide", 2, divide::run),
    exactly("$eq", 2, comparison::eq),
    exactly("$floor", 1, magnitude::floor),
    exactly("$gt", 2, comparison::gt),
    exactly("$gte", 2, comparison::gte),
    parsed("$ifNull", if_null::parse),
    parsed("$let", let_in::parse),
    parsed("$literal", literal::parse),
    exactly("$lt", 2, comparison::lt),
    exactly("$lte", 2, comparison::lte),
    exactly("$mod", 2, mod_operator::run),
    any("$multiply", multiply::run),
    exactly("$ne", 2, comparison::ne),
    exactly("$not", 1, boolean::not),
    any("$or", boolean::or),
    between("$round", 1, 2, round::round),
    exactly("$sqrt", 1, magnitude::sqrt),
    exactly("$subtract", 2, subtract::run),
    parsed("$switch", switch::parse),
    between("$trunc", 1, 2, round::trunc),
];

/// The operator of this name.
pub(super) fn find(name: &str) -> Option<&'static Registration> {
    let at = OPERATORS.binary_search_by(|row| row.name.cmp(name)).ok()?;
    OPERATORS.get(at)
}

#[cfg(test)]
mod tests {
    use super::OPERATORS;

    #[test]
    fn the_table_is_sorted() {
        for pair in OPERATORS.windows(2) {
            assert!(pair[0].name < pair[1].name, "{}", pair[1].name);
        }
    }
}
