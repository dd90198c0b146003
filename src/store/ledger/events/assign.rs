//! The event of values that are written unread: what was there before is found by the statement.

use scim::json::text;
use scim::list::List;
use scim::schema::Attribute;
use serde_json::Value;

use super::event::{Event, Extent, Kind, name_of, names};
use super::origin::Origin;
use crate::expression::{View, json_path};
use crate::fragment::{Fragment, value};
use crate::guard::Guard;
use crate::read::{ResourceRef, is};
use crate::table::Table;
use crate::{Statement, fragment};

/// Bytes of a value that was there before, of those that are written unread.
const MAX_UNREAD_BYTES: usize = 2_000;

/// Tells of values that are about to be assigned unread, where one of them differs.
pub fn of_assign(
    origin: &Origin<'_>,
    view: &View<'_>,
    (reference, guard): (&ResourceRef, Guard<'_>),
    version: &str,
    values: &[(&'static Attribute, Value)],
) -> Statement {
    let row = view.row();
    let part_of = |name: &str, stored| {
        let new = values.iter().find(|(attribute, _)| attribute.name == name);
        new.map_or(stored, |(_, new)| value(new.as_str()).into())
    };
    let is_active = values.iter().find_map(|(attribute, value)| {
        let is_it = Table::of(view.resource_type)
            .copies
            .contains(&attribute.name);
        value.as_bool().filter(|_| is_it)
    });
    // Put together as text, where each value is JSON text already.
    let (mut entries, mut differences) = (Vec::new(), Vec::new());
    let texts = values.iter().map(|(_, new)| text(new)).list();
    for ((attribute, _), new) in values.iter().zip(&texts) {
        let differs = || {
            fragment!(
                "{row}.document -> {path} IS NOT {new}",
                row = row,
                path = json_path(attribute.name),
                new = value(new),
            )
        };
        entries.push(fragment!(
            "iif({differs}, {OPEN} || '{name}\",' || iif(octet_length({row}.document -> {path}) > {MAX_UNREAD_BYTES}, \
             '\"before\":null,\"after\":null,\"cut\":true', \
             '\"before\":' || coalesce({row}.document -> {path}, 'null') || ',\"after\":' || {new}) || '}', '')",
            differs = differs(),
            OPEN = "',{\"path\":\"'",
            name = attribute.name,
            row = row,
            path = json_path(attribute.name),
            MAX_UNREAD_BYTES = MAX_UNREAD_BYTES,
            new = value(new),
        ));
        differences.push(differs());
    }
    let entries = Fragment::join(entries, " || ");
    let differences = Fragment::join(differences, " OR ");
    let external_id = part_of("externalId", view.column("external_id"));
    let name = name_of(view.resource_type);
    let stored_name = fragment!(
        "{row}.document ->> {path}",
        row = row,
        path = json_path(name),
    );
    let names = names(
        value(version).into(),
        external_id,
        part_of(name, stored_name),
    );
    let kind = {
        let updated = Kind(view.resource_type, "updated");
        match is_active {
            None => updated.into(),
            Some(true) => fragment!(
                "iif({row}.active IS 0, {activated}, {updated})",
                row = row,
                activated = Kind(view.resource_type, "activated"),
                updated = updated,
            ),
            Some(false) => fragment!(
                "iif({row}.active IS 0, {updated}, {deactivated})",
                row = row,
                deactivated = Kind(view.resource_type, "deactivated"),
                updated = updated,
            ),
        }
    };
    let request = origin.request();
    Event {
        origin,
        from: None,
        resource_type: Some(view.resource_type),
        kind,
        id: view.column("id"),
        request: value(&request).into(),
        body: names,
        rows: fragment!(
            " CROSS JOIN {row} WHERE {is}{guard} AND ({differences})",
            row = row,
            is = is(view, reference),
            guard = guard,
            differences = differences,
        ),
        last: Some((
            "changes",
            fragment!("'[' || substr({entries}, 2) || ']'", entries = entries),
        )),
        extent: Extent::One,
    }
    .insert()
}
