//! The holes of a text, found and marked when it is compiled.

/// What stands for a hole in a marked text, before the hole's number.
pub(super) const HOLE: u8 = 0;

/// Bytes of a text once its holes are marked.
#[doc(hidden)]
pub const fn length(text: &str) -> usize {
    let (mut rest, mut length) = (text, 0);
    while let Some((before, _, behind)) = next_hole(rest) {
        length += before.len() + 2;
        rest = behind;
    }
    length + rest.len()
}

/// Puts a mark and a number in the place of each hole: the number of the fragment of this name.
#[doc(hidden)]
#[expect(clippy::indexing_slicing, reason = "when this is compiled")]
#[expect(clippy::cast_possible_truncation, reason = "asserted")]
pub const fn mark_holes<const N: usize>(text: &str, names: &[&str]) -> [u8; N] {
    assert!(names.len() < 0x80, "a text has fewer holes");
    let mut marked = [0; N];
    let (mut rest, mut length) = (text, 0);
    let mut has_use = [false; 0x80];
    while let Some((before, name, behind)) = next_hole(rest) {
        let mut hole = 0;
        while hole < names.len() && !is_same(names[hole], name) {
            hole += 1;
        }
        assert!(hole < names.len(), "a hole of this text has no fragment");
        has_use[hole] = true;
        append(&mut marked, length, before);
        length += before.len() + 2;
        marked[length - 2] = HOLE;
        marked[length - 1] = hole as u8;
        rest = behind;
    }
    append(&mut marked, length, rest);
    let mut hole = 0;
    while hole < names.len() {
        assert!(has_use[hole], "a fragment has no hole in this text");
        hole += 1;
    }
    marked
}

/// Marked bytes as text, for the marks are characters of their own.
#[doc(hidden)]
#[expect(clippy::panic, reason = "when this is compiled")]
pub const fn text(bytes: &[u8]) -> &str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("a mark parted a character"),
    }
}

#[expect(clippy::indexing_slicing, reason = "when this is compiled")]
const fn append(to: &mut [u8], at: usize, text: &str) {
    let (bytes, mut index) = (text.as_bytes(), 0);
    while index < bytes.len() {
        assert!(bytes[index] != HOLE, "a text of ours has no such character");
        to[at + index] = bytes[index];
        index += 1;
    }
}

/// The text before the next hole, the hole's name, the text behind. Braces with nothing between are
/// text.
#[expect(clippy::indexing_slicing, reason = "when this is compiled")]
const fn next_hole(text: &str) -> Option<(&str, &str, &str)> {
    let bytes = text.as_bytes();
    let mut start = 0;
    while start < bytes.len() {
        if bytes[start] == b'{' {
            let mut end = start + 1;
            while end < bytes.len() && bytes[end] != b'}' {
                end += 1;
            }
            assert!(end != bytes.len(), "a brace of this text is not closed");
            if end > start + 1 {
                let (before, rest) = text.split_at(start);
                let (_, rest) = rest.split_at(1);
                let (name, behind) = rest.split_at(end - start - 1);
                let (_, behind) = behind.split_at(1);
                return Some((before, name, behind));
            }
        }
        start += 1;
    }
    None
}

#[expect(clippy::indexing_slicing, reason = "when this is compiled")]
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}
