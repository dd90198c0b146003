//! Characters that stand alone: no other changes them, whatever is beside them.
//!
//! Most names are made of nothing else, and then are folded without Unicode's tables. These are the
//! characters of many languages, not all that could be said to stand alone.

/// The image of a character that stands alone; none of any other.
///
/// What is before it is folded without it, and it without what is before it: it is no mark, and
/// makes no character with the one before.
pub(super) fn image(character: char) -> Option<char> {
    match character {
        '\0'..='\u{7f}' => Some(character.to_ascii_lowercase()),
        // Latin and Cyrillic capitals, in the order of their small letters.
        'À'..='Ö' | 'Ø'..='Þ' | 'А'..='Я' => char::from_u32(u32::from(character) + 0x20),
        // These small letters; hiragana and katakana without their marks; Han; Hangul.
        'à'..='ö'
        | 'ø'..='ÿ'
        | 'а'..='я'
        | 'ぁ'..='ゖ'
        | 'ァ'..='ヺ'
        | '㐀'..='\u{9fff}'
        | '가'..='힣' => Some(character),
        _ => None,
    }
}

/// Characters in a row that do not stand alone and are folded together.
///
/// A platform may take time by the square of the marks on a letter to put them in order: V8 took a
/// minute for 1 MB of nothing else. No letter has more than some (UAX #15 §13 allows for 30), and
/// words have blanks between them.
const TOGETHER: usize = 256;

/// The text in pieces that are folded by themselves.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    core::iter::from_fn(move || {
        let mut together = 0;
        let end = rest.find(|character| {
            together = if image(character).is_some() {
                0
            } else {
                together + 1
            };
            together > TOGETHER
        });
        let (piece, behind) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        rest = behind;
        (!piece.is_empty()).then_some(piece)
    })
}
