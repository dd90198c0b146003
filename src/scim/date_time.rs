//! Times: RFC 3339 and `xsd:dateTime` text, brought to one form that sorts (RFC 7643 §2.3.5).
//!
//! Ours, for the crates for times read RFC 3339 alone: not a time without a zone, `24:00:00`, or
//! the leap second as an instant of its own, which `xsd:dateTime` and RFC 3339 have; and they bring
//! a calendar, zones and floats along, in a Worker whose size is counted.

use alloc::string::String;

const MINUTES_A_DAY: i64 = 24 * 60;

/// The instant that a text names, as `YYYY-MM-DDTHH:MM:SS.nnnnnnnnnZ`: two texts name the same
/// instant if these are equal, the earlier one if it is less. `None` if the text is not a time.
///
/// Read is what RFC 3339 and `xsd:dateTime` (which RFC 7643 §2.3.5 asks for) have, with the years
/// 0000 to 9999 of the proleptic Gregorian calendar, before and after the offset is taken off:
/// - A time without a zone is one in UTC: `xsd:dateTime` leaves the zone out at will and the choice
///   to the reader.
/// - `24:00:00` is the midnight that ends the day (xsd).
/// - The leap second `23:59:60` in UTC (RFC 3339) is the last nanosecond of its minute: after all
///   other instants of the minute, before the next, and a row of digits that every reader of the
///   database understands.
/// - Digits of a second beyond the ninth are dropped.
///
/// ```
/// use scim::date_time::instant;
/// assert_eq!(instant("2011-05-13T04:42:34Z").unwrap(), "2011-05-13T04:42:34.000000000Z");
/// assert_eq!(instant("2011-05-12T21:42:34.5-07:00"), instant("2011-05-13T04:42:34.500Z"));
/// assert_eq!(instant("2011-02-29T00:00:00Z"), None);
/// ```
pub fn instant(text: &str) -> Option<String> {
    let mut input = Input(text.as_bytes());
    let year = input.number(4)?;
    input.byte(b"-")?;
    let month = input.number(2)?;
    input.byte(b"-")?;
    let day = input.number(2)?;
    input.byte(b"Tt")?;
    let hour = input.number(2)?;
    input.byte(b":")?;
    let minute = input.number(2)?;
    input.byte(b":")?;
    let mut second = input.number(2)?;
    let mut nanosecond = input.fraction()?;
    let offset = input.offset()?;
    if !input.0.is_empty() {
        return None;
    }

    let end_of_day = hour == 24 && (minute, second, nanosecond) == (0, 0, 0);
    let in_month = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
    if !in_month || (hour > 23 && !end_of_day) || minute > 59 || second > 60 {
        return None;
    }
    let minutes =
        days_before(year, month) * MINUTES_A_DAY + (day - 1) * MINUTES_A_DAY + hour * 60 + minute
            - offset;
    let in_day = minutes.rem_euclid(MINUTES_A_DAY);
    if second == 60 {
        if in_day != MINUTES_A_DAY - 1 {
            return None;
        }
        (second, nanosecond) = (59, 999_999_999);
    }
    let (year, month, day) = date(minutes.div_euclid(MINUTES_A_DAY))?;

    let mut text = String::with_capacity(30);
    let parts = [
        (year, 4, '-'),
        (month, 2, '-'),
        (day, 2, 'T'),
        (in_day / 60, 2, ':'),
        (in_day % 60, 2, ':'),
        (second, 2, '.'),
        (nanosecond, 9, 'Z'),
    ];
    for (number, width, behind) in parts {
        push_digits(&mut text, number, width);
        text.push(behind);
    }
    Some(text)
}

