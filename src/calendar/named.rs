//! Named zones of the IANA time zone database.
//!
//! The table (version 2025b, 110 KB, 18 KB in the package) holds for every name the moments
//! at which the offset from UTC changed, and the rule for the years after. Little-endian:
//! the numbers of names, zones, offsets and rules (16 bits each); the offsets in seconds;
//! the rules; for each zone its first offset, its rule, the number of changes and the bytes
//! that their moments take (16 bits each); for each name its zone; the names, sorted; the
//! moments; the offsets that they bring. A moment is what it is later than the one before:
//! twice the quarters of an hour, or one more than twice the seconds, seven bits a byte.

use std::rc::Rc;

use super::civil::{civil_from_days, days_from_civil, days_in_month, weekday};

static ZONES: &[u8] = include_bytes!("zones.bin");

/// What the first moment of a zone is counted from.
const BEGINNING: i64 = -4_294_967_400;
const RULE_BYTES: usize = 24;
/// Up to here the turns of a rule are listed when a zone is read.
const LAST_YEAR_LISTED: i64 = 2099;

/// A named zone. Cheap to clone.
#[derive(Clone)]
pub struct NamedZone(Rc<History>);

struct History {
    name: Box<str>,
    first: i32,
    /// Moments in seconds since 1970, and the offset from then on.
    changes: Vec<(i64, i32)>,
    /// What holds after the last change.
    rule: Rule,
}

/// Standard time and, in part of each year, another.
struct Rule {
    standard: i32,
    summer: i32,
    /// None when there is one time all the year.
    begins_and_ends: Option<(Turn, Turn)>,
}

/// `week`th `day` of the week in a month (5 is the last), at a time of the wall clock.
#[derive(Clone, Copy)]
struct Turn {
    month: u32,
    week: i64,
    day: u32,
    seconds: i64,
}

impl PartialEq for NamedZone {
    fn eq(&self, other: &NamedZone) -> bool {
        self.0.name == other.0.name
    }
}

impl NamedZone {
    /// Seconds east of UTC at a moment (in seconds since 1970).
    pub fn offset_at(&self, seconds: i64) -> i32 {
        let history = &*self.0;
        let after = history
            .changes
            .partition_point(|change| change.0 <= seconds);
        match after.checked_sub(1) {
            None if history.changes.is_empty() => history.rule.offset_at(seconds),
            None => history.first,
            Some(last) if after == history.changes.len() => {
                // Before the rule's first turn the last change still holds.
                let (since, offset) = history.changes[last];
                history.rule.offset_since(since, offset, seconds)
            }
            Some(last) => history.changes[last].1,
        }
    }
}

impl Rule {
    fn offset_at(&self, seconds: i64) -> i32 {
        let Some((begins, ends)) = self.begins_and_ends else {
            return self.standard;
        };
        let local = seconds + i64::from(self.standard);
        let year = civil_from_days(local.div_euclid(86_400)).year;
        let begin = begins.moment(year) - i64::from(self.standard);
        let end = ends.moment(year) - i64::from(self.summer);
        let is_summer = if begin < end {
            (begin..end).contains(&seconds)
        } else {
            !(end..begin).contains(&seconds)
        };
        if is_summer {
            self.summer
        } else {
            self.standard
        }
    }

    /// Puts the turns of the years to come behind the changes: to find one there costs less than to
    /// compute it, and dates beyond are rare.
    fn extend(&self, changes: &mut Vec<(i64, i32)>) {
        let (Some((begins, ends)), Some(&(since, _))) = (self.begins_and_ends, changes.last())
        else {
            return;
        };
        let first = civil_from_days(since.div_euclid(86_400)).year;
        for year in first..=LAST_YEAR_LISTED {
            let mut turns = [
                (begins.moment(year) - i64::from(self.standard), self.summer),
                (ends.moment(year) - i64::from(self.summer), self.standard),
            ];
            if turns[0].0 > turns[1].0 {
                turns.swap(0, 1);
            }
            changes.extend(turns.into_iter().filter(|turn| turn.0 > since));
        }
    }

    /// The offset at a moment, when the last change of the history was at `since`.
    fn offset_since(&self, since: i64, offset: i32, seconds: i64) -> i32 {
        let Some((begins, ends)) = self.begins_and_ends else {
            return offset;
        };
        let first = civil_from_days(since.div_euclid(86_400)).year;
        let next_turn = (first..=first + 2)
            .flat_map(|year| {
                [
                    begins.moment(year) - i64::from(self.standard),
                    ends.moment(year) - i64::from(self.summer),
                ]
            })
            .filter(|turn| *turn > since)
            .min();
        match next_turn {
            Some(turn) if seconds >= turn => self.offset_at(seconds),
            _ => offset,
        }
    }
}

impl Turn {
    /// The wall clock's moment of the turn in a year, as if it were UTC.
    fn moment(self, year: i64) -> i64 {
        let first = days_from_civil(year, i64::from(self.month), 1);
        let to_day = (i64::from(self.day) - i64::from(weekday(first))).rem_euclid(7);
        let mut in_month = to_day + (self.week - 1) * 7;
        while in_month >= i64::from(days_in_month(year, self.month)) {
            in_month -= 7;
        }
        (first + in_month) * 86_400 + self.seconds
    }
}

