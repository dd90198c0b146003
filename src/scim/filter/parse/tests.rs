use std::format;
use std::string::{String, ToString};

use proptest::prelude::*;

use super::{MAX_COMPARISONS, MAX_DEPTH, MAX_VALUES, too_many_comparisons};
use crate::error::ScimType;
use crate::filter::{CompareValue, Filter};

/// Reads as what is printed, and that reads as the same again.
#[track_caller]
fn reads(text: &str, printed: &str) {
    let filter = Filter::parse(text).unwrap();
    assert_eq!(filter.to_string(), printed);
    assert_eq!(Filter::parse(printed).unwrap(), filter);
}

/// Reads as itself.
#[track_caller]
fn holds(text: &str) {
    reads(text, text);
}

#[track_caller]
fn refused(text: &str, detail: &str) {
    let error = Filter::parse(text).unwrap_err();
    assert_eq!(error.scim_type(), ScimType::InvalidFilter);
    assert_eq!(
        error.detail().strip_prefix("filter: "),
        Some(detail),
        "{text}"
    );
}

#[test]
fn rfc_examples() {
    // RFC 7644 §3.4.2.2 figure 2, in its order.
    holds(r#"userName eq "bjensen""#);
    holds(r#"name.familyName co "O'Malley""#);
    holds(r#"userName sw "J""#);
    holds(r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#);
    holds("title pr");
    holds(r#"meta.lastModified gt "2011-05-13T04:42:34Z""#);
    holds(r#"meta.lastModified ge "2011-05-13T04:42:34Z""#);
    holds(r#"meta.lastModified lt "2011-05-13T04:42:34Z""#);
    holds(r#"meta.lastModified le "2011-05-13T04:42:34Z""#);
    holds(r#"title pr and userType eq "Employee""#);
    holds(r#"title pr or userType eq "Intern""#);
    holds(r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#);
    reads(
        "userType eq \"Employee\" and (emails co \"example.com\" or\n  emails.value co \"example.org\")",
        r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
    );
    holds(
        r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#,
    );
    reads(
        r#"userType eq "Employee" and (emails.type eq "work")"#,
        r#"userType eq "Employee" and emails.type eq "work""#,
    );
    holds(r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#);
    holds(
        r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
    );
    // And the two of its prose.
    reads(r#"userName Eq "john""#, r#"userName eq "john""#);
    holds(r#"Username eq "john""#);
}

#[test]
fn errata() {
    // 4670: "and" before "or"; a comparison before both.
    reads(
        r#"title sw "M" and userType eq "Employee""#,
        r#"title sw "M" and userType eq "Employee""#,
    );
    reads("a pr or (b pr and c pr)", "a pr or b pr and c pr");
    reads("(a pr or b pr) and c pr", "(a pr or b pr) and c pr");
    reads(
        "(a pr and b pr) or (c pr and d pr)",
        "a pr and b pr or c pr and d pr",
    );
    // "not" before "and".
    reads("not (a pr) and b pr", "not (a pr) and b pr");
    reads("not (a pr and b pr)", "not (a pr and b pr)");
    // 7319: a space behind "not", or none.
    reads("not(a pr)", "not (a pr)");
    reads("NOT   ( a pr )", "not (a pr)");
    // 7322: groups in a value path.
    reads(
        r#"emails[type eq "work" or (type eq "home" and value ew "@example.com")]"#,
        r#"emails[type eq "work" or type eq "home" and value ew "@example.com"]"#,
    );
    holds(r#"emails[type eq "work" and (type eq "home" or value ew "@example.com")]"#);
    holds(r#"emails[not (type eq "work")]"#);
    // 4690: no value path in a value path.
    refused(
        "a[b[c pr]]",
        "a value path cannot stand within another, as it does at character 4",
    );
}

#[test]
fn groups_keep_their_shape() {
    holds("a pr and (b pr and c pr)");
    holds("(a pr and b pr) and c pr");
    holds("a pr or (b pr or c pr)");
    holds("not (not (a pr))");
    holds("not (a pr or b pr) or c pr");
    reads("((((a pr))))", "a pr");
    reads("a pr and b pr and c pr", "a pr and b pr and c pr");
}

#[test]
fn value_path_with_a_sub_attribute_behind() {
    reads(
        r#"emails[type eq "work"].value eq "b@example.com""#,
        r#"emails[type eq "work" and value eq "b@example.com"]"#,
    );
    reads(
        r#"emails[type eq "work" and primary eq true].value pr or a pr"#,
        r#"emails[type eq "work" and primary eq true and value pr] or a pr"#,
    );
    reads(
        "emails[type pr or primary pr].value ne \"x\"",
        "emails[(type pr or primary pr) and value ne \"x\"]",
    );
    refused(
        "emails[type pr]. pr",
        "expected the name of a sub-attribute at character 17, found ' '",
    );
    refused(
        "emails[type pr].value",
        "expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr) at character 22, found the end",
    );
}

#[test]
fn values() {
    reads(
        "a eq TRUE or a eq False or a eq NULL",
        "a eq true or a eq false or a eq null",
    );
    for number in [
        "0",
        "-1",
        "42",
        "1.5",
        "-0.25",
        "1e3",
        "1E+3",
        "18446744073709551615",
    ] {
        // As it was sent: it may be an id.
        holds(&std::format!("a gt {number}"));
    }
    reads(r#"a eq "\u00e9\/\n""#, "a eq \"é/\\u000a\"");
    reads(r#"a eq "\ud83e\udd80""#, "a eq \"🦀\"");
    holds(r#"a eq "say \"hi\" \\""#);
    holds(r#"a eq """#);
    holds(r#"a eq "and (b] or not""#);
    holds("a eq \"日本\" and b pr");
}

/// authentik of 2024 asks `userName eq akuser`: a word is a string where it can be nothing else.
#[test]
fn words_without_quotes() {
    holds("userName eq akuser");
    holds("userName eq o'brien+x@example.com and active eq true");
    holds("a eq 019a-7c or b eq 007 or c gt 2026-01-31T12:00:00Z");
    holds("emails[type eq work and value co @example.com] or not (a eq b)");
    holds("a eq zoë");
    reads("(a eq b)", "a eq b");
    reads("a eq b\tand c pr", "a eq b and c pr");
    holds("a eq android or b eq nothing");
    holds("a eq truely or a eq nullable");
    // A number, a boolean and null are themselves.
    for text in ["a eq 12", "a eq TRUE", "a eq false", "a eq Null"] {
        let Filter::Compare(_, _, value) = Filter::parse(text).unwrap() else {
            panic!("{text}");
        };
        assert!(!matches!(value, CompareValue::Word(_)), "{text}");
    }
}

#[test]
fn refused_words() {
    // A value is missing.
    expects(VALUE, "a eq and b eq 1", "6, found 'and'");
    expects(VALUE, "a eq or", "6, found 'or'");
    expects(VALUE, "a eq not", "6, found 'not'");
    expects(VALUE, "a eq NOT (b pr)", "6, found 'NOT'");
    expects(VALUE, "a eq )", "6, found ')'");
    // The wrong quotes, or half of them.
    expects(VALUE, "a eq ‘b’", "6, found '‘b’'");
    expects(VALUE, "a eq “b”", "6, found '“b”'");
    expects(VALUE, "a eq b\"", "6, found 'b'");
    expects(VALUE, "a eq b\\n", "6, found 'b\\n'");
    // What an opening bracket ends.
    expects(VALUE, "a eq b(c)", "6, found 'b'");
    expects(VALUE, "a eq b[c]", "6, found 'b'");
    expects(VALUE, "a eq {b}", "6, found '{b}'");
    expects(VALUE, "a eq b\u{1}c", "6, found 'b\u{1}c'");
    // Only one word.
    let end = "expected 'and', 'or' or the end";
    expects(end, "displayName eq Tour Guides", "21, found 'Guides'");
}

#[test]
fn letter_case_and_spaces() {
    reads(
        "  A  EQ  1  AND  B  Pr  OR  Not (C  Pr)  ",
        "A eq 1 and B pr or not (C pr)",
    );
    reads("( a pr )and".trim_end_matches("and"), "a pr");
    reads("emails[ type pr ]", "emails[type pr]");
    reads("a pr and(b pr)", "a pr and b pr");
    reads("a\tpr\r\nand b pr", "a pr and b pr");
}

#[test]
fn keywords_as_names() {
    holds("not pr and and pr or or pr");
    holds("pr pr");
    holds(r#"eq eq "eq""#);
    holds("null eq null");
}

const OPERATOR: &str = "expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)";
const VALUE: &str = "expected a value (a string in double quotes, a number, true, false or null)";

#[track_caller]
fn expects(what: &str, text: &str, place: &str) {
    refused(text, &std::format!("{what} at character {place}"));
}

#[test]
fn refused_names_and_operators() {
    let name = "expected an attribute name";
    expects(name, "", "1, found the end");
    expects(name, "   ", "4, found the end");
    expects(name, "1a pr", "1, found '1a'");
    expects(name, "name.first.x pr", "1, found 'name.first.x'");
    expects(name, "a pr and", "9, found the end");
    expects(name, "()", "2, found ')'");
    expects(name, "a[]", "3, found ']'");
    expects(OPERATOR, "userName", "9, found the end");
    expects(OPERATOR, "userName ", "10, found the end");
    expects(OPERATOR, r#"userName regex "b""#, "10, found 'regex'");
    expects(OPERATOR, r#"userName = "b""#, "10, found '='");
    expects(OPERATOR, r#"userName"b""#, "9, found '\"'");
    expects(OPERATOR, "and a pr", "5, found 'a'");
    expects(OPERATOR, "not a pr", "5, found 'a'");
    expects(OPERATOR, "a [b pr]", "3, found '['");
    // What is repeated of an unexpected word is bounded.
    let place = std::format!("3, found '{}…'", "x".repeat(150));
    expects(OPERATOR, &std::format!("a {}", "x".repeat(10_000)), &place);
}

#[test]
fn refused_values() {
    expects(VALUE, "userName eq", "12, found the end");
    expects(VALUE, r#"userName eq"b""#, "12, found '\"'");
    expects(VALUE, "userName eq 'bjensen'", "13, found ''bjensen''");
    let quote = "expected a closing '\"' for the string";
    expects(quote, r#"a eq "b"#, "6");
    expects(quote, r#"a eq "b\""#, "6");
    for text in [r#"a eq "\x""#, r#"a eq "\ud83e""#, "a eq \"\n\""] {
        let fault = "6, found a bare control character or an escape that JSON does not have";
        expects("expected a JSON string", text, fault);
    }
}

#[test]
fn refused_structure() {
    let end = "expected 'and', 'or' or the end";
    expects(end, "a pr b pr", "6, found 'b'");
    expects(end, "a pr)", "5, found ')'");
    expects(end, r#"a eq "b"and c pr"#, "9, found 'and'");
    expects(end, "a pr xor b pr", "6, found 'xor'");
    // Positions count characters, not bytes.
    expects(end, "a eq \"日本\" x", "11, found 'x'");
    expects("expected 'and', 'or' or ')'", "(a pr", "6, found the end");
    expects("expected 'and', 'or' or ']'", "a[b pr", "7, found the end");
    expects("expected 'and', 'or' or ']'", "a[b pr)", "7, found ')'");
}

fn nested(open: &str, depth: usize, close: &str) -> String {
    std::format!("{}a pr{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn depth_is_capped() {
    assert!(Filter::parse(&nested("(", MAX_DEPTH, ")")).is_ok());
    refused(
        &nested("(", MAX_DEPTH + 1, ")"),
        "brackets nested deeper than 32 at character 33",
    );
    assert!(Filter::parse(&nested("not(", MAX_DEPTH, ")")).is_ok());
    refused(
        &nested("not (", 100_000, ")"),
        "brackets nested deeper than 32 at character 165",
    );
    let value_path = |depth| std::format!("a[{}]", nested("(", depth, ")"));
    assert!(Filter::parse(&value_path(MAX_DEPTH - 1)).is_ok());
    refused(
        &value_path(MAX_DEPTH),
        "brackets nested deeper than 32 at character 34",
    );
    // Brackets beside each other do not nest.
    let beside = std::vec!["(a pr)"; MAX_COMPARISONS].join(" or ");
    assert!(Filter::parse(&beside).is_ok());
}

#[test]
fn comparisons_are_capped() {
    let chain = |length| std::vec!["a eq 1"; length].join(" or ");
    let words = too_many_comparisons();
    assert!(words.starts_with("more than 64 comparisons; ask in parts"));
    assert!(Filter::parse(&chain(MAX_COMPARISONS)).is_ok());
    refused(&chain(MAX_COMPARISONS + 1), &words);
    refused(&std::format!("a[{}]", chain(MAX_COMPARISONS + 1)), &words);
    refused(&std::format!("{} and b pr", chain(MAX_COMPARISONS)), &words);
}

#[test]
fn a_list_of_texts_is_one_comparison() {
    let list = |length| std::vec!["a eq \"1\" or A EQ \"2\""; length / 2].join(" or ");
    assert!(Filter::parse(&list(MAX_VALUES)).is_ok());
    assert!(Filter::parse(&std::format!("x[{}]", list(MAX_VALUES))).is_ok());
    let bare = std::vec!["id eq 01a2-b"; MAX_VALUES].join(" or ");
    assert!(Filter::parse(&bare).is_ok());
    refused(&list(MAX_VALUES + 2), "more than 1000 values; ask in parts");
    let others = |length| std::vec!["b pr"; length].join(" and ");
    for (length, reads) in [(MAX_COMPARISONS - 1, true), (MAX_COMPARISONS, false)] {
        let before = std::format!("{} and ({})", others(length), list(MAX_VALUES));
        let behind = std::format!("{} or {}", list(MAX_VALUES), others(length));
        assert_eq!(Filter::parse(&before).is_ok(), reads);
        assert_eq!(Filter::parse(&behind).is_ok(), reads);
    }
    // Joined by and, or about another attribute each, they are no list.
    let chain = std::vec!["a eq \"1\""; MAX_COMPARISONS + 1].join(" and ");
    refused(&chain, &too_many_comparisons());
}

const EXAMPLE: &str = r#"userType eq "Employee" and not (emails[type eq "work" and value co "@\u00e9x"].value pr or age gt -1.5e3)"#;

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        let _ = Filter::parse(&text);
    }

    #[test]
    fn any_run_of_tokens_is_read_or_refused(
        tokens in prop::collection::vec(
            prop::sample::select(std::vec![
                "a", "a.b", "urn:x:a", "eq", "pr", "and", "or", "not", "(", ")", "[", "]", ".", " ", " ", " ", "\"", "\"x\"", "\\",
                "1", "true", "null",
            ]),
            0..40,
        )
    ) {
        let text = tokens.concat();
        if let Ok(filter) = Filter::parse(&text) {
            prop_assert_eq!(Filter::parse(&filter.to_string()).unwrap(), filter);
        }
    }

    /// Cut, doubled and swapped: a filter with a fault in it.
    #[test]
    fn a_mutated_filter_is_read_or_refused(
        from in 0..EXAMPLE.len(), to in 0..EXAMPLE.len(), put in "\\PC{0,3}"
    ) {
        let (from, to) = (from.min(to), from.max(to));
        let text = [EXAMPLE.split_at(from).0, &put, EXAMPLE.split_at(to).1].concat();
        if let Ok(filter) = Filter::parse(&text) {
            prop_assert_eq!(Filter::parse(&filter.to_string()).unwrap(), filter);
        }
        let doubled = [EXAMPLE.split_at(to).0, EXAMPLE.split_at(from).1].concat();
        let _ = Filter::parse(&doubled);
    }
}

#[test]
fn what_is_looked_for_is_bounded() {
    let filter = |length| {
        let (one, other) = ("t".repeat(length), "x".repeat(8_000));
        format!("title co \"{one}\" or title co \"{other}\" or title ew \"{other}\"")
    };
    assert!(Filter::parse(&filter(8_000)).is_ok());
    let error = Filter::parse(&filter(8_001)).unwrap_err();
    assert!(error.to_string().contains("16000 characters"), "{error}");
}
