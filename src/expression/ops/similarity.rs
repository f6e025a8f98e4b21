//! `$similarityCosine`, `$similarityDotProduct` and `$similarityEuclidean`: how near two vectors are.

use super::super::call::fold_if_constant;
use super::super::vector::read_vector;
use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{Value, ValueRef};

struct Similarity {
    name: &'static str,
    vectors: Expression,
    /// Whether the measure is brought between 0 and 1.
    score: bool,
}

const NO_VECTORS: i32 = 10_413_200;

/// Takes `[one, other]` or `{vectors: [one, other], score: <bool>}`.
///
/// Errors: 10413200 (no two vectors, another argument), `TypeMismatch` (14: `score`).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let (mut vectors, mut score) = (Some(value), false);
    if let ValueRef::Document(document) = value
        && document
            .first()
            .is_none_or(|first| !first.name.starts_with('$'))
    {
        vectors = None;
        for (field, value) in document.iter() {
            match (field, value) {
                ("vectors", value) => vectors = Some(value),
                ("score", ValueRef::Boolean(flag)) => score = flag,
                ("score", _) => {
                    return Err(Error::type_mismatch(format_args!(
                        "the 'score' of {name} must be a boolean"
                    )));
                }
                (other, _) => {
                    return Err(Error::new(
                        NO_VECTORS,
                        format_args!("Unrecognized argument to {name}: '{other}'"),
                    ));
                }
            }
        }
    }
    let vectors = vectors.ok_or_else(|| no_vectors(name))?;
    if matches!(vectors, ValueRef::Array(list) if list.count() != 2) {
        return Err(no_vectors(name));
    }
    fold_if_constant(Expression::operator(Similarity {
        name,
        vectors: Expression::parse(vectors, scope)?,
        score,
    }))
}

#[cold]
fn no_vectors(name: &str) -> Error {
    Error::new(
        NO_VECTORS,
        format_args!("{name} takes an array of two vectors"),
    )
}

impl Evaluate for Similarity {
    /// Errors: 10413200 (no two vectors), 10413201 (a vector is no array of numbers), 10413202
    /// (their lengths differ).
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let both = self.vectors.evaluate(scope)?;
        let both = both.as_ref().and_then(|both| both.as_ref().as_array());
        let mut vectors = Vec::new();
        for vector in both.ok_or_else(|| no_vectors(self.name))?.iter() {
            if vector.is_nullish() {
                return Ok(Some(Value::NULL));
            }
            vectors.push(read_vector(vector).ok_or_else(|| {
                Error::new(
                    10_413_201,
                    format_args!("a vector of {} must hold numbers only", self.name),
                )
            })?);
        }
        let [one, other] = vectors.as_slice() else {
            return Err(no_vectors(self.name));
        };
        if one.len() != other.len() {
            return Err(Error::new(
                10_413_202,
                format_args!("the vectors of {} must be equally long", self.name),
            ));
        }
        let product = |left: &[f64], right: &[f64]| -> f64 {
            left.iter().zip(right).fold(0.0, |sum, (a, b)| sum + a * b)
        };
        let measure = match self.name {
            "$similarityEuclidean" => {
                let apart: Vec<f64> = one.iter().zip(other).map(|(a, b)| a - b).collect();
                product(&apart, &apart).sqrt()
            }
            "$similarityCosine" => {
                let lengths = product(one, one).sqrt() * product(other, other).sqrt();
                // A vector of zeros points nowhere.
                if lengths == 0.0 {
                    0.0
                } else {
                    product(one, other) / lengths
                }
            }
            _ => product(one, other),
        };
        Ok(Some(Value::from(match (self.score, self.name) {
            (false, _) => measure,
            (true, "$similarityEuclidean") => 1.0 / (1.0 + measure),
            (true, _) => (1.0 + measure) / 2.0,
        })))
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.vectors);
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::{check, check_error};

    #[test]
    fn measures() {
        check(
            "{$similarityDotProduct: ['$a', [3, 4]]}",
            "{a: [1, 2.0]}",
            "11.0",
        );
        check(
            "{$similarityEuclidean: [[0, 0], '$a']}",
            "{a: [3, 4L]}",
            "5.0",
        );
        check("{$similarityCosine: [[1, 0], [2m, 0]]}", "{}", "1.0");
        check("{$similarityCosine: [[1, 0], [0, 0]]}", "{}", "0.0");
        check(
            "{$similarityCosine: {vectors: [[1, 0], [0, 2]], score: true}}",
            "{}",
            "0.5",
        );
        check(
            "{$similarityEuclidean: {vectors: '$v', score: true}}",
            "{v: [[1], [1]]}",
            "1.0",
        );
        check("{$similarityDotProduct: {vectors: [[], []]}}", "{}", "0.0");
        check("{$similarityDotProduct: ['$a', [1]]}", "{}", "null");
    }

    #[test]
    fn mistakes() {
        for name in [
            "$similarityCosine",
            "$similarityDotProduct",
            "$similarityEuclidean",
        ] {
            check_error(&format!("{{{name}: [[1]]}}"), "{}", 10_413_200);
            check_error(&format!("{{{name}: {{score: true}}}}"), "{}", 10_413_200);
            check_error(
                &format!("{{{name}: {{vectors: [[1], [1]], x: 1}}}}"),
                "{}",
                10_413_200,
            );
            check_error(
                &format!("{{{name}: {{vectors: '$v'}}}}"),
                "{v: 1}",
                10_413_200,
            );
            check_error(
                &format!("{{{name}: {{vectors: [[1], [1]], score: 1}}}}"),
                "{}",
                14,
            );
            check_error(&format!("{{{name}: [[1], ['x']]}}"), "{}", 10_413_201);
            check_error(&format!("{{{name}: [[1], [1, 2]]}}"), "{}", 10_413_202);
        }
    }
}
