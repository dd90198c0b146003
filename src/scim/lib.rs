//! SCIM 2.0, the protocol: schemas, filters, PATCH, projection, messages (RFC 7643, 7644, 9865).
//!
//! This crate knows what a SCIM request means and what a reply must look like, for a server that
//! has its own storage and its own way to speak HTTP. It does no I/O, asks no clock, draws no
//! random number and knows no database: those are arguments, or somebody else's work. It needs no
//! `std`.
//!
//! What identity providers send is often not what the RFCs have. Where only one meaning is possible
//! it is read so, and the [`habit`] noted by its name; where none is, an
//! [`Error`](error::Error) says in a sentence what to send instead.
//!
//! # A resource comes in
//!
//! The body of a POST or PUT becomes a document: names as the schema spells them, values of the
//! types that it has, nothing that no schema knows.
//!
//! ```
//! use scim::{habit::Habits, resource::Resource, resource_type::USER_TYPE};
//! use serde_json::json;
//!
//! let body = json!({ "USERNAME": "Ada", "active": "True", "shoeSize": 42 });
//! let mut habits = Habits::default();
//! let user = Resource::accept(&USER_TYPE, &body, &mut habits)?;
//! assert_eq!(user.document["userName"], "Ada");
//! assert_eq!(user.document["active"], true);
//! assert_eq!(habits.left_out().collect::<Vec<_>>(), ["shoeSize"]);
//! # Ok::<(), scim::error::Error>(())
//! ```
//!
//! # It is changed
//!
//! A PATCH is read whole, and checked, before the first of its operations is applied.
//!
//! ```
//! use scim::message::patch_op::PatchOp;
//! use scim::{habit::Habits, patch::apply::apply, resource_type::USER_TYPE};
//! use serde_json::json;
//!
//! let mut document = json!({ "userName": "Ada", "active": true }).as_object().cloned().unwrap();
//! let body = json!({ "Operations": [
//!     { "op": "replace", "path": "active", "value": false },
//!     { "op": "add", "path": "emails[type eq \"work\"].value", "value": "ada@example.com" },
//! ] });
//! let mut habits = Habits::default();
//! let patch = PatchOp::parse(&USER_TYPE, &body, &mut habits)?;
//! apply(&USER_TYPE, &patch.operations, &mut document, &mut habits)?;
//! assert_eq!(document["active"], false);
//! assert_eq!(document["emails"][0]["value"], "ada@example.com");
//! # Ok::<(), scim::error::Error>(())
//! ```
//!
//! # It is looked for
//!
//! A filter is bound to a resource type and asked of the folded image of a document, in which
//! strings have no letter case and names are normalised. A database can hold the same images, and
//! a bound filter be written in its language.
//!
//! ```
//! use scim::filter::{Filter, predicate::Predicate};
//! use scim::{fold::fold, habit::Habits, resource_type::USER_TYPE};
//! use serde_json::json;
//!
//! let filter = Filter::parse(r#"userName eq "ADA" and not (title pr)"#)?;
//! let predicate = Predicate::bind(&filter, &USER_TYPE, &mut Habits::default())?;
//! let user = json!({ "userName": "Ada" });
//! assert!(predicate.evaluate(&fold(&USER_TYPE, user.as_object().unwrap())));
//! # Ok::<(), scim::error::Error>(())
//! ```
//!
//! # Where things are
//!
//! | module | what |
//! |---|---|
//! | [`schema`], [`schemas`], [`resource_type`] | attributes and what each is like, the tables of RFC 7643, types and their endpoints |
//! | [`resource`] | the body of a POST or PUT to a document, required and immutable attributes |
//! | [`path`], [`filter`] | names of attributes, filters: read, bound to a type, evaluated |
//! | [`patch`] | the operations of a PATCH, applied; those on members apart |
//! | [`change`] | which attributes are others than before, for a record of changes |
//! | [`fold`], [`date_time`] | what makes two values the same, and which comes first |
//! | [`projection`], [`show`] | `attributes`, `excludedAttributes`, `returned`; a stored document as it is shown |
//! | [`message`], [`discovery`] | messages, read or written: `PatchOp`, `SearchRequest`, …; what the server tells of itself |
//! | [`error`] | every refusal of the protocol, by name, and the message that tells it |
//! | [`index`] | which of many texts one is, for lists without a twin |
//! | [`part`] | where a text stands in another, for one search in place of many |
//! | [`list`] | what becomes a list, for little code in a wasm |
//! | [`habit`] | what was read leniently or left out, for a log and a header |
//! | [`transform`] | an application's own record to a SCIM resource and back |
//! | [`redact`] | a message without what a log may not have |
//! | [`json`] | the one place where text becomes JSON, and JSON text |
//!
//! # Where it runs
//!
//! Where there is an allocator. Unicode's tables come along (`unicode-tables`), but not for
//! `wasm32-unknown-unknown`: there JavaScript is asked for letter case and normal forms
//! (`unicode-javascript`), through `wasm-bindgen`, whose glue the host has to load. A wasm whose
//! host is not JavaScript is built for `wasm32v1-none` or `wasm32-wasip1`, and asks its host for
//! nothing.
//!
//! # What it does not do
//!
//! It has no routes, no status but what a refusal implies, no tokens and no storage. Versions, ids
//! and times are given to it. Uniqueness, membership and pages are questions to a database: the
//! crate says what is to hold, and who keeps the resources sees to it. `docs/integrating.md` shows
//! it in a server of one's own.
//!
//! # Schemas of your own
//!
//! The crate has the User and Group of RFC 7643 and the enterprise extension of User:
//!
//! ```
//! use scim::resource_type::ResourceType;
//!
//! let user = ResourceType::by_name("User").expect("it is always there");
//! assert_eq!(user.endpoint, "/Users");
//! assert!(user.extension("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User").is_some());
//! ```
//!
//! More of them are JSON documents as `/Schemas` and `/ResourceTypes` show them, compiled in as
//! tables when the crate is built. The environment variable `SCIM_SCHEMAS` names their folder, for
//! example in the `.cargo/config.toml` of the server that depends on the crate:
//!
//! ```toml
//! [env]
//! SCIM_SCHEMAS = { value = "schemas", relative = true }
//! ```
//!
//! ```text
//! schemas/room.json                   a Schema (RFC 7643 §7)
//! schemas/resource_types/room.json    a ResourceType (RFC 7643 §6): Room, at /Rooms
//! ```
//!
//! `ResourceType::by_name("Room")` is then there like the others. A document that is wrong stops
//! the build with a sentence that says what to write instead; without the variable, or with an
//! empty one, there are none. Cargo reads its configuration from the folder that it is called in
//! upwards, so a path in the variable itself is an absolute one. `examples/own-schemas` is such a
//! program, `docs/extending.md` says what may be written.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod attribute_name;
pub mod change;
pub mod date_time;
pub mod discovery;
pub mod error;
pub mod filter;
pub mod fold;
pub mod habit;
pub mod index;
pub mod json;
pub mod list;
pub mod message;
pub mod part;
pub mod patch;
pub mod path;
pub mod projection;
pub mod redact;
pub mod resource;
pub mod resource_type;
pub mod schema;
pub mod schemas;
pub mod show;
pub mod transform;