/// Reads numbers from the table.
#[derive(Clone, Copy)]
struct Reader(&'static [u8]);

impl Reader {
    fn take(&mut self, count: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn small(&mut self) -> Option<usize> {
        let bytes = self.take(2)?.first_chunk()?;
        Some(usize::from(u16::from_le_bytes(*bytes)))
    }

    fn int(&mut self) -> Option<i32> {
        Some(i32::from_le_bytes(*self.take(4)?.first_chunk()?))
    }

    fn varying(&mut self) -> Option<i64> {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = *self.take(1)?.first()?;
            value |= i64::from(byte & 127) << shift;
            shift += 7;
            if byte < 128 {
                return Some(value);
            }
        }
    }

    fn turn(&mut self) -> Option<Turn> {
        let head = self.take(4)?;
        Some(Turn {
            month: u32::from(head[0]),
            week: i64::from(head[1]),
            day: u32::from(head[2]),
            seconds: i64::from(self.int()?),
        })
    }
}

/// The zone of this name; capital letters count.
pub(super) fn find(name: &str) -> Option<NamedZone> {
    read(name).map(|history| NamedZone(Rc::new(history)))
}

fn read(name: &str) -> Option<History> {
    let mut reader = Reader(ZONES);
    let (names, zones) = (reader.small()?, reader.small()?);
    let (offset_count, rule_count) = (reader.small()?, reader.small()?);
    let offsets = reader.take(offset_count * 4)?;
    let rules = reader.take(rule_count * RULE_BYTES)?;
    let heads = reader.take(zones * 8)?;
    let zone_of_name = reader.take(names * 2)?;
    let text_length = usize::try_from(reader.int()?).ok()?;
    let text = std::str::from_utf8(reader.take(text_length)?).ok()?;
    let at = text.lines().position(|line| line == name)?;
    let zone = Reader(zone_of_name.get(at * 2..)?).small()?;
    let offset = |index: usize| Reader(offsets.get(index * 4..)?).int();
    // The moments and offsets of the zones before are passed over.
    let (mut moments_before, mut changes_before) = (0, 0);
    let mut head = Reader(heads);
    for _ in 0..zone {
        head.take(4)?;
        changes_before += head.small()?;
        moments_before += head.small()?;
    }
    let (first, rule, count) = (head.small()?, head.small()?, head.small()?);
    let moments_length = usize::try_from(reader.int()?).ok()?;
    let mut moments = Reader(reader.take(moments_length)?.get(moments_before..)?);
    let mut brought = Reader(reader.0.get(changes_before * 2..)?);
    let mut changes = Vec::with_capacity(count);
    let mut moment = BEGINNING;
    for _ in 0..count {
        let step = moments.varying()?;
        moment += if step % 2 == 0 {
            step / 2 * 900
        } else {
            step / 2
        };
        changes.push((moment, offset(brought.small()?)?));
    }
    let mut rule = Reader(rules.get(rule * RULE_BYTES..)?);
    let (standard, summer) = (rule.int()?, rule.int()?);
    let turns = (rule.turn()?, rule.turn()?);
    let rule = Rule {
        standard,
        summer,
        begins_and_ends: (turns.0.month != 0).then_some(turns),
    };
    rule.extend(&mut changes);
    Some(History {
        name: name.into(),
        first: offset(first)?,
        changes,
        rule,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn offsets_in_history_and_future() {
        let check = |name: &str, seconds: i64, hours: f64| {
            let offset = find(name).unwrap().offset_at(seconds);
            assert_eq!(f64::from(offset), hours * 3600.0, "{name} at {seconds}");
        };
        check("America/New_York", 1_719_792_000, -4.0);
        check("America/New_York", 1_704_067_200, -5.0);
        check("America/New_York", 4_118_083_200, -4.0);
        check("America/New_York", 4_102_444_800, -5.0);
        check("America/New_York", 0, -5.0);
        check("Europe/Paris", -1_577_926_364, 0.0);
        check("Asia/Kathmandu", 1_704_067_200, 5.75);
        check("Pacific/Apia", 1_325_318_400, 14.0);
        check("Pacific/Apia", 1_325_318_400 - 86_400, -10.0);
        check("Australia/Lord_Howe", 1_704_067_200, 11.0);
        check("Australia/Lord_Howe", 4_118_083_200, 10.5);
        check("Europe/Dublin", 4_118_083_200, 1.0);
        check("Africa/Casablanca", 1_704_067_200, 1.0);
        check("UTC", 0, 0.0);
        check("Etc/GMT+5", 0, -5.0);
        assert!(find("America/Nowhere").is_none());
        assert!(find("").is_none());
    }

    #[test]
    fn every_name_is_read() {
        let text = include_bytes!("zones.bin");
        assert!(text.len() > 100_000);
        for name in [
            "Africa/Abidjan",
            "Zulu",
            "America/Argentina/Ushuaia",
            "Asia/Tokyo",
        ] {
            assert!(find(name).is_some(), "{name}");
        }
    }
}
