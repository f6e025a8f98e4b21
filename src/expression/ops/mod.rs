//! The operators: one file each, or one per family that shares everything.

pub(super) mod add;
pub(super) mod boolean;
pub(super) mod comparison;
pub(super) mod cond;
pub(super) mod divide;
pub(super) mod if_null;
pub(super) mod let_in;
pub(super) mod literal;
pub(super) mod magnitude;
pub(super) mod mod_operator;
pub(super) mod multiply;
pub(super) mod round;
pub(super) mod subtract;
pub(super) mod switch;
