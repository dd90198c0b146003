//! The admin face: tenants, credentials, jobs, and the SCIM face as a tenant.

mod access;
mod isolation;
mod jobs;
mod page;
mod requests;
mod tenants;
mod tokens;
mod undo;
