//! What the suites share: the whole service over `SQLite` in memory, a client of it, and the built
//! Worker on workerd.

#![allow(
    missing_docs,
    clippy::missing_panics_doc,
    clippy::new_without_default,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests fails where a test would"
)]

pub mod client;
pub mod contract;
pub mod issuer;
pub mod memory;
mod target;
pub mod worker;
