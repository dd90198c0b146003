//! SQL laid out for reading: a line for each clause, indented by the brackets around it; what is
//! short stays on one.

/// Characters of brackets that stay on one line.
const SHORT: usize = 80;
/// What begins a line.
const CLAUSES: [&str; 17] = [
    "SELECT ",
    "FROM ",
    "WHERE ",
    "AND ",
    "OR ",
    "UNION ",
    "CROSS JOIN ",
    "LEFT JOIN ",
    "ORDER BY ",
    "GROUP BY ",
    "LIMIT ",
    "ON CONFLICT ",
    "RETURNING ",
    "SET ",
    "VALUES ",
    "ELSE ",
    "END",
];

/// The same text with line breaks in place of some spaces, and escapes in place of what one does
/// not see.
pub(super) fn laid_out(text: &str) -> String {
    let quoted = quoted(text);
    let mut laid_out = String::new();
    // Of each bracket around: whether it is short.
    let mut around: Vec<bool> = Vec::new();
    for (index, letter) in text.char_indices() {
        if quoted[index] {
            match letter {
                ' '..='~' => laid_out.push(letter),
                other => laid_out.extend(other.escape_default()),
            }
            continue;
        }
        match letter {
            '(' => {
                let length = length(text, &quoted, index);
                around.push(length <= SHORT || around.last() == Some(&true));
            }
            ')' => {
                around.pop();
            }
            _ => {}
        }
        let rest = &text[index + letter.len_utf8()..];
        let is_clause = letter == ' ' && CLAUSES.iter().any(|clause| rest.starts_with(clause));
        if is_clause && around.last() != Some(&true) {
            laid_out.push('\n');
            let condition = rest.starts_with("AND ") || rest.starts_with("OR ");
            laid_out.push_str(&"  ".repeat(around.len() + usize::from(condition)));
        } else {
            laid_out.push(letter);
        }
    }
    laid_out
}

/// Of each byte, whether it stands within a literal.
fn quoted(text: &str) -> Vec<bool> {
    let mut within = false;
    let of = |byte: u8| {
        within ^= byte == b'\'';
        within
    };
    text.bytes().map(of).collect()
}

/// How long the bracket that opens here is.
fn length(text: &str, quoted: &[bool], start: usize) -> usize {
    let mut depth = 0;
    for (index, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            b'(' if !quoted[index] => depth += 1,
            b')' if !quoted[index] => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index - start;
        }
    }
    text.len() - start
}
