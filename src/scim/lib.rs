//! SCIM 2.0, the protocol: schemas, filters, PATCH, projection, messages (RFC 7643, 7644, 9865).
//!
//! This crate knows what a SCIM request means and what a reply must look like. It does no I/O, asks no clock, draws no
//! random number and knows no database: those are arguments, or somebody else's work.
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
