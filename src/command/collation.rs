//! `collation`: checked in every command that takes it; only the simple one is there, which compares
//! bytes as everything does without it.
//!
//! Source: the manual, "Collation" and "Collation Locales and Default Parameters".

use super::arguments::{Arguments, Field, Takes, optional, required};
use crate::error::{Error, Result, codes};
use crate::value::{DocumentRef, ValueRef};

const FIELDS: &[Field] = &[
    required("locale", Takes::String),
    optional("caseLevel", Takes::Bool),
    optional("caseFirst", Takes::String),
    optional("strength", Takes::Number),
    optional("numericOrdering", Takes::Bool),
    optional("alternate", Takes::String),
    optional("maxVariable", Takes::String),
    optional("normalization", Takes::Bool),
    optional("backwards", Takes::Bool),
    optional("version", Takes::String),
];

/// The languages that there are rules for.
static LANGUAGES: &str = "af am ar as az be bg bn bo br bs ca chr cs cy da de dsb dz ee el en eo es et fa \
    fi fil fo fr ga gl gu ha haw he hi hr hsb hu hy id ig is it ja ka kk kl km kn ko kok ky lb lkt ln lo lt \
    lv mk ml mn mr ms mt my nb ne nl nn om or pa pl ps pt ro ru se si sk sl smn sq sr sv sw ta te th to tr \
    ug uk ur vi wae yi yo zh zu";

/// Which texts an option takes.
static ENUMERATIONS: &[(&str, &[&str])] = &[
    ("caseFirst", &["upper", "lower", "off"]),
    ("alternate", &["non-ignorable", "shifted"]),
    ("maxVariable", &["punct", "space"]),
];

/// The version of the rules, which a stored collation names.
const VERSION: &str = "57.1";

/// Checks the field `collation` of a command and refuses what is not there. An empty one is none.
///
/// Errors: as [`check`]; `NotImplemented` (238) for all collations but the simple one.
pub(super) fn refuse(arguments: &Arguments<'_>) -> Result<()> {
    match arguments.document("collation") {
        Some(collation) if !collation.is_empty() => check(collation),
        _ => Ok(()),
    }
}

/// Errors: 40414 without a locale, 40415, `TypeMismatch` (14), `BadValue` (2),
/// `IncompatibleCollationVersion` (161), `NotImplemented` (238).
pub(super) fn check(collation: DocumentRef<'_>) -> Result<()> {
    if collation
        .get("backwards")
        .is_some_and(|value| value.is_nullish())
    {
        return Err(Error::type_mismatch(
            "BSON field 'collation.backwards' is the wrong type 'null', expected type 'bool'",
        ));
    }
    let options = Arguments::inside("collation", collation, FIELDS)?;
    for (name, allowed) in ENUMERATIONS {
        match options.string(name) {
            Some(text) if !allowed.contains(&text) => {
                return Err(Error::bad_value(format_args!(
                    "Enumeration value '{text}' for field 'collation.{name}' is not a valid value."
                )));
            }
            _ => {}
        }
    }
    let strength = options.number("strength").unwrap_or(3);
    if !(1..=5).contains(&strength) {
        return Err(Error::bad_value(format_args!(
            "Enumeration value '{strength}' for field 'collation.strength' is not a valid value."
        )));
    }
    match options.string("version") {
        Some(version) if version != VERSION => {
            return Err(Error::new(
                codes::INCOMPATIBLE_COLLATION_VERSION,
                format_args!("the collation's version is {VERSION}, not {version}"),
            ));
        }
        _ => {}
    }
    let locale = options.string("locale").unwrap_or_default();
    if locale == "simple" {
        return check_simple(collation);
    }
    if !is_locale(locale) {
        return Err(Error::bad_value(format_args!(
            "Field 'locale' is not a valid locale: {locale}"
        )));
    }
    let is_case_first = options
        .string("caseFirst")
        .is_some_and(|first| first != "off");
    if is_case_first && strength < 3 && options.truth("caseLevel") != Some(true) {
        return Err(Error::bad_value(
            "'caseFirst' is invalid unless 'caseLevel' is on or 'strength' is greater than 2",
        ));
    }
    Err(Error::new(
        codes::NOT_IMPLEMENTED,
        format_args!("the collation of '{locale}' is not supported"),
    ))
}

/// The simple collation has no options.
fn check_simple(collation: DocumentRef<'_>) -> Result<()> {
    let has_options = collation
        .iter()
        .any(|(name, value)| name != "locale" && !matches!(value, ValueRef::Null));
    match has_options {
        true => Err(Error::bad_value(
            "the locale 'simple' cannot be combined with other options",
        )),
        false => Ok(()),
    }
}

/// A language, and perhaps a script, a region or variants.
fn is_locale(locale: &str) -> bool {
    let mut parts = locale.split(['_', '-', '@']);
    let language = parts.next().unwrap_or_default();
    LANGUAGES
        .split_ascii_whitespace()
        .any(|known| known == language)
}

#[cfg(test)]
mod tests {
    use crate::command::testing::Shell;

    fn check(collation: &str, code: &str) {
        let command = format!("{{find: 'c', collation: {collation}}}");
        assert_eq!(Shell::new().field(&command, "code"), code, "{collation}");
    }

    #[test]
    fn mistakes_are_told_before_the_refusal() {
        check("{locale: 'en'}", "238");
        check("{locale: 'fr_CA', strength: 1, backwards: true}", "238");
        check("{locale: 'xx'}", "2");
        check("{strength: 1}", "40414");
        check("{locale: 'en', strength: 6}", "2");
        check("{locale: 'en', strength: 2, caseFirst: 'upper'}", "2");
        check("{locale: 'en', backwards: null}", "14");
        check("{locale: 'en', version: '1'}", "161");
        check("{locale: 'simple', strength: 1}", "2");
        Shell::new().succeed("{find: 'c', collation: {locale: 'simple'}}");
        Shell::new().succeed("{create: 'c', collation: {locale: 'simple'}}");
    }
}
