//! A moment taken apart by a wall clock.

use super::Zone;
use super::civil::{Civil, DAY_MS, civil_from_days};

/// A moment taken apart.
#[derive(Clone, Copy)]
pub struct Parts {
    /// Days since 1970-01-01, by the wall clock.
    pub days: i64,
    pub date: Civil,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub millisecond: u32,
    /// Seconds east of UTC.
    pub offset: i32,
}

impl Parts {
    /// What calendar and clock of a zone show at a moment.
    pub fn of(millis: i64, zone: &Zone) -> Parts {
        let offset = zone.offset_at(millis);
        let local = millis.saturating_add(i64::from(offset) * 1000);
        let days = local.div_euclid(DAY_MS);
        let of_day = local.rem_euclid(DAY_MS) as u32;
        Parts {
            days,
            date: civil_from_days(days),
            hour: of_day / 3_600_000,
            minute: of_day / 60_000 % 60,
            second: of_day / 1000 % 60,
            millisecond: of_day % 1000,
            offset,
        }
    }
}
