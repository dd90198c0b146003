//! What all requests under way hold together, in bytes: an instance of the Worker has 128 MB for all of them, and what
//! WebAssembly has taken it does not give back.

use std::cell::Cell;
use std::rc::Rc;

/// Bytes that bodies may hold together, read and being worked on: with what replies take it stays under the platform's
/// 128 MB, and a single body of the largest kind fits.
pub const TOGETHER: usize = 40_000_000;

/// Bytes that bodies may hold together while they come, which may take a client long.
pub const COMING: usize = 12_000_000;

/// Counts what requests hold.
#[derive(Clone, Debug, Default)]
pub struct Gauge {
    held: Rc<Cell<usize>>,
}

/// A request's part, given back when it is dropped.
#[derive(Debug)]
pub struct Hold {
    held: Rc<Cell<usize>>,
    bytes: usize,
}

impl Gauge {
    /// Takes so many bytes, if they are there.
    ///
    /// ```
    /// use scim_worker::http::gauge::{Gauge, TOGETHER};
    /// let gauge = Gauge::default();
    /// let first = gauge.hold(TOGETHER);
    /// assert!(first.is_some() && gauge.hold(1).is_none());
    /// drop(first);
    /// assert!(gauge.hold(1).is_some());
    /// ```
    pub fn hold(&self, bytes: usize) -> Option<Hold> {
        let held = self.held.get().saturating_add(bytes);
        if held > TOGETHER {
            return None;
        }
        self.held.set(held);
        Some(Hold {
            held: Rc::clone(&self.held),
            bytes,
        })
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.held.set(self.held.get().saturating_sub(self.bytes));
    }
}
