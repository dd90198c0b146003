//! A tenant's resources on their way out and in.

pub mod export;
pub mod import;
pub mod staging;
