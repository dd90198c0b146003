//! The use cases: what a client may ask for, one file each, over any [`Database`](store::Database).
//!
//! They are methods of a [`Session`], which is one caller's; what all share is its [`Context`].

use scim::list::List;
use scim::projection::Projection;
use scim::resource_type::ResourceType;

mod accept;
pub mod address;
pub mod admin;
mod assemble;
pub mod base64;
pub mod budget;
pub mod bulk;
mod chain;
pub mod condition;
pub mod content;
mod context;
pub mod create;
pub mod credential;
pub mod cursor;
pub mod delete;
pub mod delivery;
pub mod discovery;
pub mod failure;
pub mod gauge;
pub mod jobs;
mod links;
pub mod list;
pub mod master;
pub mod member_ids;
pub mod members;
pub mod minute;
pub mod modify;
mod now;
pub mod oauth;
pub mod outside;
mod patch;
mod pending;
pub mod rate;
pub mod read;
mod removals;
pub mod replace;
pub mod seal;
pub mod session;
pub mod settings;
pub mod shards;
pub mod signing;
pub mod token;
pub mod transfer;
pub mod wake;
mod write;

use assemble::parse_stored;
pub use condition::Condition;
use content::Content;
pub use context::Context;
pub use failure::Failure;
pub use session::{Caller, Notes, Session};
pub use settings::Settings;

/// Bytes of the largest body: of a Bulk request, and of a group, which may have tens of thousands
/// of members.
pub const MAX_LARGE_BODY: u32 = 4_194_304;

/// Resources of the largest page.
pub const MAX_PAGE_SIZE: u32 = 1_000;

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
    /// The same behind a prefix, without hyphens: the id of what is no resource.
    fn id_with(&self, prefix: &str) -> String {
        [prefix, &scim::part::replace(&self.id(), "-", "")].concat()
    }
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
        let attributes: Vec<&str> = self.attributes.iter().map(String::as_str).list();
        let excluded: Vec<&str> = self.excluded.iter().map(String::as_str).list();
        Ok(Projection::bind(resource_type, &attributes, &excluded)?)
    }
}
