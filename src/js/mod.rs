//! The face to JavaScript: the exported classes, and the store over IndexedDB. Alone knows JavaScript.

mod database;
mod engine;
mod env;
mod frame;
mod idb;
mod indexed_db;
mod memory;
mod options;
mod panic;
mod timer;

pub use database::Database;
pub use engine::Engine;
