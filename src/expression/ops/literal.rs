//! `$literal` (and its old name `$const`): a value as it stands.

use crate::error::Result;
use crate::expression::{Expression, ParseScope};
use crate::value::{Value, ValueRef};

pub fn parse(_: &'static str, value: ValueRef<'_>, _: &ParseScope) -> Result<Expression> {
    Ok(Expression::constant(Value::copy_of(value)))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::check;

    #[test]
    fn nothing_inside_is_evaluated() {
        check("{$literal: '$a'}", "{a: 1}", "'$a'");
        check("{$literal: {$add: [1, 2]}}", "{}", "{$add: [1, 2]}");
        check("{$const: [1]}", "{}", "[1]");
    }
}
