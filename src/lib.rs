#![doc = include_str!("README.md")]

pub mod env;
pub mod error;
pub mod expression;
pub mod keystring;
pub mod limits;
pub mod storage;
pub mod value;
