//! SCIM 2.0, the protocol: schemas, filters, PATCH, projection, messages (RFC 7643, 7644, 9865).
//!
//! This crate knows what a SCIM request means and what a reply must look like. It does no I/O, asks no clock, draws no
//! random number and knows no database: those are arguments, or somebody else's work.
//!
//! # Schemas of your own
//!
//! The crate has the User and Group of RFC 7643 and the enterprise extension of User:
//!
//! ```
//! use scim::resource_type::ResourceType;
//!
//! let user = ResourceType::named("User").expect("it is always there");
//! assert_eq!(user.endpoint, "/Users");
//! assert!(user.extension("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User").is_some());
//! ```
//!
//! More of them are JSON documents as `/Schemas` and `/ResourceTypes` show them, compiled in as tables when the crate is
//! built. The environment variable `SCIM_SCHEMAS` names their folder, for example in the `.cargo/config.toml` of the
//! server that depends on the crate:
//!
//! ```toml
//! [env]
//! SCIM_SCHEMAS = { value = "schemas", relative = true }
//! ```
//!
//! ```text
//! schemas/room.json                   a Schema (RFC 7643 §7)
//! schemas/resource_types/room.json    a ResourceType (RFC 7643 §6): `"name": "Room", "endpoint": "/Rooms"`
//! ```
//!
//! `ResourceType::named("Room")` is then there like the others. A document that is wrong stops the build with a sentence
//! that says what to write instead; without the variable, or with an empty one, there are none. Cargo reads its
//! configuration from the folder that it is called in upwards, so a path in the variable itself is an absolute one.
//! `examples/own-schemas` is such a program, `docs/extending.md` says what may be written.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod bulk;
pub mod config;
pub mod date_time;
pub mod discovery;
pub mod error;
pub mod filter;
pub mod fold;
pub mod habit;
pub mod json;
pub mod list;
pub mod patch;
pub mod path;
pub mod projection;
pub mod resource;
pub mod resource_type;
pub mod schema;
pub mod schemas;
pub mod show;
pub mod transform;
