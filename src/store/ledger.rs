//! The ledger: what happened. Nothing of it is asked for by a request of the SCIM face.

pub mod deliveries;
pub mod erasure;
pub mod events;
pub mod feed;
pub mod now;
pub mod replay;
pub mod requests;
pub mod seals;
pub mod tracks;
pub mod trimming;
pub mod undo;
pub mod webhooks;
