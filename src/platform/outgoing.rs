//! Replies on their way out, a piece at a time. What one holds is given back with its last piece,
//! or when its client takes none of it for long: the platform says nothing of a client that has
//! gone.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use service::content::{Content, Piece};
use service::gauge::Hold;
use service::transfer::export::Export;

use super::d1::D1;
use super::{Env, moment, promise};

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

/// What gives the bytes of a large reply: the next piece of them, when the client has taken the one
/// before, until there is none. Asked with `true` it gives no more.
pub(super) type Pieces = Closure<dyn FnMut(bool) -> Result<Option<Vec<u8>>, JsValue>>;

/// The bytes of a large reply.
pub(super) fn pieces(content: Content, hold: Hold) -> Pieces {
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
    Closure::new(move |is_over: bool| {
        outgoing.taken.set(moment().milliseconds);
        let mut rest = outgoing.rest.borrow_mut();
        let piece = match rest.as_mut() {
            _ if is_over => None,
            Some(rest) => rest.next(),
            None => return Err(JsValue::from_str("the client took too long")),
        };
        if piece.is_none() {
            *rest = None;
        }
        Ok(piece)
    })
}

/// What gives the bytes of an export, a promise of each piece: what it holds is a page of it.
pub(super) fn export_pieces(export: Box<Export>, env: &Env) -> JsValue {
    let rest = Rc::new(RefCell::new(Some(export)));
    let database = Rc::new(D1::new(env));
    let next = move |is_over: bool| {
        let (taken, rest, database) = (rest.borrow_mut().take(), rest.clone(), database.clone());
        promise(async move {
            let Some(mut export) = taken.filter(|_| !is_over) else {
                return Ok(JsValue::UNDEFINED);
            };
            let piece = export.next(&*database).await;
            // A client must see that it does not have all.
            let piece = piece.map_err(|error| JsValue::from_str(error.cause()))?;
            *rest.borrow_mut() = Some(export);
            Ok(piece.map_or(JsValue::UNDEFINED, |piece| {
                Uint8Array::from(piece.as_bytes()).into()
            }))
        })
    };
    Closure::<dyn FnMut(bool) -> Promise>::new(next).into_js_value()
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
