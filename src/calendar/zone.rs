//! Time zones: fixed offsets from UTC, and named zones with their history.

use super::named::{self, NamedZone};

/// A time zone. Cheap to clone.
#[derive(Clone, PartialEq)]
pub enum Zone {
    /// Seconds east of UTC.
    Offset(i32),
    /// A zone of the IANA time zone database.
    Named(NamedZone),
}

impl Zone {
    /// Universal time.
    pub const UTC: Zone = Zone::Offset(0);

    /// Reads `+hh`, `+hhmm`, `+hh:mm`, or a zone's name such as `Europe/Paris`, `UTC`, `GMT`.
    pub fn parse(text: &str) -> Option<Zone> {
        if matches!(text, "UTC" | "GMT" | "Z") {
            return Some(Zone::UTC);
        }
        match text.as_bytes().first()? {
            b'+' | b'-' => parse_offset(text).map(Zone::Offset),
            _ => named::find(text).map(Zone::Named),
        }
    }

    /// Seconds east of UTC at a moment.
    pub fn offset_at(&self, millis: i64) -> i32 {
        match self {
            Zone::Offset(seconds) => *seconds,
            Zone::Named(zone) => zone.offset_at(millis.div_euclid(1000)),
        }
    }

    /// The wall clock at a moment, as if it were UTC.
    pub fn to_local(&self, millis: i64) -> i64 {
        millis.saturating_add(i64::from(self.offset_at(millis)) * 1000)
    }

    /// The moment at which the wall clock shows this. Of two such moments it is the earlier;
    /// a time that the clock skips counts on from before the gap.
    pub fn to_utc(&self, local: i64) -> i64 {
        let Zone::Named(zone) = self else {
            return local.saturating_sub(i64::from(self.offset_at(0)) * 1000);
        };
        let seconds = local.div_euclid(1000);
        // The offset a day before is right except shortly behind a change.
        let before = zone.offset_at(seconds - 86_400);
        let after = zone.offset_at(seconds + 86_400);
        let with = |offset: i32| seconds - i64::from(offset);
        let offset = if zone.offset_at(with(before)) == before {
            before
        } else if zone.offset_at(with(after)) == after {
            after
        } else {
            before
        };
        local.saturating_sub(i64::from(offset) * 1000)
    }
}

/// Seconds of `+hh`, `+hhmm` or `+hh:mm`; minutes may be up to 99.
fn parse_offset(text: &str) -> Option<i32> {
    let (sign, digits) = text.split_at(1);
    let digits = match digits.len() {
        2 => format!("{digits}00"),
        4 => digits.to_owned(),
        5 if digits.as_bytes()[2] == b':' => digits.replacen(':', "", 1),
        _ => return None,
    };
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i32 = digits.parse().ok()?;
    let seconds = (number / 100 * 60 + number % 100) * 60;
    Some(if sign == "-" { -seconds } else { seconds })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn offsets() {
        let check = |text: &str, expected: Option<i32>| {
            assert_eq!(
                Zone::parse(text).map(|zone| zone.offset_at(0)),
                expected,
                "{text}"
            );
        };
        check("UTC", Some(0));
        check("+05:30", Some(19_800));
        check("-0330", Some(-12_600));
        check("+03", Some(10_800));
        check("-99:99", Some(-362_340));
        check("+100:00", None);
        check("+5", None);
        check("", None);
        check("Nowhere", None);
        check("america/new_york", None);
    }

    #[test]
    fn wall_clocks_go_round() {
        let zone = Zone::parse("-05:00").unwrap();
        assert_eq!(zone.to_local(0), -18_000_000);
        assert_eq!(zone.to_utc(-18_000_000), 0);
    }
}
