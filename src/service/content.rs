//! What a reply carries: JSON text in pieces, written out one after the other as they are sent. A
//! group of a hundred thousand members is 18 MB, and is never in memory as a whole.

use scim::show::push_links;
use store::record;

/// Bytes, as they were fetched, of pieces that are better not put together.
const STREAMED: usize = 262_144;

/// Bytes of a text that is better cut than passed on as a whole: it would be there twice as long as
/// the client reads.
const LARGE_TEXT: usize = 1_000_000;

/// A piece of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it is sent.
    Text(String),
    /// A chunk of members as it was fetched, a third of what is written of it.
    Members {
        /// See [`record::members`].
        chunk: String,
        /// The base URL of their addresses.
        base: String,
    },
}

impl Piece {
    /// As it is sent.
    pub fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Members { chunk, base } => {
                let mut text = String::with_capacity(4 * chunk.len());
                push_links(&mut text, record::members(&chunk), &base);
                text
            }
        }
    }
}

/// The content of a reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    pieces: Vec<Piece>,
    /// The text behind them, to append to.
    pub end: String,
}

impl Content {
    /// Appends a chunk of members.
    pub fn push_members(&mut self, chunk: String, base: &str) {
        if !self.end.is_empty() {
            self.pieces.push(Piece::Text(std::mem::take(&mut self.end)));
        }
        self.pieces.push(Piece::Members {
            chunk,
            base: base.to_owned(),
        });
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty() && self.end.is_empty()
    }

    /// Bytes that it holds.
    pub fn size(&self) -> usize {
        let size = |piece: &Piece| match piece {
            Piece::Text(text) => text.len(),
            Piece::Members { chunk, .. } => chunk.len(),
        };
        self.pieces.iter().map(size).sum::<usize>() + self.end.len()
    }

    /// Whether it is better written out piece by piece than put together.
    pub fn is_large(&self) -> bool {
        let most = if self.pieces.is_empty() {
            LARGE_TEXT
        } else {
            STREAMED
        };
        self.size() > most
    }

    /// All of the text.
    pub fn into_text(self) -> String {
        if self.pieces.is_empty() {
            return self.end;
        }
        self.into_pieces().map(Piece::into_text).collect()
    }

    /// The pieces, in order.
    pub fn into_pieces(self) -> impl Iterator<Item = Piece> {
        self.pieces.into_iter().chain([Piece::Text(self.end)])
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self {
            pieces: Vec::new(),
            end: text,
        }
    }
}
