//! Civil dates: the proleptic Gregorian calendar, in days and milliseconds since 1970.

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;

/// A day of the calendar; the year may be zero or negative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Civil {
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
}

/// A week of ISO 8601: weeks begin on Monday, and week 1 holds the year's first Thursday.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IsoWeek {
    pub year: i64,
    /// 1 to 53.
    pub week: u32,
    /// 1 (Monday) to 7 (Sunday).
    pub day: u32,
}

/// Days before a month in a year that begins with March.
fn days_before(month_from_march: i64) -> i64 {
    (153 * month_from_march + 2) / 5
}

/// Days since 1970-01-01 of a date. Months and days out of range count on: month 13 is
/// January of the next year, day 0 the last of the month before.
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let months = month - 1;
    let year = year + months.div_euclid(12);
    let month = months.rem_euclid(12) + 1;
    // The year begins with March, so that the leap day is its last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = days_before((month + 9) % 12) + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a day since 1970-01-01.
pub fn civil_from_days(days: i64) -> Civil {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    Civil {
        year: era * 400 + year_of_era + i64::from(month <= 2),
        month: month as u32,
        day: (of_year - days_before(from_march) + 1) as u32,
    }
}

/// True for a year with 366 days.
pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The number of days of a month (1 to 12).
pub fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        2 => 28 + u32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The day of the week: 0 (Sunday) to 6 (Saturday).
pub fn weekday(days: i64) -> u32 {
    (days + 4).rem_euclid(7) as u32
}

/// The day of the year, from 1.
pub fn day_of_year(days: i64) -> u32 {
    let year = civil_from_days(days).year;
    (days - days_from_civil(year, 1, 1) + 1) as u32
}

/// The week of the year by Sundays: days before the first Sunday are week 0.
pub fn week_of_year(days: i64) -> u32 {
    (day_of_year(days) + 6 - weekday(days)) / 7
}

/// The week of ISO 8601.
pub fn iso_week(days: i64) -> IsoWeek {
    let day = (weekday(days) + 6) % 7;
    // The Thursday of the week decides the year.
    let thursday = days - i64::from(day) + 3;
    IsoWeek {
        year: civil_from_days(thursday).year,
        week: (day_of_year(thursday) - 1) / 7 + 1,
        day: day + 1,
    }
}

/// Days since 1970-01-01 of a day of ISO 8601's calendar; weeks and days out of range count
/// on.
pub fn days_from_iso_week(year: i64, week: i64, day: i64) -> i64 {
    // The fourth of January is always in week 1.
    let fourth = days_from_civil(year, 1, 4);
    let monday = fourth - i64::from((weekday(fourth) + 6) % 7);
    monday + (week - 1) * 7 + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree() {
        for days in (-1_000_000..1_000_000).step_by(97) {
            let date = civil_from_days(days);
            assert_eq!(
                days_from_civil(date.year, date.month.into(), date.day.into()),
                days
            );
            assert!((1..=12).contains(&date.month));
            assert!((1..=days_in_month(date.year, date.month)).contains(&date.day));
            let iso = iso_week(days);
            assert_eq!(
                days_from_iso_week(iso.year, iso.week.into(), iso.day.into()),
                days
            );
        }
    }

    #[test]
    fn known_days() {
        let day = days_from_civil;
        assert_eq!(day(1970, 1, 1), 0);
        assert_eq!(day(2000, 3, 1), 11_017);
        assert_eq!(day(1969, 12, 31), -1);
        assert_eq!(day(2020, 14, 0), day(2021, 1, 31));
        assert_eq!(weekday(day(2024, 6, 15)), 6);
        assert_eq!(day_of_year(day(2024, 12, 31)), 366);
        assert_eq!(week_of_year(day(2023, 1, 1)), 1);
        assert_eq!(week_of_year(day(2022, 1, 1)), 0);
        let iso = iso_week(day(2021, 1, 3));
        assert_eq!((iso.year, iso.week, iso.day), (2020, 53, 7));
    }
}
