use std::string::String;

use proptest::prelude::*;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use super::{fold, fold_str};
use crate::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};

#[track_caller]
fn same(a: &str, b: &str) {
    assert_eq!(fold_str(a), fold_str(b), "{a} {b}");
}

#[track_caller]
fn folds(resource_type: &'static ResourceType, resource: &Value, expected: &Value) {
    let image = Value::Object(fold(resource_type, resource.as_object().unwrap()));
    assert_eq!(&image, expected);
}

#[test]
fn letters() {
    same("BJensen", "bjensen");
    same("ÉMILE ÖZGÜR", "émile özgür");
    same("ΟΔΥΣΣΕΥΣ", "οδυσσευς");
    same("οδυσσευσ", "οδυσσευς");
    same("STRASSE", "straße");
    same("STRAẞE", "straße");
    same("ДИМА", "дима");
    same("K", "k");
    same("ſ", "s");
    same("ꭰ", "Ꭰ");
    assert_eq!(fold_str("ı"), "ı");
    assert_eq!(fold_str("İ"), "i\u{307}");
    assert_eq!(fold_str("日本 🦀 \0"), "日本 🦀 \0");
}

/// All characters of the planes that have letters, and some of those behind.
fn characters() -> impl Iterator<Item = char> {
    ('\0'..='\u{2ffff}').chain(('\u{30000}'..=char::MAX).step_by(251))
}

/// Folding twice is folding once, and the letter cases of a character share their image: over every
/// character.
#[test]
fn every_character() {
    for character in characters() {
        let alone = String::from(character);
        let folded = fold_str(&alone);
        assert_eq!(fold_str(&folded), folded, "{character:?} again");
        let lower: String = character.to_lowercase().collect();
        assert_eq!(fold_str(&lower), folded, "{character:?} in lower case");
        // The upper case of the dotless ı is a plain I, which is not its image.
        if character != 'ı' {
            let upper: String = character.to_uppercase().collect();
            assert_eq!(fold_str(&upper), folded, "{character:?} in upper case");
        }
    }
}

/// What is folded without tables is folded as by them, beside whatever it stands.
#[test]
fn what_stands_alone() {
    let is_alone = |character| super::alone::image(character).is_some();
    for character in characters() {
        if let Some(image) = super::alone::image(character) {
            let alone = String::from(character);
            assert_eq!(unicode::fold(&alone), String::from(image), "{character:?}");
            assert_eq!(canonical_combining_class(character), 0, "{character:?}");
        }
        // What a character is made of behind its first part: that makes one with what is before it.
        let mut parts = std::iter::once(character).nfd().skip(1);
        assert!(!parts.any(is_alone), "{character:?}");
    }
}

/// Marks that no letter has so many of are put in order a piece at a time.
#[test]
fn many_marks() {
    let marks = |many: usize| "\u{301}\u{323}".repeat(many);
    let text = std::format!("Ι{}", marks(1_000));
    let pieces: std::vec::Vec<_> = super::alone::pieces(&text).collect();
    assert_eq!(pieces.concat(), text);
    assert!(pieces.iter().all(|piece| piece.chars().count() <= 257));
    assert_eq!(pieces.len(), 8);
    // Words are not cut apart, nor what needs no blanks.
    for text in ["zoe\u{308} ".repeat(1_000), "か\u{3099}".repeat(1_000)] {
        assert_eq!(fold_str(&text), text.nfc().collect::<String>());
    }
    assert_eq!(fold_str(&marks(128)), unicode::fold(&marks(128)));
}

