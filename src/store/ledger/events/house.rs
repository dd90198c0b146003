//! The events of the house: tenants, their settings, credentials and clients; and what it does to
//! the record itself.

use scim::change::VALUES;
use scim::resource_type::ResourceType;

use super::event::{Event, Extent};
use super::origin::Origin;
use crate::fragment::{Fragment, value};
use crate::ledger::erasure::ERASURE;
use crate::{Statement, fragment};

/// Tells of rows with a type (`kind`), the id of what they are `about`, and its attributes `before`
/// and `after`, JSON objects: of those that differ.
pub fn house(origin: &Origin<'_>, rows: Fragment<'_>) -> Statement {
    let request = origin.request();
    Event {
        origin,
        from: None,
        resource_type: None,
        kind: "h.kind".into(),
        id: "NULL".into(),
        request: value(Some(request.as_str()).filter(|request| !request.is_empty())).into(),
        body: "'about', h.about || '', 'changes', json(h.changes)".into(),
        rows: fragment!(
            " CROSS JOIN (SELECT kind, about, (SELECT json_group_array(iif(\
             coalesce(octet_length(before), 0) + coalesce(octet_length(after), 0) > {VALUES}, \
             json_object('path', key, 'before', NULL, 'after', NULL, 'cut', json('true')), \
             json_object('path', key, 'before', json(before), 'after', json(after)))) \
             FROM (SELECT key, nullif(t.before -> fullkey, 'null') AS before, nullif(t.after -> fullkey, 'null') AS after FROM (\
             SELECT key, fullkey FROM json_each(t.before) UNION SELECT key, fullkey FROM json_each(t.after))) \
             WHERE before IS NOT after) AS changes FROM ({rows}) t) h WHERE h.changes <> '[]'",
            VALUES = VALUES,
            rows = rows,
        ),
        last: None,
        extent: Extent::Many,
    }
    .insert()
}

/// Tells that what was kept of a resource was erased, without a name or a value.
pub fn of_erasure(
    origin: &Origin<'_>,
    resource_type: &'static ResourceType,
    id: &str,
) -> Statement {
    Event {
        origin,
        from: None,
        resource_type: Some(resource_type),
        kind: value(ERASURE).into(),
        id: value(id).into(),
        request: Fragment::Made(origin.request()),
        body: "'version', NULL".into(),
        rows: Fragment::None,
        last: None,
        extent: Extent::One,
    }
    .insert()
}