/// The moment this many milliseconds after 1970, as `meta` has it: UTC with three digits of a
/// second.
///
/// ```
/// use scim::date_time::from_milliseconds;
/// assert_eq!(from_milliseconds(951_782_400_007), "2000-02-29T00:00:00.007Z");
/// ```
pub fn from_milliseconds(milliseconds: u64) -> String {
    const DAY: i64 = 86_400_000;
    let milliseconds = i64::try_from(milliseconds).unwrap_or(i64::MAX);
    let (year, month, day) =
        date(days_before_year(1970) + milliseconds / DAY).unwrap_or((9999, 12, 31));
    let in_day = milliseconds % DAY;
    let mut text = String::with_capacity(24);
    let parts = [
        (year, 4, '-'),
        (month, 2, '-'),
        (day, 2, 'T'),
        (in_day / 3_600_000, 2, ':'),
        (in_day / 60_000 % 60, 2, ':'),
        (in_day / 1_000 % 60, 2, '.'),
        (in_day % 1_000, 3, 'Z'),
    ];
    for (number, width, behind) in parts {
        push_digits(&mut text, number, width);
        text.push(behind);
    }
    text
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 0000-01-01 to the first of this month.
fn days_before(year: i64, month: i64) -> i64 {
    let months: i64 = (1..month).map(|month| days_in_month(year, month)).sum();
    days_before_year(year) + months
}

/// Days from 0000-01-01 to the first of this year: 365 for each year before it and one for each
/// leap year among them, of which 0000 is one.
const fn days_before_year(year: i64) -> i64 {
    if year == 0 {
        return 0;
    }
    let last = year - 1;
    year * 365 + last / 4 - last / 100 + last / 400 + 1
}

/// The date that is this many days after 0000-01-01, within the years 0000 to 9999.
fn date(days: i64) -> Option<(i64, i64, i64)> {
    if !(0..days_before_year(10_000)).contains(&days) {
        return None;
    }
    // 366 days to the year never overshoots, and falls short by 20 years at the most.
    let mut year = days / 366;
    while days_before_year(year + 1) <= days {
        year += 1;
    }
    let mut day = days - days_before_year(year);
    let mut month = 1;
    while day >= days_in_month(year, month) {
        day -= days_in_month(year, month);
        month += 1;
    }
    Some((year, month, day + 1))
}

fn push_digits(text: &mut String, number: i64, width: u32) {
    for place in (0..width).rev() {
        let digit = number / 10_i64.pow(place) % 10;
        text.push(char::from(b'0' + u8::try_from(digit).unwrap_or(0)));
    }
}

/// What is left to read.
struct Input<'a>(&'a [u8]);

impl Input<'_> {
    /// One of these bytes.
    fn byte(&mut self, any: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        if !any.contains(first) {
            return None;
        }
        self.0 = rest;
        Some(*first)
    }

    fn digit(&mut self) -> Option<i64> {
        self.byte(b"0123456789")
            .map(|digit| i64::from(digit - b'0'))
    }

    /// Exactly this many digits.
    fn number(&mut self, width: usize) -> Option<i64> {
        let mut number = 0;
        for _ in 0..width {
            number = number * 10 + self.digit()?;
        }
        Some(number)
    }

    /// `["." 1*DIGIT]`, in nanoseconds.
    fn fraction(&mut self) -> Option<i64> {
        if self.byte(b".").is_none() {
            return Some(0);
        }
        let mut place = 100_000_000;
        let mut nanosecond = self.digit()? * place;
        while let Some(digit) = self.digit() {
            place /= 10;
            nanosecond += digit * place;
        }
        Some(nanosecond)
    }

    /// `["Z" / (("+" / "-") 2DIGIT ":" 2DIGIT)]`, in minutes.
    fn offset(&mut self) -> Option<i64> {
        if self.0.is_empty() || self.byte(b"Zz").is_some() {
            return Some(0);
        }
        let sign = if self.byte(b"+-")? == b'-' { -1 } else { 1 };
        let hours = self.number(2)?;
        self.byte(b":")?;
        let minutes = self.number(2)?;
        if hours > 23 || minutes > 59 {
            return None;
        }
        Some(sign * (hours * 60 + minutes))
    }
}

#[cfg(test)]
mod tests;
