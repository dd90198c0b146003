//! The use cases: what a client may ask for, one file each, over any [`Database`](store::Database).
//!
//! They are methods of a [`Session`], which is one caller's; what all share is its [`Context`].

use scim::message::config::Limits;
use scim::projection::Projection;
use scim::resource_type::ResourceType;

pub mod admin;
mod assemble;
pub mod base64;
pub mod bulk;
pub mod condition;
pub mod content;
pub mod create;
pub mod credential;
pub mod cursor;
pub mod delete;
pub mod discovery;
pub mod failure;
pub mod gauge;
pub mod jobs;
mod links;
pub mod list;
pub mod members;
pub mod modify;
pub mod oauth;
pub mod patch;
pub mod read;
pub mod replace;
pub mod session;
pub mod token;
mod write;

use assemble::parse_stored;
pub use condition::Condition;
use content::Content;
pub use failure::Failure;
pub use session::{Caller, Context, Notes, Session};

/// Bytes of the largest body: of a Bulk request, and of a group, which may have tens of thousands
/// of members.
pub const MAX_LARGE_BODY: u32 = 4_194_304;

/// What an operator can set, and the limits that clients are told.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `ACCEPT_USER_GROUPS`: whether POST and PUT of a user set its teams from `groups`, which RFC
    /// 7643 makes readOnly.
    pub accept_user_groups: bool,
    /// `UNIQUE_GROUP_NAMES`: whether the name of a group is no other group's of its tenant.
    pub unique_group_names: bool,
    /// `BASE_URL`: the base URL of addresses in replies, without a slash at its end. By default the
    /// address that the request came to, up to `/scim/v2`, which is wrong where another Worker
    /// before this one has changed it.
    pub base_url: Option<String>,
    /// What `ServiceProviderConfig` tells.
    pub limits: Limits,
}

/// Pages: by default, at the most. Bulk: operations, bytes. A cursor: seconds.
impl Default for Settings {
    fn default() -> Self {
        Self {
            accept_user_groups: false,
            unique_group_names: true,
            base_url: None,
            limits: Limits {
                bulk_max_operations: 1_000,
                bulk_max_payload_size: MAX_LARGE_BODY,
                filter_max_results: 1_000,
                default_page_size: 100,
                max_page_size: 1_000,
                cursor_timeout: 3_600,
            },
        }
    }
}

impl Settings {
    /// The value of `BASE_URL` as addresses begin with it; none where it is not the absolute
    /// address of a place on the web, to which a path can be added.
    ///
    /// ```
    /// use service::Settings;
    /// let base = "https://app.example.com/api/scim/v2";
    /// assert_eq!(Settings::base_url(" HTTPS://app.example.com/api/scim/v2// ").as_deref(), Some(base));
    /// for wrong in ["app.example.com", "/scim/v2", "https://", "https:///scim", "https://:80", "ftp://a", "https://a?b", "https://a#b"] {
    ///     assert_eq!(Settings::base_url(wrong), None, "{wrong}");
    /// }
    /// ```
    pub fn base_url(text: &str) -> Option<String> {
        let (scheme, rest) = text.trim().split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let rest = rest.trim_end_matches('/');
        let is_strange = |character: char| {
            character.is_whitespace() || character.is_control() || "?#@\\\"<>".contains(character)
        };
        let is_good = ["https", "http"].contains(&scheme.as_str())
            && !rest.is_empty()
            && !rest.starts_with(['/', ':'])
            && !rest.contains(is_strange);
        is_good.then(|| format!("{scheme}://{rest}"))
    }
}

/// The present moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// RFC 3339 in UTC with three digits of a second.
    pub text: String,
    /// Milliseconds since 1970.
    pub milliseconds: u64,
}

impl Moment {
    /// The moment this many milliseconds after 1970.
    pub fn at(milliseconds: u64) -> Self {
        Self {
            text: scim::date_time::from_milliseconds(milliseconds),
            milliseconds,
        }
    }
}

/// Tells the time.
pub trait Clock {
    /// The present moment.
    fn now(&self) -> Moment;
}

/// A clock that stands still.
impl Clock for Moment {
    fn now(&self) -> Moment {
        self.clone()
    }
}

/// Makes what must be new.
pub trait Mint {
    /// A `UUIDv7`, later than those before it.
    fn id(&self) -> String;
    /// The version of a resource as just written: any text that was never used before.
    fn version(&self) -> String;
    /// The random part of a credential, where there is randomness.
    fn secret(&self) -> Option<[u8; token::RANDOM_BYTES]> {
        None
    }
}

/// A resource for a reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The resource as JSON text, as far as the client asked for it.
    pub body: Content,
    /// Its version, without the marks of an `ETag`.
    pub version: String,
    /// Its address.
    pub location: String,
}

/// The attributes that the client asked for, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// `attributes`.
    pub attributes: Vec<String>,
    /// `excludedAttributes`.
    pub excluded: Vec<String>,
}

impl Selection {
    /// Whether nothing was asked for.
    pub fn is_default(&self) -> bool {
        self.attributes.is_empty() && self.excluded.is_empty()
    }

    /// Bound to a type.
    pub fn bind(&self, resource_type: &'static ResourceType) -> Result<Projection, Failure> {
        let attributes: Vec<&str> = self.attributes.iter().map(String::as_str).collect();
        let excluded: Vec<&str> = self.excluded.iter().map(String::as_str).collect();
        Ok(Projection::bind(resource_type, &attributes, &excluded)?)
    }
}
