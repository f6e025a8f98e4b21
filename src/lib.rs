#![doc = include_str!("README.md")]

pub mod catalog;
pub mod change;
pub mod env;
pub mod error;
pub mod expression;
pub mod index;
pub mod keystring;
pub mod limits;
pub mod matcher;
pub mod regex;
pub mod storage;
pub mod value;
