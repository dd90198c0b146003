//! A resource as a client sees it, written as JSON text. What is stored is spliced in as it stands:
//! it is neither parsed nor printed again.
//!
//! JSON is put together by hand here, and nowhere else: by [`ObjectText`](crate::json::ObjectText)
//! each resource of a page and each member of a group, of whom there are a hundred thousand, would
//! be a text of its own, to be copied to the reply's.

use alloc::string::String;

use crate::resource_type::ResourceType;

/// A stored resource, and what the server adds to it (RFC 7643 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredResource<'a> {
    /// `id`.
    pub id: &'a str,
    /// The attributes that clients set, a JSON object; at least `schemas` is one of them.
    pub document: &'a str,
    /// `meta.created`.
    pub created: &'a str,
    /// `meta.lastModified`.
    pub last_modified: &'a str,
    /// `meta.version`, without the marks of an entity tag.
    pub version: &'a str,
}

impl StoredResource<'_> {
    /// Appends the resource. `base` is the base URL, without a slash at the end; `push_links`
    /// appends linked attributes, each behind a comma.
    ///
    /// ```
    /// use scim::{resource_type::GROUP_TYPE, show::StoredResource};
    /// let shown = StoredResource {
    ///     id: "7",
    ///     document: r#"{"displayName":"Tour Guides"}"#,
    ///     created: "2026-01-23T04:56:22.000Z",
    ///     last_modified: "2026-05-13T04:42:34.000Z",
    ///     version: "a330bc54f0671c9a",
    /// };
    /// let mut text = String::new();
    /// shown.push(&mut text, &GROUP_TYPE, "https://example.com/scim/v2", |_| ());
    /// let group: serde_json::Value = serde_json::from_str(&text).unwrap();
    /// assert_eq!(group["displayName"], "Tour Guides");
    /// assert_eq!(group["meta"]["location"], "https://example.com/scim/v2/Groups/7");
    /// assert_eq!(group["meta"]["version"], "W/\"a330bc54f0671c9a\"");
    /// ```
    pub fn push(
        &self,
        text: &mut String,
        resource_type: &ResourceType,
        base: &str,
        push_links: impl FnOnce(&mut String),
    ) {
        let attributes = self.document.strip_prefix('{').unwrap_or_default();
        let attributes = attributes.strip_suffix('}').unwrap_or_default();
        push(text, &["{\"id\":\"", self.id, "\",", attributes]);
        push_links(text);
        push(
            text,
            &[
                ",\"meta\":{\"resourceType\":\"",
                resource_type.name,
                "\",\"created\":\"",
                self.created,
                "\",\"lastModified\":\"",
                self.last_modified,
                "\",\"location\":\"",
                base,
                resource_type.endpoint,
                "/",
                self.id,
                "\",\"version\":\"W/\\\"",
                self.version,
                "\\\"\"}}",
            ],
        );
    }
}

/// As a line of an export: without what depends on where it was, its addresses and its version.
impl StoredResource<'_> {
    /// Appends the resource with these members.
    ///
    /// ```
    /// use scim::{resource_type::GROUP_TYPE, show::{Link, StoredResource}};
    /// let shown = StoredResource {
    ///     id: "7",
    ///     document: r#"{"displayName":"Tour Guides"}"#,
    ///     created: "2026-01-23T04:56:22.000Z",
    ///     last_modified: "2026-05-13T04:42:34.000Z",
    ///     version: "",
    /// };
    /// let member = Link { id: "1", endpoint: "/Users", kind: "User", display: "\"Ada\"" };
    /// let mut text = String::new();
    /// shown.push_line(&mut text, &GROUP_TYPE, [member].into_iter());
    /// assert!(text.starts_with(r#"{"id":"7","displayName":"Tour Guides","members":[{"value":"1","type":"User","display":"Ada"}],"meta":{"#));
    /// assert!(text.ends_with("}}\n"));
    /// ```
    pub fn push_line<'a>(
        &self,
        text: &mut String,
        resource_type: &ResourceType,
        members: impl Iterator<Item = Link<'a>>,
    ) {
        let attributes = self.document.strip_prefix('{').unwrap_or_default();
        let attributes = attributes.strip_suffix('}').unwrap_or_default();
        push(text, &["{\"id\":\"", self.id, "\",", attributes]);
        let mut joint = ",\"members\":[";
        for member in members {
            let [id, kind, display] = [member.id, member.kind, member.display];
            push(text, &[joint, "{\"value\":\"", id, "\",\"type\":\"", kind]);
            push(text, &["\",\"display\":", display, "}"]);
            joint = ",";
        }
        if joint == "," {
            text.push(']');
        }
        let [created, last_modified] = [self.created, self.last_modified];
        let name = resource_type.name;
        push(
            text,
            &[
                ",\"meta\":{\"resourceType\":\"",
                name,
                "\",\"created\":\"",
                created,
            ],
        );
        push(text, &["\",\"lastModified\":\"", last_modified, "\"}}\n"]);
    }
}

/// An element of a linked attribute: a member of a group, or a group of a user (RFC 7643 §2.4,
/// §4.1.2, §4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link<'a> {
    /// `value`: the id of the other resource.
    pub id: &'a str,
    /// Where resources of its type are.
    pub endpoint: &'a str,
    /// `type`.
    pub kind: &'a str,
    /// `display`, a JSON string.
    pub display: &'a str,
}

impl Link<'_> {
    /// Appends the element.
    pub fn push(&self, text: &mut String, base: &str) {
        push(
            text,
            &[
                "{\"value\":\"",
                self.id,
                "\",\"$ref\":\"",
                base,
                self.endpoint,
                "/",
                self.id,
                "\",\"type\":\"",
                self.kind,
                "\",\"display\":",
                self.display,
                "}",
            ],
        );
    }
}

/// Appends elements, with commas between.
pub fn push_links<'a>(text: &mut String, links: impl Iterator<Item = Link<'a>>, base: &str) {
    for (index, link) in links.enumerate() {
        if index > 0 {
            text.push(',');
        }
        link.push(text, base);
    }
}

/// Appends an attribute with its elements behind a comma; nothing where there are none.
pub fn push_linked<'a>(
    text: &mut String,
    name: &str,
    links: impl Iterator<Item = Link<'a>>,
    base: &str,
) {
    let before = text.len();
    push(text, &[",\"", name, "\":["]);
    let empty = text.len();
    push_links(text, links, base);
    if text.len() == empty {
        text.truncate(before);
    } else {
        text.push(']');
    }
}

/// Opens the object at the end of a text once more, for a list that comes in pieces: its values and
/// [`LIST_END`] are still to follow.
///
/// ```
/// use scim::show::{LIST_END, open_list};
/// let mut group = String::from(r#"{"id":"7"}"#);
/// open_list(&mut group, "members");
/// group.push_str(LIST_END);
/// assert_eq!(group, r#"{"id":"7","members":[]}"#);
/// ```
pub fn open_list(text: &mut String, name: &str) {
    text.pop();
    let comma = if text.ends_with('{') { "" } else { "," };
    push(text, &[comma, "\"", name, "\":["]);
}

/// What ends a list, and the object that it is the last member of.
pub const LIST_END: &str = "]}";

/// The entity tag of a version, as `meta.version` has it: a weak one (RFC 7643 §3.1).
///
/// ```
/// assert_eq!(scim::show::etag("a330bc54f0671c9a"), r#"W/"a330bc54f0671c9a""#);
/// ```
pub fn etag(version: &str) -> String {
    ["W/\"", version, "\""].concat()
}

fn push(text: &mut String, parts: &[&str]) {
    for part in parts {
        text.push_str(part);
    }
}
