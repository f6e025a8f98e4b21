//! Schemas and what they accept.

use crate::matcher::testing;

#[track_caller]
fn check(schema: &str, input: &str, expected: bool) {
    testing::check(&format!("{{$jsonSchema: {schema}}}"), input, expected);
}

#[track_caller]
fn check_error(schema: &str, code: i32) {
    testing::check_error(&format!("{{$jsonSchema: {schema}}}"), code);
}

#[test]
fn keywords_pass_on_other_types_and_missing_fields() {
    for keyword in [
        "minimum: 5",
        "minLength: 5",
        "minItems: 5",
        "required: ['x']",
        "pattern: '^x'",
        "multipleOf: 3",
    ] {
        check(
            &format!("{{properties: {{a: {{{keyword}}}}}}}"),
            "{a: true}",
            true,
        );
        check(&format!("{{properties: {{a: {{{keyword}}}}}}}"), "{}", true);
    }
}

#[test]
fn numbers() {
    check("{properties: {a: {minimum: 5}}}", "{a: 5}", true);
    check(
        "{properties: {a: {minimum: 5, exclusiveMinimum: true}}}",
        "{a: 5.0}",
        false,
    );
    check("{properties: {a: {maximum: 5}}}", "{a: 5.5}", false);
    check("{properties: {a: {multipleOf: 0.1}}}", "{a: 0.3}", true);
    check("{properties: {a: {multipleOf: 3}}}", "{a: 10L}", false);
}

#[test]
fn types() {
    check("{properties: {a: {bsonType: 'int'}}}", "{a: 5L}", false);
    check(
        "{properties: {a: {bsonType: ['int', 'long']}}}",
        "{a: 5L}",
        true,
    );
    check("{properties: {a: {type: 'number'}}}", "{a: 5L}", true);
    check(
        "{properties: {a: {enum: [1, {x: 1, y: 2}]}}}",
        "{a: {y: 2, x: 1.0}}",
        true,
    );
    check("{bsonType: 'object'}", "{}", true);
    check("{type: 'array'}", "{}", false);
}

#[test]
fn objects() {
    check("{required: ['a', 'b']}", "{a: 1}", false);
    check(
        "{properties: {a: {}}, additionalProperties: false}",
        "{a: 1, b: 1}",
        false,
    );
    check(
        "{patternProperties: {'^x': {type: 'string'}}}",
        "{xy: 1}",
        false,
    );
    check("{dependencies: {a: ['b']}}", "{a: 1}", false);
    check(
        "{dependencies: {a: {required: ['b']}}}",
        "{a: 1, b: 1}",
        true,
    );
    check("{minProperties: 2}", "{a: 1}", false);
}

#[test]
fn arrays() {
    check(
        "{properties: {a: {items: {type: 'string'}}}}",
        "{a: ['x', 1]}",
        false,
    );
    check(
        "{properties: {a: {items: [{type: 'string'}]}}}",
        "{a: ['x', 1]}",
        true,
    );
    check(
        "{properties: {a: {items: [{}], additionalItems: false}}}",
        "{a: ['x', 1]}",
        false,
    );
    check(
        "{properties: {a: {uniqueItems: true}}}",
        "{a: [0, false]}",
        true,
    );
    check(
        "{properties: {a: {uniqueItems: true}}}",
        "{a: [{x: 1, y: 2}, {y: 2, x: 1}]}",
        false,
    );
}

#[test]
fn logic() {
    check(
        "{anyOf: [{required: ['a']}, {required: ['b']}]}",
        "{b: 1}",
        true,
    );
    check(
        "{oneOf: [{required: ['a']}, {required: ['b']}]}",
        "{a: 1, b: 1}",
        false,
    );
    check("{not: {required: ['a']}}", "{b: 1}", true);
}

#[test]
fn errors() {
    check_error("{foo: 1}", 9);
    check_error("{format: 'date'}", 9);
    check_error("{properties: 1}", 14);
    check_error("{type: 'integer'}", 9);
    check_error("{type: ['integer']}", 9);
    check_error("{title: 'a', title: 'a'}", 9);
    check_error("{multipleOf: NaN}", 2);
    check_error("{multipleOf: Infinity}", 2);
    check_error("{patternProperties: {'(': {}}}", 2);
    check_error("{type: 'object', bsonType: 'object'}", 9);
    check_error("{exclusiveMinimum: true}", 9);
    check_error("{minLength: -1}", 9);
    check_error("{multipleOf: 0}", 9);
    check_error("{required: []}", 9);
    check_error("{allOf: []}", 2);
    check_error("{pattern: '('}", 51091);
}
