//! The registration table of window functions, and how an output field is read.

use super::bounds::Bounds;
use super::{Partition, Setting};
use super::{accumulated, calculus, covariance, fill, moving_average, rank, scaler, shift};
use crate::accumulator::Accumulator;
use crate::error::{Error, Result};
use crate::expression::{Dependencies, ParseScope};
use crate::value::{DocumentRef, Value, ValueRef};

/// A value for every document; `None` is missing.
pub(super) type Results = Vec<Option<Value<'static>>>;

/// A window function as it is written.
pub trait WindowFunction {
    /// The result for every document of a partition.
    fn compute(&self, partition: &Partition<'_>) -> Result<Results>;

    /// Adds what it reads of the documents.
    fn dependencies(&self, into: &mut Dependencies);
}

/// What is written as an output field.
pub struct Output(Box<dyn WindowFunction>);

/// A function that is no accumulator.
pub struct Registration {
    /// Its name, with its dollar.
    pub name: &'static str,
    parse: Parse,
    /// Whether it takes a `window`.
    takes_window: bool,
}

/// Reads a function's argument.
pub(super) type Parse = fn(&Arguments<'_, '_>) -> Result<Box<dyn WindowFunction>>;

/// What a function is parsed from.
pub(super) struct Arguments<'v, 's> {
    pub name: &'static str,
    pub argument: ValueRef<'v>,
    pub window: Option<ValueRef<'v>>,
    pub setting: &'s Setting<'s>,
    pub scope: &'s ParseScope,
}

impl Arguments<'_, '_> {
    /// The window that is written, or the whole partition.
    pub fn bounds(&self) -> Result<Bounds> {
        match self.window {
            Some(window) => Bounds::parse(window, self.setting),
            None => Ok(Bounds::all()),
        }
    }
}

const fn within(name: &'static str, parse: Parse) -> Registration {
    Registration {
        name,
        parse,
        takes_window: true,
    }
}

const fn without(name: &'static str, parse: Parse) -> Registration {
    Registration {
        name,
        parse,
        takes_window: false,
    }
}

/// The functions that are no accumulators.
pub static WINDOW_FUNCTIONS: &[Registration] = &[
    within("$covariancePop", covariance::parse_population),
    within("$covarianceSamp", covariance::parse_sample),
    without("$denseRank", rank::parse_dense_rank),
    within("$derivative", calculus::parse_derivative),
    without("$documentNumber", rank::parse_document_number),
    without("$expMovingAvg", moving_average::parse),
    within("$integral", calculus::parse_integral),
    without("$linearFill", fill::parse_linear),
    without("$locf", fill::parse_last),
    within("$minMaxScaler", scaler::parse),
    without("$rank", rank::parse_rank),
    without("$shift", shift::parse),
];

impl Output {
    /// Reads `{$function: argument, window: ...}`.
    ///
    /// Errors: `FailedToParse` (9) for no object, no function or several, another field; those of
    /// the function and of its window.
    pub fn parse(
        field: &str,
        value: ValueRef<'_>,
        setting: &Setting<'_>,
        scope: &ParseScope,
    ) -> Result<Output> {
        let Some(document) = value.as_document() else {
            return Err(Error::failed_to_parse(format_args!(
                "the field '{field}' must be an object with a window function"
            )));
        };
        let (name, argument, window) = parts(field, document)?;
        if let Some(row) = WINDOW_FUNCTIONS.iter().find(|row| row.name == name) {
            if window.is_some() && !row.takes_window {
                return Err(rank::with_window(row.name));
            }
            let function = (row.parse)(&Arguments {
                name: row.name,
                argument,
                window,
                setting,
                scope,
            })?;
            return Ok(Output(function));
        }
        if !Accumulator::exists(name) {
            return Err(Error::failed_to_parse(format_args!(
                "Unrecognized window function, {name}"
            )));
        }
        let bounds = match window {
            Some(window) => Bounds::parse(window, setting)?,
            None => Bounds::all(),
        };
        let accumulator = Accumulator::parse(name, argument, scope)?;
        Ok(Output(accumulated::over(accumulator, bounds)))
    }

    /// The results for a partition.
    pub fn compute(&self, partition: &Partition<'_>) -> Result<Results> {
        self.0.compute(partition)
    }

    /// Adds what it reads of the documents.
    pub fn dependencies(&self, into: &mut Dependencies) {
        self.0.dependencies(into);
    }
}

type Parts<'v> = (&'v str, ValueRef<'v>, Option<ValueRef<'v>>);

fn parts<'v>(field: &str, document: DocumentRef<'v>) -> Result<Parts<'v>> {
    let (mut function, mut window) = (None, None);
    for (name, value) in document.iter() {
        if name == "window" {
            window = Some(value);
        } else if !name.starts_with('$') {
            return Err(Error::failed_to_parse(format_args!(
                "the window function of '{field}' has the unexpected argument '{name}'"
            )));
        } else if function.replace((name, value)).is_some() {
            return Err(Error::failed_to_parse(format_args!(
                "the field '{field}' must have exactly one window function"
            )));
        }
    }
    match function {
        Some((name, argument)) => Ok((name, argument, window)),
        None => Err(Error::failed_to_parse(format_args!(
            "the field '{field}' has no window function"
        ))),
    }
}
