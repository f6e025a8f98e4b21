//! Time-series collections: what their options may be, and what they ask of measurements.
//!
//! Source: the manual, "Time Series Collections" and "create".

use crate::error::{Error, Result, codes};
use crate::index::{Index, IndexSpec, KeySet};
use crate::limits;
use crate::value::{DocumentBuf, DocumentRef, Kind, ValueRef};

/// The names that the database shows for where measurements are kept begin with this.
pub const BUCKETS_PREFIX: &str = "system.buckets.";

/// What writes look at.
pub struct TimeSeries {
    pub time_field: String,
    pub meta_field: Option<String>,
}

impl TimeSeries {
    /// Reads the options of a collection; `None` if it is no time series.
    pub fn of(options: DocumentRef<'_>) -> Option<TimeSeries> {
        let series = options.get("timeseries")?.as_document()?;
        let text = |name: &str| series.get(name).and_then(|value| value.as_str());
        Some(TimeSeries {
            time_field: text("timeField")?.to_owned(),
            meta_field: text("metaField").map(str::to_owned),
        })
    }

    /// The time of a measurement.
    ///
    /// Errors: `BadValue` (2) if there is none.
    pub fn time(&self, document: DocumentRef<'_>) -> Result<i64> {
        match document.get(&self.time_field) {
            Some(ValueRef::Date(time)) => Ok(time),
            _ => Err(Error::bad_value(format_args!(
                "'{}' must be present and contain a valid BSON UTC datetime value",
                self.time_field
            ))),
        }
    }

    /// Checks that no measured field in an index holds arrays.
    ///
    /// Errors: 5930501.
    pub fn check_arrays(&self, spec: &IndexSpec, multikey: &[u64]) -> Result<()> {
        let mut fields = spec.fields.iter().zip(multikey);
        match fields.any(|(field, bits)| *bits != 0 && !self.is_meta(field.path.as_str())) {
            true => Err(Error::new(
                5930501,
                "an indexed field of measurements holds an array",
            )),
            false => Ok(()),
        }
    }

    /// Checks a new measurement against the indexes.
    ///
    /// Errors: as [`TimeSeries::time`] and [`TimeSeries::check_arrays`].
    pub fn check(&self, document: DocumentRef<'_>, indexes: &[Index]) -> Result<()> {
        self.time(document)?;
        let mut keys = KeySet::default();
        for index in indexes {
            let is_measured = |path: &str| path != self.time_field && !self.is_meta(path);
            let mut fields = index.spec.fields.iter();
            if fields.any(|field| is_measured(field.path.as_str())) {
                index.keys(document, &mut keys)?;
                self.check_arrays(&index.spec, &keys.multikey)?;
            }
        }
        Ok(())
    }

    /// True for the metadata and everything in it.
    pub fn is_meta(&self, path: &str) -> bool {
        self.meta_field.as_deref().is_some_and(|meta| {
            let rest = path.strip_prefix(meta);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// The index by time that every series keeps for itself; `None` if no path names the field.
    pub fn time_index(&self) -> Option<IndexSpec> {
        let name = self.time_field.as_str();
        let is_path = !name.is_empty() && !name.starts_with('$') && !name.contains('.');
        is_path.then(|| IndexSpec::internal(name))
    }

    /// The key of the index that a new collection has; `None` without metadata.
    pub fn default_key(&self) -> Option<DocumentBuf> {
        let meta = self.meta_field.as_ref()?;
        let mut key = DocumentBuf::new();
        key.append(meta, 1);
        if *meta != self.time_field {
            key.append(&self.time_field, 1);
        }
        Some(key)
    }
}

/// A granularity: its name, and the span and the rounding that it stands for.
static GRANULARITIES: &[(&str, i64, i64)] = &[
    ("seconds", 3600, 60),
    ("minutes", 86_400, 3600),
    ("hours", 2_592_000, 86_400),
];

fn granularity(name: &str) -> Option<&'static (&'static str, i64, i64)> {
    GRANULARITIES.iter().find(|one| one.0 == name)
}

/// The fields of `timeseries` in `create`, `collMod` and `$out`, in the order in which they are
/// shown. The first two are those that never change.
static FIELDS: &[(&str, Kind)] = &[
    ("timeField", Kind::String),
    ("metaField", Kind::String),
    ("granularity", Kind::String),
    ("bucketRoundingSeconds", Kind::Int32),
    ("bucketMaxSpanSeconds", Kind::Int32),
];

/// The document `timeseries`, checked field by field.
#[derive(Clone, Copy, Default)]
pub struct TimeSeriesOptions<'a> {
    time_field: Option<&'a str>,
    meta_field: Option<&'a str>,
    granularity: Option<&'a str>,
    rounding: Option<i64>,
    span: Option<i64>,
}

impl<'a> TimeSeriesOptions<'a> {
    /// Those of a collection that is created, with the bucket's span filled in.
    ///
    /// Errors: 40413 to 40415, `TypeMismatch` (14), `BadValue` (2), `InvalidOptions` (72).
    pub fn of_new(owner: &str, document: DocumentRef<'a>) -> Result<TimeSeriesOptions<'a>> {
        TimeSeriesOptions::parse(owner, document, FIELDS)?.completed()
    }

    fn parse(
        owner: &str,
        document: DocumentRef<'a>,
        fields: &[(&str, Kind)],
    ) -> Result<TimeSeriesOptions<'a>> {
        let refuse = |code: i32, name: &str, what: &str| {
            Err(Error::new(
                code,
                format_args!("BSON field '{owner}.timeseries.{name}' {what}"),
            ))
        };
        let mut out = TimeSeriesOptions::default();
        for (at, (name, value)) in document.iter().enumerate() {
            let Some((_, kind)) = fields.iter().find(|field| field.0 == name) else {
                return refuse(40415, name, "is an unknown field.");
            };
            let is_second = |before: &str| before == name;
            if document
                .iter()
                .take(at)
                .any(|(before, _)| is_second(before))
            {
                return refuse(40413, name, "is a duplicate field");
            }
            if value.is_nullish() {
                continue;
            }
            let fits = match kind {
                Kind::String => value.kind() == Kind::String,
                _ => value.kind().is_number(),
            };
            if !fits {
                return refuse(codes::TYPE_MISMATCH, name, "is the wrong type");
            }
            let number = value.to_i64_coerced();
            if let Some(number) = number
                && !(1..=limits::BUCKET_SECONDS_MAX).contains(&number)
            {
                let what = format!("must be from 1 to {}", limits::BUCKET_SECONDS_MAX);
                return refuse(codes::BAD_VALUE, name, &what);
            }
            match name {
                "timeField" => out.time_field = value.as_str(),
                "metaField" => out.meta_field = value.as_str(),
                "granularity" => out.granularity = value.as_str(),
                "bucketRoundingSeconds" => out.rounding = number,
                _ => out.span = number,
            }
            if name == "granularity" && out.granularity.and_then(granularity).is_none() {
                return refuse(codes::BAD_VALUE, name, "is not a valid enumeration value");
            }
        }
        let is_new = fields.len() == FIELDS.len();
        if is_new && out.time_field.is_none() {
            return refuse(40414, "timeField", "is missing but a required field");
        }
        Ok(out)
    }

