//! Messages, read or written: searches and lists, PATCH, Bulk, and what the server tells of itself
//! (RFC 7644 §3.4 to §3.11, RFC 7643 §5). Refusals stand in [`error`](crate::error).

pub mod bulk;
pub mod config;
pub mod entity_tags;
pub mod list;
pub mod patch_op;
mod schemas;
pub mod search;
