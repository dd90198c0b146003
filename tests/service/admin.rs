//! The admin face: tenants, credentials, jobs, and the SCIM face as a tenant.

mod access;
mod bodies;
mod isolation;
mod jobs;
mod page;
mod requests;
mod tenants;
mod tokens;
mod undo;
