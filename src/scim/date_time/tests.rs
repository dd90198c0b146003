use std::string::String;

use proptest::prelude::*;

use super::{date, days_before, instant};

#[track_caller]
fn reads(text: &str, expected: &str) {
    assert_eq!(instant(text).as_deref(), Some(expected), "{text}");
    assert_eq!(
        instant(expected).as_deref(),
        Some(expected),
        "its own image: {expected}"
    );
}

#[track_caller]
fn refuses(text: &str) {
    assert_eq!(instant(text), None, "{text}");
}

#[test]
fn rfc_examples() {
    // RFC 7643 §2.3.5, RFC 7644 §3.4.2.2, RFC 3339 §5.8.
    reads("2008-01-23T04:56:22Z", "2008-01-23T04:56:22.000000000Z");
    reads("2011-05-13T04:42:34Z", "2011-05-13T04:42:34.000000000Z");
    reads("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520000000Z");
    reads(
        "1996-12-19T16:39:57-08:00",
        "1996-12-20T00:39:57.000000000Z",
    );
    reads("1990-12-31T23:59:60Z", "1990-12-31T23:59:59.999999999Z");
    reads(
        "1990-12-31T15:59:60-08:00",
        "1990-12-31T23:59:59.999999999Z",
    );
    reads(
        "1937-01-01T12:00:27.87+00:20",
        "1937-01-01T11:40:27.870000000Z",
    );
}

#[test]
fn forms() {
    reads("2011-05-13t04:42:34z", "2011-05-13T04:42:34.000000000Z");
    reads("2011-05-13T04:42:34", "2011-05-13T04:42:34.000000000Z");
    reads(
        "2011-05-13T04:42:34-00:00",
        "2011-05-13T04:42:34.000000000Z",
    );
    reads(
        "2011-05-13T04:42:34.1234567890123Z",
        "2011-05-13T04:42:34.123456789Z",
    );
    reads("2011-12-31T24:00:00Z", "2012-01-01T00:00:00.000000000Z");
    reads("2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000000000Z");
}

#[test]
fn ends_of_the_calendar() {
    reads("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000000Z");
    reads(
        "9999-12-31T23:59:59.999999999Z",
        "9999-12-31T23:59:59.999999999Z",
    );
    refuses("0000-01-01T00:00:00+00:01");
    refuses("9999-12-31T23:59:59-00:01");
    refuses("9999-12-31T24:00:00Z");
    refuses("10000-01-01T00:00:00Z");
    refuses("-0001-01-01T00:00:00Z");
}

#[test]
fn refused() {
    for text in [
        "",
        "2011",
        "2011-05-13",
        "04:42:34Z",
        "2011-05-13 04:42:34Z",
        "2011-05-13T04:42Z",
        "2011-5-13T04:42:34Z",
        "2011-05-13T04:42:34.Z",
        "2011-05-13T04:42:34,5Z",
        "2011-05-13T04:42:34+0100",
        "2011-05-13T04:42:34+01",
        "2011-05-13T04:42:34+24:00",
        "2011-05-13T04:42:34+01:60",
        "2011-05-13T04:42:34ZZ",
        " 2011-05-13T04:42:34Z",
        "2011-00-13T04:42:34Z",
        "2011-13-13T04:42:34Z",
        "2011-05-00T04:42:34Z",
        "2011-06-31T04:42:34Z",
        "1900-02-29T04:42:34Z",
        "2011-05-13T24:00:01Z",
        "2011-05-13T24:00:00.1Z",
        "2011-05-13T25:00:00Z",
        "2011-05-13T04:60:34Z",
        "2011-05-13T04:42:61Z",
        "2011-05-13T04:42:60Z",
        "2011-05-13T23:59:60+01:00",
        "２０11-05-13T04:42:34Z",
        "DREITSDYYQOQ",
    ] {
        refuses(text);
    }
}

/// Every day there is: the one after the other, each its own number.
#[test]
fn days_count_up() {
    let mut expected = 0;
    for year in 0..10_000 {
        for month in 1..=12 {
            for day in 1..=super::days_in_month(year, month) {
                assert_eq!(days_before(year, month) + day - 1, expected);
                assert_eq!(date(expected), Some((year, month, day)));
                expected += 1;
            }
        }
    }
    // 400 years are 146,097 days (RFC 3339 appendix C counts on the same calendar).
    assert_eq!(expected, 146_097 * 25);
    assert_eq!(date(expected), None);
}

proptest! {
    #[test]
    fn an_offset_moves_the_clock_only(hour in 0_u8..24, minute in 0_u8..60, offset in 0_u8..24) {
        let there = std::format!("2011-05-13T{hour:02}:{minute:02}:00+{offset:02}:00");
        let day = if hour < offset { 12 } else { 13 };
        let utc = (24 + hour - offset) % 24;
        let expected = std::format!("2011-05-{day}T{utc:02}:{minute:02}:00.000000000Z");
        prop_assert_eq!(instant(&there), Some(expected));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        let _ = instant(&text);
    }

    #[test]
    fn nearly_a_time(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,12})?(Z|[+-][0-9]{2}:[0-9]{2})?") {
        if let Some(image) = instant(&text) {
            prop_assert_eq!(image.len(), 30);
            prop_assert_eq!(instant(&image), Some(image.clone()));
        }
    }

    #[test]
    fn images_sort_as_instants_do(a in 0_i64..3_652_425 * 86_400, b in 0_i64..3_652_425 * 86_400) {
        prop_assert_eq!(a.cmp(&b), text(a).cmp(&text(b)));
    }
}

/// The image of the instant this many seconds after 0000-01-01T00:00:00Z.
fn text(seconds: i64) -> String {
    let (year, month, day) = date(seconds / 86_400).unwrap();
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    instant(&std::format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
    ))
    .unwrap()
}