    fn completed(mut self) -> Result<TimeSeriesOptions<'a>> {
        let refuse = |what: &str| Err(Error::new(codes::INVALID_OPTIONS, what));
        let given = self.granularity.and_then(granularity);
        if let Some(&(_, span, rounding)) = given {
            if self.span.is_some_and(|own| own != span)
                || self.rounding.is_some_and(|own| own != rounding)
            {
                return refuse("the bucket's span and rounding must be those of 'granularity'");
            }
            self.span = Some(span);
        } else if self.span != self.rounding {
            return refuse(
                "'bucketMaxSpanSeconds' and 'bucketRoundingSeconds' must be given both, and be equal",
            );
        } else if self.span.is_none() {
            self.granularity = Some(GRANULARITIES[0].0);
            self.span = Some(GRANULARITIES[0].1);
        }
        Ok(self)
    }

    /// Checks the names of the fields, which `$out` does not.
    ///
    /// Errors: `InvalidOptions` (72).
    pub fn check_names(&self) -> Result<()> {
        let refuse = |what: &str| Err(Error::new(codes::INVALID_OPTIONS, what));
        let is_nested = |name: Option<&str>| name.is_some_and(|name| name.contains('.'));
        if is_nested(self.time_field) {
            return refuse("'timeField' must be a top-level field and not contain a '.'");
        }
        if self.meta_field == Some("_id") {
            return refuse("'metaField' cannot be '_id'");
        }
        if self.meta_field.is_some() && self.meta_field == self.time_field {
            return refuse("'metaField' cannot be the same as 'timeField'");
        }
        if is_nested(self.meta_field) {
            return refuse("'metaField' must be a top-level field and not contain a '.'");
        }
        Ok(())
    }

    /// As they are kept and shown.
    pub fn shown(&self) -> DocumentBuf {
        let mut out = DocumentBuf::new();
        let texts = [self.time_field, self.meta_field, self.granularity];
        for ((name, _), text) in FIELDS.iter().zip(texts) {
            if let Some(text) = text {
                out.append(name, text);
            }
        }
        for ((name, _), number) in FIELDS[texts.len()..].iter().zip([self.rounding, self.span]) {
            if let Some(number) = number {
                out.append(name, number as i32);
            }
        }
        out
    }

    /// The options of a collection after a change, which may only widen its buckets; `None` if
    /// nothing was asked for.
    ///
    /// Errors: as [`TimeSeriesOptions::of_new`], `InvalidOptions` (72) for narrower buckets.
    pub fn changed(old: DocumentRef<'a>, change: DocumentRef<'a>) -> Result<Option<DocumentBuf>> {
        let mut new = TimeSeriesOptions::parse("collMod", change, &FIELDS[2..])?;
        if new.granularity.is_none() && new.span.is_none() && new.rounding.is_none() {
            return Ok(None);
        }
        new = new.completed()?;
        let old = TimeSeriesOptions::parse("collMod", old, FIELDS)?;
        if new.span < old.span || new.effective_rounding() < old.effective_rounding() {
            return Err(Error::new(
                codes::INVALID_OPTIONS,
                "the buckets of a time-series collection can only become wider",
            ));
        }
        (new.time_field, new.meta_field) = (old.time_field, old.meta_field);
        Ok(Some(new.shown()))
    }

    fn effective_rounding(&self) -> Option<i64> {
        let implied = self.granularity.and_then(granularity).map(|one| one.2);
        self.rounding.or(implied)
    }
}
