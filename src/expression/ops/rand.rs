//! `$rand`, `$createObjectId` and `$currentDate`: what the environment gives, another one each time.

use crate::env::object_id;
use crate::error::{Error, Result};
use crate::expression::{Context, Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{Value, ValueRef};

struct Given(fn(&Context) -> Value<'static>);

/// Errors: 3040501 (not an empty object).
pub fn parse(name: &'static str, value: ValueRef<'_>, _: &ParseScope) -> Result<Expression> {
    let is_empty = match value {
        ValueRef::Document(document) => document.is_empty(),
        ValueRef::Array(array) => array.is_empty(),
        _ => false,
    };
    if !is_empty {
        return Err(Error::new(
            3_040_501,
            format_args!("{name} does not currently accept arguments"),
        ));
    }
    Ok(Expression::operator(Given(match name {
        "$createObjectId" => |context| {
            let id = object_id(&*context.env, context.env.now_ms());
            Value::Ref(ValueRef::ObjectId(id))
        },
        // Unlike `$$NOW`, which stands still while a command runs.
        "$currentDate" => |context| Value::Ref(ValueRef::Date(context.env.now_ms())),
        // A double holds 53 bits.
        _ => |context| Value::from((context.env.random() >> 11) as f64 / (1u64 << 53) as f64),
    })))
}

impl Evaluate for Given {
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        Ok(Some((self.0)(scope.context)))
    }

    fn visit(&self, _: &mut dyn FnMut(&Expression)) {}
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn numbers_differ() {
        let two = "{$let: {vars: {a: {$rand: {}}, b: {$rand: {}}}, in: {$and: [{$ne: ['$$a', '$$b']}, {$gte: ['$$a', 0]}, {$lt: ['$$a', 1]}]}}}";
        check(two, "{}", "true");
        check_error("{$rand: 1}", "{}", 3_040_501);
    }

    #[test]
    fn ids_and_times() {
        check(
            "{$ne: [{$createObjectId: {}}, {$createObjectId: {}}]}",
            "{}",
            "true",
        );
        check("{$type: {$createObjectId: []}}", "{}", "'objectId'");
        check("{$type: {$currentDate: {}}}", "{}", "'date'");
        check_error("{$createObjectId: 1}", "{}", 3_040_501);
        check_error("{$currentDate: {a: 1}}", "{}", 3_040_501);
    }
}
