//! `$hash` and `$hexHash`: the digest of a string or of binary data.

use xxhash_rust::xxh64::xxh64;

use super::super::call::fold_if_constant;
use super::super::named_arguments::{parse_named, require};
use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{BinaryRef, Md5, Value, ValueRef, hex, sha256};

struct Hash {
    name: &'static str,
    input: Expression,
    algorithm: Expression,
}

const OTHER_ARGUMENT: i32 = 10_754_001;
const MISSING_ARGUMENT: i32 = 10_754_002;

/// Errors: 10754000 (no object, or neither string nor binary data), 10754001 (another argument),
/// 10754002 (an argument is missing), 10754003 (another algorithm).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(document) = value else {
        return Err(wrong_input(name, "an object of named arguments", value));
    };
    let names = ["input", "algorithm"];
    let mut arguments = parse_named(name, document, &names, OTHER_ARGUMENT, scope)?.into_iter();
    let [input, algorithm] =
        names.map(|argument| require(name, argument, MISSING_ARGUMENT, arguments.next().flatten()));
    fold_if_constant(Expression::operator(Hash {
        name,
        input: input?,
        algorithm: algorithm?,
    }))
}

#[cold]
fn wrong_input(name: &str, expected: &str, found: ValueRef<'_>) -> Error {
    let alias = found.kind().alias();
    Error::new(
        10_754_000,
        format_args!("{name} expects {expected}, found: {alias}"),
    )
}

impl Evaluate for Hash {
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let algorithm = self.algorithm.evaluate(scope)?;
        let digest: fn(&[u8]) -> Vec<u8> =
            match algorithm.as_ref().and_then(|it| it.as_ref().as_str()) {
                Some("md5") => |bytes| {
                    let mut digest = Md5::default();
                    digest.update(bytes);
                    digest.finish().map(u32::to_le_bytes).concat()
                },
                Some("sha256") => |bytes| sha256(bytes).to_vec(),
                Some("xxh64") => |bytes| xxh64(bytes, 0).to_be_bytes().to_vec(),
                _ => {
                    return Err(Error::new(
                        10_754_003,
                        format_args!(
                            "the algorithm of {} is 'md5', 'sha256' or 'xxh64'",
                            self.name
                        ),
                    ));
                }
            };
        let input = self.input.evaluate(scope)?;
        let digest = match input.as_ref().map(Value::as_ref) {
            None | Some(ValueRef::Null | ValueRef::Undefined) => return Ok(Some(Value::NULL)),
            Some(ValueRef::String(text)) => digest(text.as_bytes()),
            Some(ValueRef::Binary(binary)) => digest(binary.bytes),
            Some(other) => return Err(wrong_input(self.name, "a string or binary data", other)),
        };
        Ok(Some(if self.name == "$hexHash" {
            Value::string(&hex(&digest))
        } else {
            Value::copy_of(ValueRef::Binary(BinaryRef {
                subtype: 0,
                bytes: &digest,
            }))
        }))
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.input);
        see(&self.algorithm);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn digests() {
        let hash = |algorithm: &str, expected: &str| {
            let of = |name| format!("{{{name}: {{input: '$a', algorithm: '{algorithm}'}}}}");
            check(&of("$hexHash"), "{a: 'abc'}", expected);
            check(&of("$hexHash"), "{}", "null");
            let bytes = format!("{{$binarySize: {}}}", of("$hash"));
            check(
                &bytes,
                "{a: 'abc'}",
                &((expected.len() - 2) / 2).to_string(),
            );
        };
        hash("md5", "'900150983cd24fb0d6963f7d28e17f72'");
        hash(
            "sha256",
            "'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'",
        );
        hash("xxh64", "'44bc2cf5ad770999'");
    }

    #[test]
    fn binary_data_hashes_as_its_bytes() {
        let of = "{$hexHash: {input: {$convert: {input: 'abc', to: 'binData', format: 'utf8'}}, algorithm: 'md5'}}";
        check(of, "{}", "'900150983cd24fb0d6963f7d28e17f72'");
    }

    #[test]
    fn mistakes() {
        check_error("{$hash: 'abc'}", "{}", 10_754_000);
        check_error("{$hash: {input: 1, algorithm: 'md5'}}", "{}", 10_754_000);
        check_error(
            "{$hash: {input: 'a', algorithm: 'md5', x: 1}}",
            "{}",
            10_754_001,
        );
        check_error("{$hash: {input: 'a'}}", "{}", 10_754_002);
        check_error("{$hexHash: {algorithm: 'md5'}}", "{}", 10_754_002);
        check_error("{$hash: {input: 'a', algorithm: 'sha1'}}", "{}", 10_754_003);
        check_error("{$hash: {input: 'a', algorithm: null}}", "{}", 10_754_003);
    }
}
