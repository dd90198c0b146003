//! What an operator may.

use scim::json;
use serde_json::Value;

/// Scopes, as a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u16);

/// A scope: its name, itself, and what it includes.
type ScopeRow = (&'static str, u16, u16);

const TENANTS_READ: u16 = 1;
const TENANTS_WRITE: u16 = 1 << 1;
const DIRECTORY_READ: u16 = 1 << 2;
const DIRECTORY_WRITE: u16 = 1 << 3;
const EVENTS_READ: u16 = 1 << 4;
const REQUESTS_READ: u16 = 1 << 5;
const WEBHOOKS_WRITE: u16 = 1 << 6;
const EVERYTHING: u16 = 1 << 7;

/// Writing includes reading. Whoever may make credentials of a tenant may do what they may.
const TABLE: [ScopeRow; 8] = [
    ("tenants:read", TENANTS_READ, 0),
    (
        "tenants:write",
        TENANTS_WRITE,
        TENANTS_READ | DIRECTORY_READ | DIRECTORY_WRITE,
    ),
    ("directory:read", DIRECTORY_READ, 0),
    ("directory:write", DIRECTORY_WRITE, DIRECTORY_READ),
    ("events:read", EVENTS_READ, 0),
    ("requests:read", REQUESTS_READ, 0),
    ("webhooks:write", WEBHOOKS_WRITE, EVENTS_READ),
    ("*", EVERYTHING, u16::MAX),
];

impl Scopes {
    /// All of them.
    pub const ALL: Self = Self(u16::MAX);

    /// The scope of this name, with what it includes.
    ///
    /// ```
    /// use service::admin::scope::Scopes;
    /// assert!(Scopes::by_name("tenants:write").unwrap().has("directory:read"));
    /// assert!(!Scopes::by_name("directory:write").unwrap().has("tenants:read"));
    /// assert_eq!(Scopes::by_name("everything"), None);
    /// ```
    pub fn by_name(name: &str) -> Option<Self> {
        let row = TABLE.iter().find(|(word, ..)| *word == name);
        row.map(|(_, own, included)| Self(own | included))
    }

    /// Those of a JSON array, as it was stored.
    pub fn from_json(text: &str) -> Self {
        let value = json::parse(text).unwrap_or_default();
        let names = value.as_array().into_iter().flatten();
        let scopes = names.filter_map(Value::as_str).filter_map(Self::by_name);
        Self(scopes.fold(0, |all, scope| all | scope.0))
    }

    /// Whether the scope of this name is one of them.
    pub fn has(self, name: &str) -> bool {
        let row = TABLE.iter().find(|(word, ..)| *word == name);
        row.is_some_and(|(_, own, _)| self.0 & own != 0)
    }
}

/// The names of all.
pub(super) fn names() -> [&'static str; TABLE.len()] {
    TABLE.map(|(name, ..)| name)
}

/// The name of a scope, as it stands in the table.
pub(super) fn static_name(name: &str) -> &'static str {
    let row = TABLE.iter().find(|(word, ..)| *word == name);
    row.map_or("*", |(word, ..)| word)
}
