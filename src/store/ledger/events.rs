//! The record of every change: an event is one statement in the batch of the write it tells of, so
//! that nothing changes without one, and none tells of what was not done.
//!
//! What is read to be changed is known on both sides: its event stands behind the write and asks
//! whether that wrote ([`of_rewrite`]). What is written unread has its event in front, which asks
//! for what the write would ask for and takes along what was there ([`of_assign`], [`members`],
//! [`of_delete`]); the write then asks whether there was an event.

mod assign;
mod document;
mod event;
mod house;
mod members;
mod origin;
mod resource;

pub use assign::of_assign;
pub(super) use document::is_extension;
pub use event::{MAX_NAMES, name_of};
pub use house::{house, of_erasure};
pub use members::{first_members, members, of_joins, of_moves, of_pending, teams};
pub use origin::Origin;
pub use resource::{
    EventUpdate, MAX_KEPT_MEMBERS, ResourceWrite, of_create, of_creates, of_delete, of_deletes,
    of_rewrite, of_rewrites,
};
