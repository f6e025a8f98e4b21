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
    /// A list of expressions of which constants are combined once, before there is a document.
    Combining { run: Run, way: Combine },
    /// By a function of the operator's own.
    Parse(Parse),
}

/// Which constants of a list are combined, as far as the order of the others allows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Combine {
    /// All: they go behind the others.
    Any,
    /// Those that stand beside each other.
    Neighbours,
    /// Those in front; of two arguments a constant goes behind the other.
    Front,
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

const fn combining(name: &'static str, way: Combine, run: Run) -> Registration {
    Registration {
        name,
        form: Form::Combining { run, way },
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
    exactly("$acos", 1, trigonometry::acos),
    exactly("$acosh", 1, trigonometry::acosh),
    combining("$add", Combine::Front, add::run),
    exactly("$allElementsTrue", 1, elements_true::all),
    parsed("$and", boolean::parse_and),
    exactly("$anyElementTrue", 1, elements_true::any),
    exactly("$arrayElemAt", 2, array_element::array_elem_at),
    exactly("$arrayToObject", 1, array_to_object::array_to_object),
    exactly("$asin", 1, trigonometry::asin),
    exactly("$asinh", 1, trigonometry::asinh),
    exactly("$atan", 1, trigonometry::atan),
    exactly("$atan2", 2, trigonometry::atan2),
    exactly("$atanh", 1, trigonometry::atanh),
    any("$avg", accumulating::avg),
    exactly("$binarySize", 1, binary_size::binary),
    any("$bitAnd", bitwise::and),
    exactly("$bitNot", 1, bitwise::not),
    any("$bitOr", bitwise::or),
    any("$bitXor", bitwise::xor),
    exactly("$bsonSize", 1, binary_size::bson),
    exactly("$ceil", 1, magnitude::ceil),
    exactly("$cmp", 2, comparison::cmp),
    combining("$concat", Combine::Neighbours, concat::run),
    combining("$concatArrays", Combine::Neighbours, concat_arrays::run),
    parsed("$cond", cond::parse),
    parsed("$const", literal::parse),
    parsed("$convert", convert::parse),
    exactly("$cos", 1, trigonometry::cos),
    exactly("$cosh", 1, trigonometry::cosh),
    parsed("$createObjectId", rand::parse),
    parsed("$currentDate", rand::parse),
    parsed("$dateAdd", date_add::parse_add),
    parsed("$dateDiff", date_diff::parse),
    parsed("$dateFromParts", date_from_parts::parse),
    parsed("$dateFromString", date_from_string::parse),
    parsed("$dateSubtract", date_add::parse_subtract),
    parsed("$dateToParts", date_to_parts::parse),
    parsed("$dateToString", date_to_string::parse),
    parsed("$dateTrunc", date_trunc::parse),
    parsed("$dayOfMonth", date_part::day_of_month),
    parsed("$dayOfWeek", date_part::day_of_week),
    parsed("$dayOfYear", date_part::of_year),
    exactly("$degreesToRadians", 1, trigonometry::degrees_to_radians),
    parsed("$deserializeEJSON", extended_json::parse),
    exactly("$divide", 2, divide::run),
    exactly("$eq", 2, comparison::eq),
    exactly("$exp", 1, exponential::exp),
    parsed("$filter", filter::parse),
    exactly("$first", 1, array_element::first),
    parsed("$firstN", n_elements::first_n),
    exactly("$floor", 1, magnitude::floor),
    parsed("$getField", get_field::parse),
    exactly("$gt", 2, comparison::gt),
    exactly("$gte", 2, comparison::gte),
    parsed("$hash", hash::parse),
    parsed("$hexHash", hash::parse),
    parsed("$hour", date_part::hour),
    parsed("$ifNull", if_null::parse),
    exactly("$in", 2, in_array::is_in),
    parsed("$indexOfArray", in_array::parse_index_of_array),
    between("$indexOfBytes", 2, 4, index_of::bytes),
    between("$indexOfCP", 2, 4, index_of::code_points),
    exactly("$isArray", 1, type_of::is_array),
    exactly("$isNumber", 1, type_of::is_number),
    parsed("$isoDayOfWeek", date_part::iso_day_of_week),
    parsed("$isoWeek", date_part::iso_week_of_year),
    parsed("$isoWeekYear", date_part::iso_week_year),
    exactly("$last", 1, array_element::last),
    parsed("$lastN", n_elements::last_n),
    parsed("$let", let_in::parse),
    parsed("$literal", literal::parse),
    exactly("$ln", 1, exponential::ln),
    exactly("$log", 2, exponential::log),
    exactly("$log10", 1, exponential::log10),
    exactly("$lt", 2, comparison::lt),
    exactly("$lte", 2, comparison::lte),
    parsed("$ltrim", trim::left),
    parsed("$map", map::parse),
    combining("$max", Combine::Any, accumulating::max),
    parsed("$maxN", n_elements::max_n),
    parsed("$median", percentile::parse_median),
    any("$mergeObjects", merge_objects::run),
    parsed("$meta", meta::parse),
    parsed("$millisecond", date_part::millisecond),
    combining("$min", Combine::Any, accumulating::min),
    parsed("$minN", n_elements::min_n),
    parsed("$minute", date_part::minute),
    exactly("$mod", 2, mod_operator::run),
    parsed("$month", date_part::month),
    combining("$multiply", Combine::Front, multiply::run),
    exactly("$ne", 2, comparison::ne),
    exactly("$not", 1, boolean::not),
    exactly("$objectToArray", 1, array_to_object::object_to_array),
    parsed("$or", boolean::parse_or),
    parsed("$percentile", percentile::parse_percentile),
    exactly("$pow", 2, pow::run),
    exactly("$radiansToDegrees", 1, trigonometry::radians_to_degrees),
    parsed("$rand", rand::parse),
    between("$range", 2, 3, range::run),
    parsed("$reduce", reduce::parse),
    parsed("$regexFind", regex::find),
    parsed("$regexFindAll", regex::find_all),
    parsed("$regexMatch", regex::matches),
    parsed("$replaceAll", replace::all),
    parsed("$replaceOne", replace::one),
    exactly("$reverseArray", 1, reverse_array::run),
    between("$round", 1, 2, round::round),
    parsed("$rtrim", trim::right),
    parsed("$second", date_part::second),
    parsed("$serializeEJSON", extended_json::parse),
    exactly("$setDifference", 2, sets::difference),
    parsed("$setEquals", sets::parse_equals),
    parsed("$setField", set_field::parse_set),
    combining("$setIntersection", Combine::Any, sets::intersection),
    parsed("$setIsSubset", sets::parse_is_subset),
    combining("$setUnion", Combine::Any, sets::union),
    parsed("$sigmoid", exponential::parse_sigmoid),
    parsed("$similarityCosine", similarity::parse),
    parsed("$similarityDotProduct", similarity::parse),
    parsed("$similarityEuclidean", similarity::parse),
    exactly("$sin", 1, trigonometry::sin),
    exactly("$sinh", 1, trigonometry::sinh),
    exactly("$size", 1, size::run),
    between("$slice", 2, 3, slice::run),
    parsed("$sortArray", sort_array::parse),
    exactly("$split", 2, split::run),
    exactly("$sqrt", 1, magnitude::sqrt),
    any("$stdDevPop", accumulating::std_dev_pop),
    any("$stdDevSamp", accumulating::std_dev_samp),
    exactly("$strLenBytes", 1, string_length::bytes),
    exactly("$strLenCP", 1, string_length::code_points),
    exactly("$strcasecmp", 2, case::strcasecmp),
    exactly("$substr", 3, substr::bytes),
    exactly("$substrBytes", 3, substr::bytes),
    exactly("$substrCP", 3, substr::code_points),
    exactly("$subtract", 2, subtract::run),
    exactly("$subtype", 1, subtype::run),
    combining("$sum", Combine::Any, accumulating::sum),
    parsed("$switch", switch::parse),
    exactly("$tan", 1, trigonometry::tan),
    exactly("$tanh", 1, trigonometry::tanh),
    parsed("$toArray", convert::parse_short),
    parsed("$toBool", convert::parse_short),
    parsed("$toDate", convert::parse_short),
    parsed("$toDecimal", convert::parse_short),
    parsed("$toDouble", convert::parse_short),
    exactly("$toHashedIndexKey", 1, hashed_index_key::run),
    parsed("$toInt", convert::parse_short),
    parsed("$toLong", convert::parse_short),
    exactly("$toLower", 1, case::to_lower),
    parsed("$toObject", convert::parse_short),
    parsed("$toObjectId", convert::parse_short),
    parsed("$toString", convert::parse_short),
    parsed("$toUUID", convert::parse_short),
    exactly("$toUpper", 1, case::to_upper),
    parsed("$trim", trim::both),
    between("$trunc", 1, 2, round::trunc),
    exactly("$tsIncrement", 1, timestamp_part::increment),
    exactly("$tsSecond", 1, timestamp_part::second),
    exactly("$type", 1, type_of::type_name),
    parsed("$unsetField", set_field::parse_unset),
    parsed("$week", date_part::week),
    parsed("$year", date_part::year),
    parsed("$zip", zip::parse),
];

/// The operator of this name.
pub(super) fn find(name: &str) -> Option<&'static Registration> {
    let at = OPERATORS.binary_search_by(|row| row.name.cmp(name)).ok()?;
    OPERATORS.get(at)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::rc::Rc;

    use super::OPERATORS;
    use crate::env::FixedEnv;
    use crate::expression::testing::value;
    use crate::expression::{Context, Expression, ParseScope, Scope};
    use crate::value::{ArrayBuf, DocumentBuf, Value};

    #[test]
    fn the_table_is_sorted() {
        for pair in OPERATORS.windows(2) {
            assert!(pair[0].name < pair[1].name, "{}", pair[1].name);
        }
    }

    /// Values at the edges of their types.
    const EDGES: &str = "[null, undefined, true, 0, -1, 2147483647, -2147483648, \
        9223372036854775807L, -9223372036854775808L, 1.5, -0.0, NaN, Infinity, 1e300, 5e-324, \
        0m, -0m, 1E+6144m, 1E-6176m, 9999999999999999999999999999999999m, NaNm, -Infinitym, '', \
        'é€', 'abc', 'day', 'week', 'month', 'UTC', 'Europe/Paris', '%Y', '%', '(', 'int', \
        '2020-02-30', date(0), date(9223372036854775807), date(-9223372036854775808), [], \
        [1, 2, 3], [['a', 1]], [null, 'x', {a: 1}], {}, {a: 1}, {k: 'a', v: 1}, MinKey, MaxKey]";

    /// The named arguments of the operators that have some.
    const NAMED: &[(&str, &[&str])] = &[
        ("$convert", &["input", "to", "format"]),
        ("$dateAdd", &["startDate", "amount", "unit", "timezone"]),
        (
            "$dateDiff",
            &["startDate", "endDate", "unit", "timezone", "startOfWeek"],
        ),
        (
            "$dateFromParts",
            &["year", "month", "day", "hour", "millisecond"],
        ),
        ("$dateFromString", &["dateString", "format", "timezone"]),
        ("$dateSubtract", &["startDate", "amount", "unit"]),
        ("$dateToParts", &["date", "timezone", "iso8601"]),
        ("$dateToString", &["date", "format", "timezone"]),
        (
            "$dateTrunc",
            &["date", "unit", "binSize", "timezone", "startOfWeek"],
        ),
        ("$filter", &["input", "cond", "limit"]),
        ("$firstN", &["n", "input"]),
        ("$getField", &["field", "input"]),
        ("$hash", &["input", "algorithm"]),
        ("$isoWeek", &["date", "timezone"]),
        ("$lastN", &["n", "input"]),
        ("$ltrim", &["input", "chars"]),
        ("$map", &["input", "in"]),
        ("$maxN", &["n", "input"]),
        ("$minN", &["n", "input"]),
        ("$reduce", &["input", "initialValue", "in"]),
        ("$regexFind", &["input", "regex", "options"]),
        ("$regexFindAll", &["input", "regex"]),
        ("$replaceAll", &["input", "find", "replacement"]),
        ("$serializeEJSON", &["input", "onError"]),
        ("$setField", &["field", "input", "value"]),
        ("$sortArray", &["input", "sortBy"]),
        ("$trim", &["input", "chars"]),
        ("$year", &["date", "timezone"]),
    ];

    /// Parses and evaluates; errors are as good as values here.
    fn run(name: &str, argument: &Value<'_>, context: &Context) {
        let mut spec = DocumentBuf::new();
        spec.append(name, argument);
        let spec = Value::document(spec);
        if let Ok(expression) = Expression::parse(spec.as_ref(), &ParseScope::new()) {
            let root = crate::value::DocumentRef::EMPTY;
            let _ = expression.evaluate(&Scope::new(root, context));
        }
    }

    #[test]
    fn no_operator_panics() {
        let context = Context::new(Rc::new(FixedEnv::new(0, 7)));
        let edges = value(EDGES);
        let edges: Vec<_> = edges.as_ref().as_array().unwrap().iter().collect();
        for row in OPERATORS {
            for (at, one) in edges.iter().enumerate() {
                run(row.name, &Value::copy_of(*one), &context);
                for (other_at, two) in edges.iter().enumerate() {
                    let pair = [*one, *two];
                    run(
                        row.name,
                        &Value::array(pair.into_iter().collect::<ArrayBuf>()),
                        &context,
                    );
                    let third = edges[(at * 7 + other_at * 3) % edges.len()];
                    let three = [*one, *two, third].into_iter().collect::<ArrayBuf>();
                    run(row.name, &Value::array(three), &context);
                }
            }
        }
    }

    #[test]
    fn no_operator_with_named_arguments_panics() {
        let context = Context::new(Rc::new(FixedEnv::new(0, 7)));
        let edges = value(EDGES);
        let edges: Vec<_> = edges.as_ref().as_array().unwrap().iter().collect();
        for (operator, names) in NAMED {
            for round in 0..4_000usize {
                let mut arguments = DocumentBuf::new();
                let mut state = round.wrapping_mul(2_654_435_761);
                for name in *names {
                    arguments.append(name, edges[(state >> 7) % edges.len()]);
                    state = state
                        .wrapping_mul(6_364_136_223)
                        .wrapping_add(1_442_695_041);
                }
                run(operator, &Value::document(arguments), &context);
            }
        }
    }

    #[test]
    fn dates_at_the_ends_of_time_do_not_panic() {
        let context = Context::new(Rc::new(FixedEnv::new(0, 7)));
        let dates = [
            "-9223372036854775808",
            "-62135596800001",
            "0",
            "9223372036854775807",
        ];
        let units = [
            "year",
            "quarter",
            "month",
            "week",
            "day",
            "hour",
            "minute",
            "millisecond",
        ];
        let zones = ["UTC", "+99:99", "Europe/Paris", "America/New_York"];
        let sizes = ["1", "-1", "584942417", "9223372036854775807"];
        for date in dates {
            for zone in zones {
                let part = |rest: &str| {
                    value(&format!("{{date: date({date}), timezone: '{zone}'{rest}}}"))
                };
                for name in [
                    "$year",
                    "$isoWeek",
                    "$dateToParts",
                    "$dateToString",
                    "$dayOfYear",
                ] {
                    run(name, &part(""), &context);
                }
                for (unit, size) in units.iter().flat_map(|unit| sizes.map(|size| (unit, size))) {
                    run(
                        "$dateTrunc",
                        &part(&format!(", unit: '{unit}', binSize: {size}L")),
                        &context,
                    );
                    for other in dates {
                        let spec = format!(
                            "{{startDate: date({date}), endDate: date({other}), unit: '{unit}', timezone: '{zone}'}}"
                        );
                        run("$dateDiff", &value(&spec), &context);
                    }
                    let spec = format!(
                        "{{startDate: date({date}), amount: {size}L, unit: '{unit}', timezone: '{zone}'}}"
                    );
                    run("$dateAdd", &value(&spec), &context);
                    run("$dateSubtract", &value(&spec), &context);
                }
            }
        }
    }
}
