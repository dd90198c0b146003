//! Replies on their way out, a piece at a time. What one holds is given back with its last piece,
//! or when its client takes none of it for long: the platform says nothing of a client that has
//! gone.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use futures_util::stream::{self, Stream};

use service::content::{Content, Piece};
use service::gauge::Hold;

use super::moment;

/// Milliseconds in which a client takes a piece, or it is held to be gone: 65 kB, or the text of a
/// thousand members.
const PATIENCE: u64 = 10_000;
/// Bytes of a piece of text.
const PIECE: usize = 65_536;

thread_local! {
    static UNDER_WAY: RefCell<Vec<Weak<Outgoing>>> = const { RefCell::new(Vec::new()) };
}

/// A reply on its way.
struct Outgoing {
    rest: RefCell<Option<Rest>>,
    /// When a piece was taken last.
    taken: Cell<u64>,
}

/// What is left of it.
struct Rest {
    pieces: Box<dyn Iterator<Item = Piece>>,
    /// A piece that is being cut.
    text: Vec<u8>,
    /// How much of it is out.
    out: usize,
    _hold: Hold,
}

impl Rest {
    fn next(&mut self) -> Option<Vec<u8>> {
        while self.out >= self.text.len() {
            self.text = self.pieces.next()?.into_text().into_bytes();
            self.out = 0;
            if self.text.len() <= 4 * PIECE {
                self.out = self.text.len();
                return Some(std::mem::take(&mut self.text));
            }
        }
        let end = (self.out + PIECE).min(self.text.len());
        let piece = self.text.get(self.out..end).map(<[u8]>::to_vec);
        self.out = end;
        piece
    }
}

/// The bytes of a large reply. A piece is made when the client has taken the one before.
pub(super) fn pieces(
    content: Content,
    hold: Hold,
) -> impl Stream<Item = Result<Vec<u8>, worker::Error>> {
    hold.set_reply(content.size());
    let outgoing = Rc::new(Outgoing {
        rest: RefCell::new(Some(Rest {
            pieces: Box::new(content.into_pieces()),
            text: Vec::new(),
            out: 0,
            _hold: hold,
        })),
        taken: Cell::new(moment().milliseconds),
    });
    UNDER_WAY.with_borrow_mut(|all| all.push(Rc::downgrade(&outgoing)));
    stream::unfold(outgoing, |outgoing| async move {
        outgoing.taken.set(moment().milliseconds);
        let piece = match outgoing.rest.borrow_mut().as_mut() {
            Some(rest) => rest.next().map(Ok),
            None => Some(Err("the client took too long".into())),
        };
        if piece.is_none() {
            outgoing.rest.take();
        }
        piece.map(|piece| (piece, outgoing))
    })
}

/// Drops what clients have not taken any of for long.
pub fn drop_abandoned(now: u64) {
    UNDER_WAY.with_borrow_mut(|all| {
        all.retain(|outgoing| {
            let Some(outgoing) = outgoing.upgrade() else {
                return false;
            };
            let is_waited_for = now < outgoing.taken.get() + PATIENCE;
            if !is_waited_for {
                outgoing.rest.take();
            }
            is_waited_for
        });
    });
}
