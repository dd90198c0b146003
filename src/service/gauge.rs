//! What all requests under way hold together, in bytes: an instance of the Worker has 128 MB for
//! all of them, and what WebAssembly has taken it does not give back.
//!
//! A body is counted when it is known what it will hold. An answer of the database is counted
//! before it is asked for, as the most that it can be, and when it is there, as what it is; until
//! the reply is out.

use std::cell::Cell;
use std::rc::Rc;

/// Bytes that requests may hold together: bodies being worked on, answers of the database, replies
/// on their way out. With what passes through JavaScript it stays under the platform's 128 MB, and
/// a single request of the largest kind fits.
pub const TOGETHER: usize = 41_000_000;

/// The same with the documents that they work on: those of the largest body have some room, too.
pub const WITH_WORK: usize = 45_000_000;

/// Bytes that bodies may hold together while they come, which may take a client long.
pub const COMING: usize = 12_000_000;

/// Counts what requests hold.
#[derive(Clone, Debug, Default)]
pub struct Gauge {
    held: Rc<Cell<usize>>,
}

/// What one request holds, given back when this is dropped.
#[derive(Debug)]
pub struct Hold {
    held: Rc<Cell<usize>>,
    body: Cell<usize>,
    answer: Cell<usize>,
    work: Cell<usize>,
}

impl Gauge {
    /// What a request holds that has just come: nothing.
    pub fn request(&self) -> Hold {
        Hold {
            held: Rc::clone(&self.held),
            body: Cell::default(),
            answer: Cell::default(),
            work: Cell::default(),
        }
    }
}

impl Hold {
    /// Takes so many bytes for the body, if they are there.
    ///
    /// ```
    /// use service::gauge::{Gauge, TOGETHER};
    /// let gauge = Gauge::default();
    /// let (first, second) = (gauge.request(), gauge.request());
    /// assert!(first.reserve_for_body(TOGETHER) && !second.reserve_for_body(1));
    /// drop(first);
    /// assert!(second.reserve_for_body(1));
    /// ```
    pub fn reserve_for_body(&self, bytes: usize) -> bool {
        self.change(&self.body, bytes, TOGETHER)
    }

    /// Takes so many bytes for an answer of the database, if they are there. An answer before it is
    /// over by then.
    pub fn reserve_for_answer(&self, bytes: usize) -> bool {
        self.change(&self.answer, bytes, TOGETHER)
    }

    /// Takes so many bytes for the documents that are worked on, if they are there, in place of
    /// those before.
    pub fn reserve_for_work(&self, bytes: usize) -> bool {
        self.change(&self.work, bytes, WITH_WORK)
    }

    /// The same in addition to those before.
    pub fn reserve_for_more_work(&self, bytes: usize) -> bool {
        self.reserve_for_work(self.work.get() + bytes)
    }

    /// The answer holds so many bytes, as it shows: it is there whether there was room for them or
    /// not.
    pub fn set_answer(&self, bytes: usize) {
        self.change(&self.answer, bytes, usize::MAX);
    }

    /// The request is over but for its reply, of so many bytes.
    pub fn set_reply(&self, bytes: usize) {
        self.change(&self.body, 0, usize::MAX);
        self.change(&self.work, 0, usize::MAX);
        self.set_answer(bytes);
    }

    fn change(&self, part: &Cell<usize>, bytes: usize, most: usize) -> bool {
        let others = self.held.get().saturating_sub(part.get());
        let held = others.saturating_add(bytes);
        if held > most && bytes > part.get() {
            return false;
        }
        self.held.set(held);
        part.set(bytes);
        true
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let own = self.body.get() + self.answer.get() + self.work.get();
        self.held.set(self.held.get().saturating_sub(own));
    }
}
