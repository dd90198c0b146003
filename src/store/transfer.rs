//! A tenant's resources on their way out and in: statements of the export and of the import.

pub mod export;
pub mod import;
pub mod matches;
mod members;
mod progress;
