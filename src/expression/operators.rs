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
    /// A list of expressions whose order does not matter: constants go to the end and are
    /// combined once.
    Commutative { run: Run },
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

const fn commutative(name: &'static str, run: Run) -> Registration {
    Registration {
        name,
        form: Form::Commutative { run },
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
    commutative("$add", add::run),
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
    any("$concat", concat::run),
    any("$concatArrays", concat_arrays::run),
    parsed("$cond", cond::parse),
    parsed("$const", literal::parse),
    parsed("$convert", convert::parse),
    exactly("$cos", 1, trigonometry::cos),
    exactly("$cosh", 1, trigonometry::cosh),
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
    parsed("$hour", date_part::hour),
    parsed("$ifNull", if_null::parse),
    exactly("$in", 2, in_array::is_in),
    between("$indexOfArray", 2, 4, in_array::index_of_array),
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
    any("$max", accumulating::max),
    parsed("$maxN", n_elements::max_n),
    parsed("$median", percentile::parse_median),
    any("$mergeObjects", merge_objects::run),
    parsed("$millisecond", date_part::millisecond),
    any("$min", accumulating::min),
    parsed("$minN", n_elements::min_n),
    parsed("$minute", date_part::minute),
    exactly("$mod", 2, mod_operator::run),
    parsed("$month", date_part::month),
    commutative("$multiply", multiply::run),
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
    exactly("$setDifference", 2, sets::difference),
    parsed("$setEquals", sets::parse_equals),
    parsed("$setField", set_field::parse_set),
    commutative("$setIntersection", sets::intersection),
    exactly("$setIsSubset", 2, sets::is_subset),
    commutative("$setUnion", sets::union),
    parsed("$sigmoid", exponential::parse_sigmoid),
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
    any("$sum", accumulating::sum),
    parsed("$switch", switch::parse),
    exactly("$tan", 1, trigonometry::tan),
    exactly("$tanh", 1, trigonometry::tanh),
    parsed("$toBool", convert::parse_short),
    parsed("$toDate", convert::parse_short),
    parsed("$toDecimal", convert::parse_short),
    parsed("$toDouble", convert::parse_short),
    exactly("$toHashedIndexKey", 1, hashed_index_key::run),
    parsed("$toInt", convert::parse_short),
    parsed("$toLong", convert::parse_short),
    exactly("$toLower", 1, case::to_lower),
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
mod tests {
    use super::OPERATORS;

    #[test]
    fn the_table_is_sorted() {
        for pair in OPERATORS.windows(2) {
            assert!(pair[0].name < pair[1].name, "{}", pair[1].name);
        }
    }
}
