//! Series of preferred numbers, which `$bucketAuto` rounds its boundaries to.
//!
//! Source: the manual, "$bucketAuto (aggregation)", "Granularity"; the Renard series (ISO 3) and the
//! E series (IEC 60063).

use crate::error::{Error, Result};
use crate::expression::number::Number;
use crate::sorting::sort;
use crate::value::{Decimal128, Value, ValueRef};

/// A series: each number stands for itself times every power of ten, or of two.
#[derive(Clone)]
pub enum Granularity {
    PowersOfTwo,
    /// The numbers of one decade, ascending.
    Decade(Vec<f64>),
}

const R5: &[u16] = &[10, 16, 25, 40, 63];
const R10: &[u16] = &[100, 125, 160, 200, 250, 315, 400, 500, 630, 800];
const R20: &[u16] = &[
    100, 112, 125, 140, 160, 180, 200, 224, 250, 280, 315, 355, 400, 450, 500, 560, 630, 710, 800,
    900,
];
const R40: &[u16] = &[
    100, 106, 112, 118, 125, 132, 140, 150, 160, 170, 180, 190, 200, 212, 224, 236, 250, 265, 280,
    300, 315, 335, 355, 375, 400, 425, 450, 475, 500, 530, 560, 600, 630, 670, 710, 750, 800, 850,
    900, 950,
];
/// What R80 has between the numbers of R40.
const R80_BETWEEN: &[u16] = &[
    103, 109, 115, 122, 128, 136, 145, 155, 165, 175, 185, 195, 206, 218, 230, 243, 258, 272, 290,
    307, 325, 345, 365, 387, 412, 437, 462, 487, 515, 545, 575, 615, 650, 690, 730, 775, 825, 875,
    925, 975,
];
const ONE_TWO_FIVE: &[u16] = &[10, 20, 50];
const E6: &[u16] = &[10, 15, 22, 33, 47, 68];
const E12: &[u16] = &[10, 12, 15, 18, 22, 27, 33, 39, 47, 56, 68, 82];
const E24: &[u16] = &[
    10, 11, 12, 13, 15, 16, 18, 20, 22, 24, 27, 30, 33, 36, 39, 43, 47, 51, 56, 62, 68, 75, 82, 91,
];

impl Granularity {
    /// Errors: 40261 (no string), 40257 (no series of this name).
    pub fn parse(value: ValueRef<'_>) -> Result<Granularity> {
        let ValueRef::String(name) = value else {
            let alias = value.kind().alias();
            return Err(Error::new(
                40261,
                format_args!(
                    "The $bucketAuto 'granularity' field must be a string, but found {alias}"
                ),
            ));
        };
        let listed = |numbers: &[u16]| numbers.iter().copied().map(f64::from).collect();
        Ok(Granularity::Decade(match name {
            "POWERSOF2" => return Ok(Granularity::PowersOfTwo),
            "R5" => listed(R5),
            "R10" => listed(R10),
            "R20" => listed(R20),
            "R40" => listed(R40),
            "R80" => {
                let mut all = [R40, R80_BETWEEN].concat();
                sort(&mut all);
                listed(&all)
            }
            "1-2-5" => listed(ONE_TWO_FIVE),
            "E6" => listed(E6),
            "E12" => listed(E12),
            "E24" => listed(E24),
            "E48" => e_series(48),
            "E96" => e_series(96),
            "E192" => e_series(192),
            other => {
                return Err(Error::new(
                    40257,
                    format_args!("Unknown rounding granularity '{other}'"),
                ));
            }
        }))
    }

