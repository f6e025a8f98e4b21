//! The update operators, one file each.

pub(super) mod add_to_set;
pub(super) mod arithmetic;
pub(super) mod bit;
pub(super) mod current_date;
pub(super) mod min_max;
pub(super) mod pop;
pub(super) mod pull;
pub(super) mod pull_all;
pub(super) mod push;
pub(super) mod set;
pub(super) mod set_on_insert;
pub(super) mod unset;
