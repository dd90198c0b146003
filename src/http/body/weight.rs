//! What a JSON text will hold once it is parsed, told from its bytes before anything is built: four
//! million bytes of `{"":0},` become three hundred million.

use memchr::memchr2;

/// Deepest nesting of JSON.
pub const MAX_DEPTH: usize = 64;

/// Bytes of a node of a `serde_json::Map`, a B-tree of eleven places: an object of one member has
/// one.
const NODE: usize = 420;
/// Members that the only node of an object holds.
const FIRST: usize = 11;
/// Members that each of several nodes has at the least.
const NEXT: usize = 5;
/// Bytes of the shortest list: room for four values.
const LIST: usize = 104;
/// Bytes of a value of a list, which doubles as it grows.
const PLACE: usize = 48;
/// Bytes of a string beside its text.
const STRING: usize = 12;
/// Bytes more of a plain value in a list, which may stand for an object of one: `"a"` for
/// `{"value":"a"}`. Which list it is only a schema knows.
const STANDS_FOR: usize = NODE + STRING + 5;

/// Bytes of the values of a JSON text; none where it nests too deep. A text that is not JSON weighs
/// something, too.
///
/// ```
/// use scim_worker::http::body::weight::weight;
/// assert!(weight(b"[{\"\":0},{\"\":0}]").is_some_and(|bytes| bytes > 2 * 400));
/// assert_eq!(weight(&[b'['; 65]), None);
/// ```
pub fn weight(text: &[u8]) -> Option<usize> {
    // Of each container around: how many members it has so far; none of a list.
    let mut around = [Some(0_usize); MAX_DEPTH + 1];
    let (mut depth, mut bytes) = (0_usize, 0_usize);
    // Whether what comes next begins a value of a list.
    let mut begins = false;
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            b'"' => {
                if std::mem::take(&mut begins) {
                    bytes += STANDS_FOR;
                }
                rest = behind_string(behind);
                bytes += STRING + behind.len() - rest.len();
            }
            b'{' | b'[' => {
                depth += 1;
                begins = byte == b'[';
                *around.get_mut(depth)? = (!begins).then_some(0);
                if begins {
                    bytes += LIST;
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                begins = false;
            }
            b',' => {
                bytes += PLACE;
                begins = around.get(depth)?.is_none();
            }
            b':' => {
                let Some(members) = around.get_mut(depth)?.as_mut() else {
                    continue;
                };
                *members += 1;
                let begins_node = *members == 1
                    || members
                        .checked_sub(FIRST + 1)
                        .is_some_and(|more| more % NEXT == 0);
                if begins_node {
                    bytes += NODE;
                }
            }
            b' ' | b'\t' | b'\n' | b'\r' => {}
            _ if begins => {
                bytes += STANDS_FOR;
                begins = false;
            }
            _ => {}
        }
    }
    Some(bytes)
}

/// What stands behind the end of a string.
fn behind_string(mut text: &[u8]) -> &[u8] {
    while let Some(position) = memchr2(b'"', b'\\', text) {
        let is_escape = text.get(position) == Some(&b'\\');
        text = text
            .get(position + 1 + usize::from(is_escape)..)
            .unwrap_or_default();
        if !is_escape {
            return text;
        }
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_that_of_containers_not_of_strings() {
        let nested = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
        assert!(weight(&nested(MAX_DEPTH)).is_some());
        assert_eq!(weight(&nested(MAX_DEPTH + 1)), None);
        assert!(weight(format!("[\"{}\\\"[[\"]", "[".repeat(100)).as_bytes()).is_some());
    }

    #[test]
    fn a_plain_value_in_a_list_weighs_as_what_it_stands_for() {
        let of = |text: &str| weight(text.as_bytes()).unwrap();
        assert!(of("[\"ab\",\"cd\"]") >= of("[{\"value\":\"ab\"},{\"value\":\"cd\"}]") - 20);
        assert!(of("[1, true ,\n null]") > 3 * STANDS_FOR);
        assert!(of("[{\"value\":\"ab\"}]") < of("[\"\"]") + STANDS_FOR);
        assert_eq!(of("[]"), LIST);
    }

    #[test]
    fn nodes_are_counted_as_they_fill() {
        let object = |members: usize| {
            let members: Vec<String> = (0..members)
                .map(|index| format!("\"{index:02}\":0"))
                .collect();
            weight(format!("{{{}}}", members.join(",")).as_bytes()).unwrap()
        };
        let member = STRING + 3 + PLACE;
        assert_eq!(object(11) - object(1), 10 * member);
        assert_eq!(object(12) - object(11), member + NODE);
        assert_eq!(object(16) - object(12), 4 * member);
        assert_eq!(object(17) - object(16), member + NODE);
    }
}
