//! The cursor of the feed.

use store::ledger::feed::Mark;

/// How far a reader came in each shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cursor(pub(super) Vec<(u16, Mark)>);

impl Cursor {
    /// Reads `1.8841-2.77`: a shard, a position, and the number there where it is a tenant's.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mark = |part: &str| {
            let mut numbers = part.split('.');
            let shard = numbers.next()?.parse().ok()?;
            let position = numbers
                .next()?
                .parse()
                .ok()
                .filter(|position| *position >= 0)?;
            let seq = match numbers.next() {
                Some(seq) => Some(seq.parse().ok()?),
                None => None,
            };
            numbers
                .next()
                .is_none()
                .then_some((shard, Mark { position, seq }))
        };
        text.split('-').map(mark).collect::<Option<_>>().map(Self)
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (shard, Mark { position, seq }) in &self.0 {
            let joint = if text.is_empty() { "" } else { "-" };
            let seq = seq.map(|seq| format!(".{seq}")).unwrap_or_default();
            text.extend([joint, &shard.to_string(), ".", &position.to_string(), &seq]);
        }
        text
    }

    pub(super) fn of(&self, shard: u16) -> Mark {
        let known = self.0.iter().find(|(known, _)| *known == shard);
        known.map(|(_, mark)| *mark).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for text in ["1.0", "1.8841-2.77", "2.5.3"] {
            assert_eq!(
                Cursor::parse(text).map(|cursor| cursor.text()).as_deref(),
                Some(text)
            );
        }
        for text in ["", "1", "a.1", "1.-5", "1.1.1.1", "1.2--2.3"] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }
}
