//! What several test binaries share. None of them uses all of it.
#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "each test binary uses its part"
)]
#![allow(
    unreachable_pub,
    reason = "what is shared is public here, whatever a binary makes of it"
)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy.toml allows them in tests, but does not see that these are called by tests only"
)]

pub(crate) mod client;
pub(crate) mod conversation;
pub(crate) mod http;
pub(crate) mod memory;
pub(crate) mod worker;
