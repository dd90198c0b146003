//! The SCIM face: what RFC 7644 has beyond HTTP.

pub mod bulk;
pub mod media;
pub mod provider;
