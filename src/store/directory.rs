//! The directory: tenants, credentials, operators' own tokens, jobs. What the admin face reads and
//! writes.
//!
//! A row that an operator is shown is made by the database as JSON text, in the shape of the reply,
//! so that nothing is taken apart and put together again. Statements about what is a tenant's carry
//! its number.

pub mod clients;
mod credentials;
pub mod ending;
pub mod expiring;
pub mod house_events;
pub mod jobs;
pub mod key_sets;
pub mod operators;
pub mod tenants;
pub mod tokens;
