//! A moment as text of ISO 8601.

use super::civil::{DAY_MS, civil_from_days};

/// `2024-06-15T12:30:45.678Z`; `None` for years that four digits cannot show.
pub fn iso_text(millis: i64) -> Option<String> {
    let date = civil_from_days(millis.div_euclid(DAY_MS));
    if !(0..=9999).contains(&date.year) {
        return None;
    }
    let of_day = millis.rem_euclid(DAY_MS);
    let mut text = String::with_capacity(24);
    put(&mut text, date.year as u64, 4, '-');
    put(&mut text, date.month.into(), 2, '-');
    put(&mut text, date.day.into(), 2, 'T');
    put(&mut text, (of_day / 3_600_000) as u64, 2, ':');
    put(&mut text, (of_day / 60_000 % 60) as u64, 2, ':');
    put(&mut text, (of_day / 1000 % 60) as u64, 2, '.');
    put(&mut text, (of_day % 1000) as u64, 3, 'Z');
    Some(text)
}

/// Writes a number with leading zeros, and what follows it.
fn put(text: &mut String, number: u64, width: usize, behind: char) {
    put_digits(text, number, width);
    text.push(behind);
}

/// Writes a number with leading zeros.
pub(super) fn put_digits(text: &mut String, number: u64, width: usize) {
    let digits = number.to_string();
    (digits.len()..width).for_each(|_| text.push('0'));
    text.push_str(&digits);
}

#[cfg(test)]
mod tests {
    use super::iso_text;

    #[test]
    fn moments_as_text() {
        let check = |millis, expected: Option<&str>| {
            assert_eq!(iso_text(millis).as_deref(), expected);
        };
        check(0, Some("1970-01-01T00:00:00.000Z"));
        check(-1, Some("1969-12-31T23:59:59.999Z"));
        check(1_718_454_645_678, Some("2024-06-15T12:30:45.678Z"));
        check(253_402_300_800_000, None);
        check(-62_167_219_200_000, Some("0000-01-01T00:00:00.000Z"));
    }
}