    /// The smallest number of the series above a value; of zero, zero.
    ///
    /// Errors: 40258 (no number), 40259 (NaN), 40260 (negative).
    pub fn round_up(&self, value: ValueRef<'_>) -> Result<Value<'static>> {
        self.round(value, |series, number| match series {
            Granularity::PowersOfTwo => 2f64.powf(number.log2().floor() + 1.0),
            Granularity::Decade(decade) => above(decade, number),
        })
    }

    /// The largest number of the series below a value; of zero, zero.
    ///
    /// Errors: as [`Granularity::round_up`].
    pub fn round_down(&self, value: ValueRef<'_>) -> Result<Value<'static>> {
        self.round(value, |series, number| match series {
            Granularity::PowersOfTwo => 2f64.powf(number.log2().ceil() - 1.0),
            Granularity::Decade(decade) => below(decade, number),
        })
    }

    fn round(
        &self,
        value: ValueRef<'_>,
        to: fn(&Granularity, f64) -> f64,
    ) -> Result<Value<'static>> {
        let refuse = |code: i32, why: &str| {
            Err(Error::new(
                code,
                format_args!("$bucketAuto can specify a 'granularity' {why}"),
            ))
        };
        let Some(number) = Number::of(value) else {
            return refuse(40258, "with numeric boundaries only");
        };
        let double = number.to_f64();
        if double.is_nan() {
            return refuse(40259, "with numbers only, not with NaN");
        }
        if double < 0.0 {
            return refuse(40260, "with numbers that are not negative only");
        }
        let rounded = match double == 0.0 || double.is_infinite() {
            true => double,
            false => to(self, double),
        };
        Ok(match number {
            Number::Decimal(_) => Number::Decimal(Decimal128::from_f64(rounded)).value(),
            _ => Value::from(rounded),
        })
    }
}

/// An E series of three digits: the decade in equal ratios. One number of E192 is not what the
/// formula gives.
fn e_series(count: u32) -> Vec<f64> {
    let number = |at: u32| {
        let exact = 100.0 * 10f64.powf(f64::from(at) / f64::from(count));
        match exact.round() {
            919.0 => 920.0,
            rounded => rounded,
        }
    };
    (0..count).map(number).collect()
}

fn ends(decade: &[f64]) -> (f64, f64) {
    let first = decade.first().copied().unwrap_or(1.0);
    (first, decade.last().copied().unwrap_or(first))
}

fn above(decade: &[f64], number: f64) -> f64 {
    let (first, last) = ends(decade);
    let mut scale = 1.0;
    while number >= last * scale {
        scale *= 10.0;
    }
    while number < first * scale {
        let candidate = first * scale;
        scale /= 10.0;
        if number >= last * scale {
            return candidate;
        }
    }
    let found = decade.iter().find(|&&member| member * scale > number);
    found.map_or(first * scale * 10.0, |member| member * scale)
}

fn below(decade: &[f64], number: f64) -> f64 {
    let (first, last) = ends(decade);
    let mut scale = 1.0;
    while number <= first * scale {
        scale /= 10.0;
    }
    while number > last * scale {
        let candidate = last * scale;
        scale *= 10.0;
        if number <= first * scale {
            return candidate;
        }
    }
    let found = decade.iter().rev().find(|&&member| member * scale < number);
    found.map_or(last * scale / 10.0, |member| member * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(series: &str, value: f64, down: f64, up: f64) {
        let Ok(series) = Granularity::parse(ValueRef::String(series)) else {
            panic!("no series {series}");
        };
        let rounded =
            |value: Result<Value<'static>>| value.ok().and_then(|value| value.as_ref().to_f64());
        let value = ValueRef::Double(value);
        assert_eq!(rounded(series.round_down(value)), Some(down), "{value}");
        assert_eq!(rounded(series.round_up(value)), Some(up), "{value}");
    }

    #[test]
    fn numbers_of_the_series_around_a_value() {
        check("R5", 0.0, 0.0, 0.0);
        check("R5", 10.0, 6.300_000_000_000_001, 16.0);
        check("R5", 17.0, 16.0, 25.0);
        check("R5", 63.0, 40.0, 100.0);
        check("R5", 70.0, 63.0, 100.0);
        check("1-2-5", 3.0, 2.0, 5.0);
        check("1-2-5", 600.0, 500.0, 1000.0);
        check("E24", 9.5, 9.1, 10.0);
        check("R80", 102.0, 100.0, 103.0);
        check("E192", 919.5, 909.0, 920.0);
        check("E48", 101.0, 100.0, 105.0);
        check("POWERSOF2", 8.0, 4.0, 16.0);
        check("POWERSOF2", 0.3, 0.25, 0.5);
    }
}
