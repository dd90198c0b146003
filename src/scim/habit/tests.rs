//! Which places are kept of a request, and how they are told.

use std::{format, vec::Vec};

use super::*;

#[test]
fn each_once_a_place_and_not_too_many() {
    let mut habits = Habits::default();
    for number in 0..40 {
        habits.note_at("entra-capital-op", "Operations.op");
        habits.note_at("number-for-string", "title");
        habits.leave_out(UNKNOWN_ATTRIBUTE, &format!("a{number}"));
    }
    assert_eq!(
        habits.names(),
        ["entra-capital-op", "number-for-string", UNKNOWN_ATTRIBUTE]
    );
    assert_eq!(habits.entries().len(), 2 + MAX_PATHS);
    assert_eq!(habits.left_out().count(), MAX_PATHS + 1);
    assert_eq!(habits.left_out().last(), Some("..."));
}

#[test]
fn a_client_hears_all_words_of_a_name() {
    for (name, heard) in [
        ("job title", "job%20title"),
        ("extension attribute 1", "extension%20attribute%201"),
        ("job  title", "job?"),
        ("title eq \"ada\"", "title?"),
        ("job title\r\nSet-Cookie: a", "job?"),
        ("job \u{fc}", "job?"),
    ] {
        let mut habits = Habits::default();
        habits.leave_out(UNKNOWN_ATTRIBUTE, name);
        assert_eq!(habits.left_out().collect::<Vec<_>>(), [heard]);
        assert_eq!(habits.entries()[0].path, log_path(name));
    }
}

#[test]
fn a_place_has_no_value_and_no_character_that_a_header_lacks() {
    for (text, kept) in [
        ("emails", "emails"),
        ("emails[type eq \"a]b\"].value", "emails.value"),
        ("emails[type eq \"work\"", "emails?"),
        ("emails[type eq \"work\"]value", "emails?"),
        ("emails[type eq \"work\"]Hunter2Pass", "emails?"),
        ("emails[a[b eq 1]].c", "emails.c"),
        ("schemas eq \"urn:x\"", "schemas?"),
        ("ünknown", "\"\\u00fcnknown\""),
        ("", "\"\""),
        ("  ", "\"  \""),
        (" title", "\" title\""),
        ("\u{85}", "\"\\u0085\""),
        ("\u{85}title", "\"\\u0085?\""),
        ("a\u{0}b\u{7f}", "\"a\\u0000b\\u007f\""),
        ("title\r\nSet-Cookie: a", "\"title\\u000d?\""),
        ("\u{1f980}", "\"\\ud83e\\udd80\""),
        ("job title", "job?"),
        ("a,b", "a?"),
        (
            "http://schemas.microsoft.com/2006/11/Group",
            "http://schemas.microsoft.com/2006/11/Group",
        ),
    ] {
        assert_eq!(log_path(text), kept, "{text}");
    }
    for long in ["a", "é", " ", "["] {
        assert!(
            log_path(&long.repeat(500_000)).len() < MAX_PLACE + 12,
            "{long}"
        );
    }
}
