//! The options of a database, from a JavaScript object.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use crate::error::Error;
use crate::persist::{self, Durability};

/// How long a buffered write waits, by default.
const BUFFER_MS: u32 = 100;

/// The options of `Database::open`. Read by hand: what `serde` brings to say what it found
/// instead of the expected is 12 KB of the module.
pub(super) struct Options {
    /// `"strict"` (on the disk; the default), `"relaxed"` (handed to the operating system) or
    /// `"buffered"` (in memory, and handed over soon).
    durability: Durability,
    buffered: bool,
    /// How long a buffered write may wait, in milliseconds. Default: 100.
    buffer_ms: u32,
    /// Makes ids, `$rand` and `$sample` repeatable.
    pub seed: Option<u64>,
    /// What can be read of a damaged database is opened, for `tussockSnapshot` alone.
    pub damaged: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            durability: Durability::Strict,
            buffered: false,
            buffer_ms: BUFFER_MS,
            seed: None,
            damaged: false,
        }
    }
}

impl Options {
    /// How the database is kept.
    pub fn kept(&self) -> persist::Options {
        persist::Options {
            durability: self.durability,
            buffer_ms: self.buffered.then_some(self.buffer_ms),
            ..persist::Options::default()
        }
    }

    /// Reads them from a JavaScript object. What is `undefined` keeps its default.
    ///
    /// Errors: `TypeMismatch` (14), `BadValue` (2) for a mode or an option that there is not.
    pub fn of(bag: &JsValue) -> Result<Options, Error> {
        let mut options = Options::default();
        if bag.is_undefined() || bag.is_null() {
            return Ok(options);
        }
        let Some(bag) = bag.dyn_ref::<Object>() else {
            return Err(Error::type_mismatch("the options must be an object"));
        };
        for entry in Object::entries(bag).iter() {
            let entry: Array = entry.unchecked_into();
            let (name, value) = (entry.get(0).as_string().unwrap_or_default(), entry.get(1));
            if value.is_undefined() {
                continue;
            }
            let mismatch =
                |wanted: &str| Error::type_mismatch(format_args!("{name} must be {wanted}"));
            let whole = |end: f64| {
                let number = value.as_f64();
                number.filter(|number| number.fract() == 0.0 && (0.0..end).contains(number))
            };
            match name.as_str() {
                "durability" => {
                    let mode = value.as_string().ok_or_else(|| mismatch("a string"))?;
                    (options.durability, options.buffered) = match mode.as_str() {
                        "strict" => (Durability::Strict, false),
                        "relaxed" => (Durability::Relaxed, false),
                        "buffered" => (Durability::Relaxed, true),
                        _ => {
                            return Err(Error::bad_value(format_args!(
                                "durability must be 'strict', 'relaxed' or 'buffered', not '{mode}'"
                            )));
                        }
                    };
                }
                "bufferMs" => {
                    let ms = whole(4_294_967_296.0);
                    options.buffer_ms = ms.ok_or_else(|| mismatch("a whole number"))? as u32;
                }
                "seed" => {
                    let seed = u64::try_from(value.clone()).ok();
                    let seed = seed.or_else(|| whole(9_007_199_254_740_992.0).map(|s| s as u64));
                    options.seed = Some(seed.ok_or_else(|| mismatch("a whole number"))?);
                }
                "damaged" => {
                    let damaged = value.as_bool();
                    options.damaged = damaged.ok_or_else(|| mismatch("a boolean"))?;
                }
                _ => {
                    return Err(Error::bad_value(format_args!(
                        "there is no option '{name}'"
                    )));
                }
            }
        }
        Ok(options)
    }
}
