//! Messages, read or written: searches and lists, Bulk, and what the server tells of itself.
//!
//! The operations of a PATCH are read in [`crate::patch`], the words of refusals made in
//! [`crate::error`]: they are worked with far from any message.

pub mod bulk;
pub mod config;
pub mod list;
pub mod search;
