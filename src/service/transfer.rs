//! A tenant's resources on their way out and in, and back to what they were.

pub mod export;
pub mod import;
pub mod staging;
pub mod undo;
