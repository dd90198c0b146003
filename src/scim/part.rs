//! A text in another text. The search of the standard library is made anew at each place that asks
//! for it, and tells of faults that cannot be here by way of tables of characters: some kilobytes
//! of the Worker. It is what `contains` does, too, even for a character: one of ASCII is looked for
//! among the bytes.

use alloc::{string::String, vec::Vec};

/// What stands before and behind the first place of a text in another.
///
/// ```
/// use scim::part::split;
/// assert_eq!(split("a: b: c", ": "), Some(("a", "b: c")));
/// assert_eq!(split("a:b", ": "), None);
/// ```
pub fn split<'t>(text: &'t str, part: &str) -> Option<(&'t str, &'t str)> {
    let at = find(text.as_bytes(), part.as_bytes())?;
    Some((text.get(..at)?, text.get(at + part.len()..)?))
}

/// The first place, by the algorithm of Morris and Pratt: whatever the texts are, no byte is looked
/// at again and again.
fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    let Some((first, rest)) = part.split_first() else {
        return Some(0);
    };
    let start = text.iter().position(|byte| byte == first)?;
    // Of each beginning of the part, how much of its end is a shorter beginning.
    let mut borders = Vec::with_capacity(part.len());
    borders.push(0);
    let mut length = 0;
    for byte in rest {
        length = longer(part, &borders, length, *byte);
        borders.push(length);
    }
    let mut rest = text.get(start..)?;
    length = 0;
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        length = longer(part, &borders, length, *byte);
        if length == part.len() {
            return Some(text.len() - rest.len() - length);
        }
        // Most bytes are those of no beginning.
        if length == 0 {
            let begin = rest.iter().position(|byte| byte == first)?;
            rest = rest.get(begin..)?;
        }
    }
    None
}

/// How much of the beginning of a part stands at the end of a text, with one byte more than that of
/// which it was so much.
fn longer(part: &[u8], borders: &[usize], mut length: usize, byte: u8) -> usize {
    while part.get(length) != Some(&byte) {
        let shorter = length.checked_sub(1).and_then(|last| borders.get(last));
        let Some(shorter) = shorter else {
            return 0;
        };
        length = *shorter;
    }
    length + 1
}

/// Whether a text is in another.
pub fn has(text: &str, part: &str) -> bool {
    split(text, part).is_some()
}

/// A text with another in each place of a part, which is not empty.
///
/// ```
/// use scim::part::replace;
/// assert_eq!(replace("a-b--", "-", "+"), "a+b++");
/// ```
pub fn replace(text: &str, part: &str, other: &str) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((front, behind)) = split(rest, part) {
        replaced.extend([front, other]);
        rest = behind;
    }
    replaced.push_str(rest);
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_search_of_the_standard_library() {
        let texts = |letters: usize| {
            let letter = |number: usize, place: usize| {
                ['a', 'b', 'é'][number / 3_usize.pow(u32::try_from(place).unwrap()) % 3]
            };
            (0..3_usize.pow(u32::try_from(letters).unwrap())).map(move |number| {
                (0..letters)
                    .map(|place| letter(number, place))
                    .collect::<String>()
            })
        };
        for part in (0..5).flat_map(texts) {
            for text in (0..8).flat_map(texts) {
                assert_eq!(
                    split(&text, &part),
                    text.split_once(&part),
                    "{part} in {text}"
                );
                if !part.is_empty() {
                    assert_eq!(replace(&text, &part, "ab"), text.replace(&part, "ab"));
                }
            }
        }
    }

    #[test]
    fn a_text_that_is_much_alike_takes_no_longer() {
        let (text, part) = ("a".repeat(1_000_000), "a".repeat(100_000) + "b");
        assert!(!has(&text, &part));
    }
}
