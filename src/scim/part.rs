//! A text in another text: looked for in one place, for the search of the standard library is made
//! anew, a kilobyte of the Worker, at each that asks for it.

use alloc::string::String;

/// What stands before and behind the first place of a text in another.
///
/// ```
/// use scim::part::split;
/// assert_eq!(split("a: b: c", ": "), Some(("a", "b: c")));
/// assert_eq!(split("a:b", ": "), None);
/// ```
pub fn split<'t>(text: &'t str, part: &str) -> Option<(&'t str, &'t str)> {
    text.split_once(part)
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
