//! The service over `SQLite` in memory: a request in, a reply out, no network.
//!
//! One binary, so that a change of one line links once. `cargo test --test service bulk::` runs one
//! file of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "clippy.toml allows them in tests, but does not see that these are called by tests only"
)]

mod active;
mod admin;
mod agreement;
mod bodies;
mod brake;
mod bulk;
mod chain;
mod conversations;
mod cursors;
mod dear;
mod deleted;
mod discovery;
mod erasure;
mod errors;
mod events;
mod extensions;
mod feed;
mod front;
mod group_names;
mod groups;
mod health;
mod house;
mod isolation;
mod leavers;
mod left_out;
mod loads;
mod log;
mod me;
mod memberships;
mod names;
mod oauth;
mod openapi;
mod pages;
mod patch;
mod pending;
mod rates;
mod readings;
mod refusals;
mod requested;
mod routes;
mod seam;
mod settings;
mod shards;
mod statements;
mod stored;
mod tables;
mod tenants;
mod text;
mod tokens;
mod transfer;
mod upgrade;
mod users;
mod versions;
mod walk;
mod webhooks;
