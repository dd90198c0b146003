//! The cursor of the feed.

use store::ledger::feed::FeedMark;

/// How far a reader came in each shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FeedCursor(pub(super) Vec<(u16, FeedMark)>);

impl FeedCursor {
    /// Reads `1.8841-2.77`: a shard and a position in it; in a cursor of a tenant's the number
    /// there, too, and the tenant that it counts, `1.8841.5.3`. That is no number of another one,
    /// and the position is good for all; before the tenant was in it, it was not known whose it is.
    pub(super) fn parse(text: &str, tenant: Option<i64>) -> Option<Self> {
        let mark = |part: &str| {
            let mut numbers = Vec::new();
            for digits in part.split('.') {
                let is_number = digits.bytes().all(|digit| digit.is_ascii_digit());
                numbers.push(digits.parse::<i64>().ok().filter(|_| is_number)?);
            }
            let (shard, position, seq) = match *numbers {
                [shard, position, seq, of] => {
                    let is_own = tenant == Some(of);
                    (shard, position, is_own.then_some(seq))
                }
                [shard, position] | [shard, position, _] => (shard, position, None),
                _ => return None,
            };
            Some((u16::try_from(shard).ok()?, FeedMark { position, seq }))
        };
        text.split('-').map(mark).collect::<Option<_>>().map(Self)
    }

    pub(super) fn text(&self, tenant: Option<i64>) -> String {
        let mut text = String::new();
        for (shard, FeedMark { position, seq }) in &self.0 {
            let joint = if text.is_empty() { "" } else { "-" };
            text.extend([joint, &shard.to_string(), ".", &position.to_string()]);
            if let Some((seq, tenant)) = seq.zip(tenant) {
                text.extend([".", &seq.to_string(), ".", &tenant.to_string()]);
            }
        }
        text
    }

    pub(super) fn of(&self, shard: u16) -> FeedMark {
        let mark = self.0.iter().find(|(number, _)| *number == shard);
        mark.map(|(_, mark)| *mark).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for text in ["1.0", "1.8841-2.77", "2.5.3.4"] {
            let cursor = FeedCursor::parse(text, Some(4));
            let written = cursor.map(|cursor| cursor.text(Some(4)));
            assert_eq!(written.as_deref(), Some(text));
        }
        for text in [
            "",
            "1",
            "a.1",
            "1.-5",
            "1.+5",
            "1.1.1.1.1",
            "1.2--2.3",
            "70000.1",
            "1.",
        ] {
            assert_eq!(FeedCursor::parse(text, None), None, "{text}");
        }
        // The number of another tenant is none of this one, nor that of nobody knows whom.
        for text in ["2.5.3.4", "2.5.3"] {
            for tenant in [Some(5), None] {
                let cursor = FeedCursor::parse(text, tenant).unwrap();
                assert_eq!(cursor.text(Some(5)), "2.5", "{text}");
            }
        }
    }
}
