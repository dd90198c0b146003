//! What an event has of a document, and of one that is too large.

use scim::change::VALUES;

use crate::expression::{View, shown_document};
use crate::fragment;
use crate::fragment::Fragment;

/// Whether a row of `json_each` over a document is an extension, and no attribute.
macro_rules! is_extension {
    ($row:literal) => {
        concat!($row, ".type = 'object' AND ", $row, ".key LIKE 'urn:%'")
    };
}
pub(in crate::ledger) use is_extension;

/// The attributes of the row's document, of an extension each of its own, without what nobody is
/// shown: rows of the key at the top, what stands before the name in a path, the name, the value,
/// and whether that takes no more than its share of an event.
pub(super) fn attributes<'a>(view: &View<'a>) -> Fragment<'a> {
    fragment!(
        "(SELECT a.key AS key, a.path AS path, x.key AS name, a.object -> x.fullkey AS value, \
         octet_length(x.value) <= {VALUES} / count(*) OVER () AS fits FROM (\
         SELECT key, iif(inside, key || ':', '') AS path, iif(inside, value, json_object(key, json(document -> fullkey))) AS object \
         FROM (SELECT key, value, fullkey, {shown} AS document, {is_extension} AS inside FROM json_each({shown}) d)\
         ) a CROSS JOIN json_each(a.object) x)",
        VALUES = VALUES,
        shown = shown_document(view),
        is_extension = is_extension!("d"),
    )
}

/// The document of the row as the member `side` of a JSON object, without what nobody is shown. Of
/// one that is too large, the attributes that take more than their share are left out, and named in
/// `cut`.
pub(super) fn document<'a>(view: &View<'a>, side: &'static str) -> Fragment<'a> {
    fragment!(
        "'{side}', iif(octet_length({row}.document) <= {VALUES}, json({shown}), (\
             SELECT json_group_object(key, json(iif(path = '', object -> ('$.\"' || key || '\"'), object))) FROM (\
             SELECT key, path, json_group_object(name, iif(fits, json(value), NULL)) AS object FROM {attributes} GROUP BY key))), \
             'cut', iif(octet_length({row}.document) <= {VALUES}, NULL, (\
             SELECT json_group_array(path || name) FILTER (WHERE NOT fits) FROM {attributes}))",
        side = side,
        row = view.row(),
        VALUES = VALUES,
        shown = shown_document(view),
        attributes = attributes(view),
    )
}
