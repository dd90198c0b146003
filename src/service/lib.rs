//! The use cases: what a client may ask for, one file each, over any [`Database`](store::Database).
//!
//! They are methods of a [`Session`], which is one caller's; what all share is its [`Context`].

mod accept;
pub mod address;
pub mod admin;
mod assemble;
pub mod base64;
pub mod budget;
pub mod bulk;
mod chain;
pub mod condition;
pub mod content;
mod context;
pub mod create;
pub mod credential;
pub mod cursor;
pub mod delete;
pub mod delivery;
pub mod discovery;
pub mod failure;
pub mod gauge;
pub mod jobs;
mod links;
pub mod list;
pub mod master;
pub mod member_ids;
pub mod members;
pub mod minute;
pub mod modify;
mod now;
pub mod oauth;
pub mod outside;
mod patch;
mod pending;
pub mod rate;
pub mod read;
mod removals;
pub mod replace;
pub mod reply;
pub mod seal;
pub mod session;
pub mod settings;
pub mod shards;
pub mod signing;
pub mod token;
pub mod transfer;
pub mod wake;
mod write;

pub use condition::Condition;
pub use context::Context;
pub use failure::Failure;
pub use outside::{Clock, Mint, Moment};
pub use reply::{ResourceReply, Selection};
pub use session::{Caller, Notes, Session};
pub use settings::{MAX_LARGE_BODY, Settings};
