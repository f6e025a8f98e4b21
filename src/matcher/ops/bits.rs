//! `$bitsAllSet`, `$bitsAllClear`, `$bitsAnySet`, `$bitsAnyClear`.
//!
//! Manual: "Bitwise Query Operators". Numbers are two's complement, their sign goes on
//! forever; binary data is little-endian and clear beyond its end.

use super::Operand;
use crate::error::{Error, Result};
use crate::matcher::{Node, Predicate, Run};
use crate::value::ValueRef;

#[derive(Clone, Copy)]
enum Quantity {
    AllSet,
    AllClear,
    AnySet,
    AnyClear,
}

struct Bits {
    quantity: Quantity,
    /// Positions below 64, as a mask.
    mask: u64,
    /// Positions from 64 on.
    beyond: Vec<u32>,
}

pub(super) fn parse_all_set(operand: &Operand<'_>) -> Result<Node> {
    parse(operand, Quantity::AllSet)
}

pub(super) fn parse_all_clear(operand: &Operand<'_>) -> Result<Node> {
    parse(operand, Quantity::AllClear)
}

pub(super) fn parse_any_set(operand: &Operand<'_>) -> Result<Node> {
    parse(operand, Quantity::AnySet)
}

pub(super) fn parse_any_clear(operand: &Operand<'_>) -> Result<Node> {
    parse(operand, Quantity::AnyClear)
}

fn parse(operand: &Operand<'_>, quantity: Quantity) -> Result<Node> {
    let mut bits = Bits {
        quantity,
        mask: 0,
        beyond: Vec::new(),
    };
    match operand.value {
        ValueRef::Array(positions) => {
            for position in positions.iter() {
                bits.add(parse_position(position)?);
            }
        }
        ValueRef::Binary(binary) => {
            for (index, byte) in binary.bytes.iter().enumerate() {
                let set = (0..8).filter(|bit| byte >> bit & 1 == 1);
                set.for_each(|bit| bits.add(index as u32 * 8 + bit));
            }
        }
        number if number.is_number() => {
            let mask = number
                .to_i64_exact()
                .and_then(|mask| u64::try_from(mask).ok());
            bits.mask = mask.ok_or_else(|| {
                Error::failed_to_parse(format_args!(
                    "{} expects a non-negative 64-bit integer as bitmask",
                    operand.name
                ))
            })?;
        }
        _ => {
            return Err(Error::bad_value(format_args!(
                "{} takes an Array, a number, or a BinData",
                operand.name
            )));
        }
    }
    Ok(Node::field(operand.path, bits))
}

fn parse_position(position: ValueRef<'_>) -> Result<u32> {
    let position = position.to_i64_exact();
    let position = position.and_then(|position| i32::try_from(position).ok());
    let position = position.and_then(|position| u32::try_from(position).ok());
    position.ok_or_else(|| Error::bad_value("bit positions must be non-negative 32-bit integers"))
}

impl Bits {
    fn add(&mut self, position: u32) {
        if position < 64 {
            self.mask |= 1 << position;
        } else {
            self.beyond.push(position);
        }
    }

    /// Given the lower 64 bits and a look at those beyond.
    fn test(&self, low: u64, is_set: &dyn Fn(u32) -> bool) -> bool {
        let mut beyond = self.beyond.iter();
        match self.quantity {
            Quantity::AllSet => !low & self.mask == 0 && beyond.all(|&bit| is_set(bit)),
            Quantity::AllClear => low & self.mask == 0 && !beyond.any(|&bit| is_set(bit)),
            Quantity::AnySet => low & self.mask != 0 || beyond.any(|&bit| is_set(bit)),
            Quantity::AnyClear => !low & self.mask != 0 || !beyond.all(|&bit| is_set(bit)),
        }
    }
}

impl Predicate for Bits {
    fn test(&self, value: Option<ValueRef<'_>>, _: Run<'_>) -> Result<bool> {
        let Some(value) = value else {
            return Ok(false);
        };
        if let ValueRef::Binary(binary) = value {
            let mut low = [0u8; 8];
            for (to, from) in low.iter_mut().zip(binary.bytes) {
                *to = *from;
            }
            let is_set = |bit: u32| {
                let byte = binary.bytes.get(bit as usize / 8);
                byte.is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
            };
            return Ok(self.test(u64::from_le_bytes(low), &is_set));
        }
        // Numbers that are no 64-bit integers never match.
        Ok(value
            .to_i64_exact()
            .is_some_and(|number| self.test(number as u64, &|_| number < 0)))
    }

    fn cost(&self) -> u32 {
        2
    }
}

#[cfg(test)]
mod tests {
    use crate::matcher::testing::{check, check_error};

    #[test]
    fn bits() {
        check("{a: {$bitsAllSet: [1, 3]}}", "{a: 10}", true);
        check("{a: {$bitsAllSet: 35}}", "{a: 255.0}", true);
        check("{a: {$bitsAllClear: [200]}}", "{a: -5}", false);
        check("{a: {$bitsAnyClear: [100]}}", "{a: 5}", true);
        check("{a: {$bitsAnySet: []}}", "{a: 5}", false);
        check("{a: {$bitsAllSet: []}}", "{a: 'x'}", false);
        check("{a: {$bitsAllSet: 0}}", "{a: 1.5}", false);
    }

    #[test]
    fn errors() {
        check_error("{a: {$bitsAllSet: 'x'}}", 2);
        check_error("{a: {$bitsAllSet: -1}}", 9);
        check_error("{a: {$bitsAllSet: 1.5}}", 9);
        check_error("{a: {$bitsAllSet: [-1]}}", 2);
        check_error("{a: {$bitsAllSet: ['x']}}", 2);
    }
}
