//! A text in pieces, some of which are still with the database: what a reply only passes on, such as the members of a
//! group of a hundred thousand, is never copied here.

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The piece itself.
    Here(String),
    /// The number of a text that the database keeps for this request.
    Left(u32),
}

/// A text in pieces, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pieces(Vec<Piece>);

impl Pieces {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|piece| match piece {
            Piece::Here(text) => text.is_empty(),
            Piece::Left(_) => false,
        })
    }

    /// Bytes of the pieces that are here.
    pub fn len_here(&self) -> usize {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Here(text) => text.len(),
                Piece::Left(_) => 0,
            })
            .sum()
    }

    /// Appends text.
    pub fn push_str(&mut self, text: &str) {
        if let Some(Piece::Here(last)) = self.0.last_mut() {
            last.push_str(text);
        } else {
            self.0.push(Piece::Here(text.to_owned()));
        }
    }

    /// Appends a piece.
    pub fn push(&mut self, piece: Piece) {
        match piece {
            Piece::Here(text) => self.push_str(&text),
            Piece::Left(_) => self.0.push(piece),
        }
    }

    /// Appends another text.
    pub fn append(&mut self, other: Self) {
        for piece in other.0 {
            self.push(piece);
        }
    }

    /// The pieces.
    pub fn as_slice(&self) -> &[Piece] {
        &self.0
    }

    /// The text, where all of it is here.
    pub fn as_str(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Here(text)] => Some(text),
            _ => None,
        }
    }
}

impl From<Piece> for Pieces {
    fn from(piece: Piece) -> Self {
        Self(vec![piece])
    }
}

impl From<String> for Pieces {
    fn from(text: String) -> Self {
        Self(vec![Piece::Here(text)])
    }
}
