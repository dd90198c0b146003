//! A tenant on its way out and in.

mod export;
mod import;
