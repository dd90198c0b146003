//! The conversations of `tests/conversations` and what plays them: against the service in memory,
//! the built Worker, and, as `npm run doctor`, any SCIM endpoint. It knows nothing of this service.

pub mod conversation;
pub mod examination;
pub mod http;
pub mod traces;
