//! What Unicode calls the same, by tables of its own: for every place but a JavaScript platform,
//! which has them (`unicode-javascript`, the same functions).
#![no_std]

extern crate alloc;

use alloc::{borrow::Cow, string::String};

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// Normalisation forms D and C. Made here once: each call of `new_nfd` or `new_nfc` brings tables
/// of its own along.
static APART: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizerBorrowed::new_nfd();
static TOGETHER: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfc();

/// A text in normalisation form D: the marks of letters are characters behind them.
///
/// ```
/// assert_eq!(unicode::apart("zo\u{eb}"), "zoe\u{308}");
/// ```
pub fn apart(text: &str) -> String {
    APART.normalize(text).into_owned()
}

/// A text without letter case, in normalisation form C.
///
/// It is taken apart first (form D), for that is what Unicode calls equal without letter case
/// (definition D145).
///
/// ```
/// assert_eq!(unicode::fold("ZOE\u{308}"), "zo\u{eb}");
/// ```
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in APART.normalize_iter(text.chars()) {
        push_folded(&mut folded, character);
    }
    if let Cow::Owned(normal) = TOGETHER.normalize(&folded) {
        return normal;
    }
    folded
}

/// A text without letter case.
///
/// Each character goes to upper case and back to lower case, so that characters which share an
/// upper case share the image (`ſ` and `s`, `ς` and `σ`, `ß` and `SS`). Never by a string's
/// `to_lowercase`: it writes the last sigma of a word differently, and `sw` would miss. The dotless
/// `ı` stays itself (its upper case is a plain `I`): to a Turkish reader it is another letter, and
/// Unicode's own folding keeps it apart too.
///
/// ```
/// assert_eq!(unicode::fold_case("Straße ΟΔΟΣ"), "strasse οδοσ");
/// assert_eq!(unicode::fold_case("ZOE\u{308}"), "zoe\u{308}");
/// ```
pub fn fold_case(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        push_folded(&mut folded, character);
    }
    folded
}

fn push_folded(folded: &mut String, character: char) {
    match character {
        'ı' => folded.push('ı'),
        // The one capital whose lower case has a longer upper case: by way of ß it would need a
        // second pass.
        'ẞ' => folded.push_str("ss"),
        _ => folded.extend(character.to_uppercase().flat_map(char::to_lowercase)),
    }
}
