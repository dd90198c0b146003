//! The versions that a write is meant for: the condition under which its statements do something.

use super::expression::View;
use super::fragment;
use super::fragment::{Fragment, value};
use super::membership::json;
use super::read::{ResourceRef, from};

/// Which version an update or delete is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard<'a> {
    /// Any.
    None,
    /// No version: `If-None-Match: *` is met by nothing that is there.
    Never,
    /// As the lists of headers say.
    Tags {
        /// One of these: `If-Match`.
        one_of: Option<&'a [String]>,
        /// None of these: `If-None-Match`.
        none_of: &'a [String],
    },
    /// This one, which the document was read at.
    Exactly(&'a str),
}

impl<'a> Guard<'a> {
    /// The condition that the resource is there, and is the version meant.
    pub fn exists(self, view: &View<'a>, reference: &'a ResourceRef) -> Fragment<'a> {
        fragment!(
            "EXISTS (SELECT 1{from}{guard})",
            from = from(view, reference),
            guard = self,
        )
    }
}

/// The condition on the row's version, behind another.
impl<'a> From<Guard<'a>> for Fragment<'a> {
    fn from(guard: Guard<'a>) -> Self {
        match guard {
            Guard::None => Self::None,
            Guard::Exactly(version) => {
                fragment!(" AND version = {version}", version = value(version))
            }
            Guard::Never => " AND 0".into(),
            Guard::Tags { one_of, none_of } => {
                let one_of = one_of.map(|versions| {
                    fragment!(
                        " AND version IN (SELECT value FROM json_each({versions}))",
                        versions = Fragment::Made(json(versions)),
                    )
                });
                let none_of = (!none_of.is_empty()).then(|| {
                    fragment!(
                        " AND version NOT IN (SELECT value FROM json_each({versions}))",
                        versions = Fragment::Made(json(none_of)),
                    )
                });
                [one_of, none_of].into()
            }
        }
    }
}
