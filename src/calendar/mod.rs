//! Dates and times of day: civil dates, zones, formats. Everything else counts in
//! milliseconds since 1970-01-01T00:00:00Z.

mod civil;
mod format;
mod named;
mod parse;
mod parts;
mod text;
mod zone;

pub use civil::{
    Civil, DAY_MS, IsoWeek, civil_from_days, day_of_year, days_from_civil, days_from_iso_week,
    days_in_month, is_leap, iso_week, week_of_year, weekday,
};
pub use format::{FormatError, check_read_format, check_write_format, write};
pub use parse::{ParseError, parse_date};
pub use parts::Parts;
pub use text::iso_text;
pub use zone::Zone;