#[test]
fn by_characteristics() {
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "2819C223",
        "externalId": "BJensen",
        "userName": "BJensen@Example.com",
        "name": {"FamilyName": "JENSEN", "unknown": 1},
        "active": true,
        "profileUrl": "https://login.example.com/BJensen",
        "emails": [{"value": "BJ@example.com", "type": "Work", "primary": true}, {"value": ""}],
        "x509Certificates": [{"value": "MIIDQzCC"}],
        "title": "",
        "roles": [],
        "ims": null,
        "meta": {"resourceType": "User", "created": "2010-01-23T04:56:22+01:00", "version": "W/\"3694E05E\""},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user": {
            "Department": "Tour OPERATIONS",
            "manager": {"value": "26118915-AA", "displayName": "John SMITH"}
        },
        "urn:example:unknown": {"a": 1}
    });
    let image = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "2819C223",
        "externalId": "BJensen",
        "userName": "bjensen@example.com",
        "name": {"familyName": "jensen"},
        "active": true,
        "profileUrl": "https://login.example.com/BJensen",
        "emails": [{"value": "bj@example.com", "type": "work", "primary": true}],
        "x509Certificates": [{"value": "MIIDQzCC"}],
        "meta": {"resourceType": "User", "created": "2010-01-23T03:56:22.000000000Z", "version": "W/\"3694E05E\""},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "department": "tour operations",
            "manager": {"value": "26118915-AA", "displayName": "john smith"}
        }
    });
    folds(&USER_TYPE, &user, &image);
    folds(&USER_TYPE, &image, &image);
}

#[test]
fn linked_attributes_too() {
    folds(
        &GROUP_TYPE,
        &json!({"displayName": "Tour Guides", "members": [{"value": "ABC", "type": "User", "display": "Babs"}]}),
        &json!({"displayName": "tour guides", "members": [{"value": "ABC", "type": "user", "display": "babs"}]}),
    );
}

#[test]
fn what_is_no_time_stays() {
    folds(
        &USER_TYPE,
        &json!({"meta": {"created": "Yesterday"}}),
        &json!({"meta": {"created": "Yesterday"}}),
    );
}

#[test]
fn normalised() {
    // RFC 8265 §3.3: composed and decomposed, marks in any order, Hangul, what has a canonical
    // equivalent.
    same("zoë", "ZOE\u{308}");
    same("Ệ", "e\u{302}\u{323}");
    same("ệ", "e\u{323}\u{302}");
    same("가", "\u{1100}\u{1161}");
    same("Å", "\u{212b}");
    same("ᾳ\u{301}", "α\u{301}\u{345}");
    same("ᾳ", "ΑΙ");
    same("İ", "I\u{307}");
    // Full and half width.
    same("ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ada@example.com");
    same("ＡＤＡ", "ada");
    same("ｶﾞｷﾞ", "ガギ");
    same("a\u{3000}b", "a b");
    for (a, b) in [
        ("zoë", "zoe"),
        ("ｶ", "ｶﾞ"),
        ("²", "2"),
        ("ﬁ", "fj"),
        ("①", "1"),
    ] {
        assert_ne!(fold_str(a), fold_str(b));
    }
    assert_eq!(fold_str("e\u{301}"), "é");
    assert_eq!(fold_str("\u{301}"), "\u{301}");
}

#[test]
fn what_nobody_sees() {
    for invisible in [
        "\u{ad}",
        "\u{200b}",
        "\u{200d}",
        "\u{202e}",
        "\u{2060}",
        "\u{3164}",
        "\u{fe0f}",
        "\u{feff}",
        "\u{ffa0}",
        "\u{e0041}",
    ] {
        same(&std::format!("{invisible}Ad{invisible}a{invisible}"), "ada");
        // Between a letter and its mark, too.
        same(&std::format!("zoe{invisible}\u{308}"), "zoë");
        assert_eq!(fold_str(invisible), invisible);
        assert_ne!(fold_str(invisible), "");
    }
    folds(
        &USER_TYPE,
        &json!({"userName": "\u{200b}Ada\u{2060}", "title": "\u{200b}"}),
        &json!({"userName": "ada", "title": "\u{200b}"}),
    );
    for (text, name) in [
        ("\u{200b} Ada\u{2060} \u{feff}", "Ada\u{2060}"),
        (" \u{200b}Ada", "\u{200b}Ada"),
        ("Tours \u{2764}\u{fe0f} ", "Tours \u{2764}\u{fe0f}"),
        (" \u{200b} ", ""),
        ("\u{200b}", "\u{200b}"),
        ("", ""),
    ] {
        assert_eq!(super::trim_name(text), name, "{text:?}");
    }
}

