//! An application's own user and team records, to SCIM resources and back.
//!
//! Here are the records of the small Python service that this server replaces, as its tables have
//! them. They are what an import of existing accounts reads; nothing that is provisioned over SCIM
//! passes through here, and so a user who came without a name is never given one of the names
//! below.
//!
//! | record | resource |
//! |---|---|
//! | `user_id` | `id`; `userName` where there is no e-mail address |
//! | `user_email` | `userName`, `displayName`, the primary value of `emails` |
//! | `user_alias` | `name.givenName`, `name.familyName` where `metadata.scim_metadata` has none |
//! | `metadata.scim_metadata.givenName`, `.familyName` | `name.givenName`, `name.familyName` |
//! | `metadata.scim_active` | `active`; a record without it is active |
//! | `teams` | `groups` |
//! | `team_id`, `team_alias` | `id`, `displayName` (the id where there is no alias) |
//! | `members` | `members` |
//! | `created_at`, `updated_at` | `meta.created`, `meta.lastModified` |
//!
//! Two things differ from that service, for reasons of this one. It gave every user without an
//! e-mail address the `userName` "Unknown Display Name"; a user name is unique here, and the
//! `user_id`, which that service made from the user name, takes its place. And it wrote a member's
//! e-mail address as the `value` of the member; RFC 7643 §4.2 has the member's id there, so the id
//! it is, and the address is the `display`.

mod parts;
mod record;
mod team;
mod user;

pub use record::{
    MemberRecord, TeamRecord, UNKNOWN_DISPLAY_NAME, UNKNOWN_FAMILY_NAME, UNKNOWN_USER, UserRecord,
};
pub use team::{team_from_scim, team_to_scim};
pub use user::{user_from_scim, user_to_scim};

#[cfg(test)]
mod tests;
