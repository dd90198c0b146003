//! What is done of a line, and what the resource that it becomes is called.

use scim::resource_type::ResourceType;

use super::super::line::LineResource;
use crate::write::{NewResource, Rewrite};
use store::transfer::matches::LineMatch;

/// A unique value that a resource has: its path, itself, and the id of that.
pub(super) type Holder = [String; 3];

/// What is done of a line.
pub(super) enum LineAction {
    /// Nothing.
    Skip,
    /// It waits until all others are there.
    Wait,
    Refuse(String),
    Write(Box<LineWrite>),
}

/// A resource to be written.
pub(super) struct LineWrite {
    pub(super) parsed: LineResource,
    pub(super) new: NewResource,
    pub(super) found: LineMatch,
    /// Whether it is a user who was here before, with the id from then.
    pub(super) is_former: bool,
    /// The resource that it is.
    pub(super) target: Option<String>,
    pub(super) rewrite: Option<(Rewrite, String, String)>,
}

impl LineWrite {
    /// Bytes that the text index is given of it.
    pub(super) fn index_bytes(&self) -> usize {
        match (&self.target, &self.rewrite) {
            (None, _) => self.new.index_bytes(),
            (Some(_), None) => 0,
            (Some(_), Some((rewrite, ..))) => rewrite.index_bytes(self.parsed.resource_type),
        }
    }
}

/// What a name of the import is stored as.
pub(super) fn key(kind: &str, of: &str, text: &str) -> String {
    [kind, "/", of, "/", text].concat()
}

/// The same of a value that only one resource may have.
pub(super) fn unique_key(path: &str, value: &str) -> String {
    ["u/", path, "/", value].concat()
}

pub(super) fn items<'i>(
    actions: &'i mut [(i64, LineAction)],
    resource_type: &'static ResourceType,
) -> impl Iterator<Item = &'i mut LineWrite> {
    actions
        .iter_mut()
        .filter_map(move |(_, action)| match action {
            LineAction::Write(item) if item.parsed.resource_type == resource_type => {
                Some(&mut **item)
            }
            LineAction::Write(_) | LineAction::Skip | LineAction::Wait | LineAction::Refuse(_) => {
                None
            }
        })
}