/// Every wide or narrow character is what Unicode decomposes it to, and no other is touched.
#[test]
fn every_width() {
    for character in characters() {
        let ordinary = super::width::ordinary(character);
        let is_wide = matches!(character, '\u{3000}' | '\u{ff01}'..='\u{ffef}');
        let compatible: String = std::iter::once(character).nfkd().collect();
        if ordinary == character {
            let stays = !is_wide || compatible == String::from(character);
            assert!(stays, "{character:?} {compatible:?}");
        } else {
            assert!(is_wide, "{character:?}");
            assert_eq!(
                std::iter::once(ordinary).nfkd().collect::<String>(),
                compatible
            );
        }
    }
}

/// Letters that share an upper case, combining marks of several classes, jamo, what composes in two
/// steps.
const DIFFICULT: &str = "[aA eEiIıİsSſßẞσςΣαΑᾳᾼΰ\u{345}\u{301}\u{308}\u{307}\u{302}\u{323}\u{327}éÉêệçǰŉΐﬀﬁև\u{1100}\u{1161}\u{11a8}가각KÅΩ]{0,6}";

/// Equal without letter case, as Unicode has it (definition D145), said by others.
fn reference(text: &str) -> String {
    let folded = caseless::default_case_fold_str(&text.nfd().collect::<String>());
    folded.nfd().collect()
}

proptest! {
    #[test]
    fn folding_again_changes_nothing(text in prop_oneof!["\\PC*", DIFFICULT]) {
        let folded = fold_str(&text);
        prop_assert_eq!(fold_str(&folded), folded.clone());
        prop_assert_eq!(folded.nfc().collect::<String>(), folded);
    }

    #[test]
    fn what_is_equal_is_what_unicode_calls_so(a in DIFFICULT, b in DIFFICULT) {
        prop_assert_eq!(fold_str(&a) == fold_str(&b), reference(&a) == reference(&b), "{:?} {:?}", a, b);
        for other in [a.to_uppercase(), a.nfd().collect(), a.nfc().collect(), reference(&a)] {
            prop_assert_eq!(fold_str(&a) == fold_str(&other), reference(&a) == reference(&other), "{:?} {:?}", a, other);
        }
        prop_assert_eq!(fold_str(&reference(&a)), fold_str(&a));
        prop_assert_eq!(reference(&fold_str(&a)), reference(&a));
    }

    /// What makes `sw`, `ew` and `co` on images right: the image of a text is made of those of its
    /// parts.
    #[test]
    fn part_by_part(a in prop_oneof!["\\PC*", DIFFICULT], b in prop_oneof!["\\PC*", DIFFICULT]) {
        // A mark that goes with the letter before it is of that part.
        prop_assume!(b.chars().next().is_none_or(|mark| canonical_combining_class(mark) == 0));
        // What nobody sees is an image when it is alone, and else none.
        prop_assume!(!a.contains(super::is_invisible) && !b.contains(super::is_invisible));
        let parts = std::format!("{}{}", fold_str(&a), fold_str(&b));
        let whole = fold_str(&std::format!("{a}{b}"));
        prop_assert_eq!(fold_str(&parts), whole.clone());
        // And where no mark meets a letter they stand in it as they are.
        if b.starts_with(|c: char| c.is_ascii()) {
            prop_assert_eq!(whole, parts);
        }
    }

    #[test]
    fn ascii_is_folded_as_ever(text in "[ -~]*") {
        prop_assert_eq!(fold_str(&text), text.to_ascii_lowercase());
    }
}
