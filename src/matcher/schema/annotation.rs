//! `title` and `description`: words that ask nothing.

use super::{Keyword, Operand};
use crate::error::Result;

pub(super) fn parse(operand: &Operand<'_>) -> Result<Option<Box<dyn Keyword>>> {
    operand.text().map(|_| None)
}
