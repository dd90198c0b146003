//! Characters that nobody sees: Unicode's property `Default_Ignorable_Code_Point`.
//!
//! They come along when a name is copied: a zero width space out of a web page, a soft hyphen out
//! of a text, a byte order mark out of a file. RFC 8265 §3.3 allows none of them in a user name,
//! but for two joiners in some places (RFC 8264 §9.13).

/// The first and the last of each range (Unicode 17, `DerivedCoreProperties.txt`).
const RANGES: [(char, char); 17] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fff8}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Whether the character is one that nobody sees.
pub(crate) fn is_invisible(character: char) -> bool {
    RANGES
        .iter()
        .any(|(first, last)| (*first..=*last).contains(&character))
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || is_invisible(character)
}

/// Whether nothing of a name can be seen.
pub fn is_unseen(name: &str) -> bool {
    name.chars().all(is_blank)
}

/// A name without blanks at its ends, seen ones and those behind which nothing is to be seen. What
/// is invisible and next to a letter stays: it may be the letter's, as the style of an emoji is.
///
/// `\u{200b} ada` is `ada`, for the image of the whole would begin with a blank.
pub(crate) fn trim_name(name: &str) -> &str {
    let seen = name.len() - name.trim_start_matches(is_blank).len();
    let start = name.get(..seen).unwrap_or_default();
    let start = start.trim_end_matches(is_invisible).len();
    let name = name.get(start..).unwrap_or_default();
    let seen = name.trim_end_matches(is_blank).len();
    let end = name
        .get(seen..)
        .and_then(|end| end.find(char::is_whitespace));
    end.and_then(|end| name.get(..seen + end)).unwrap_or(name)
}
