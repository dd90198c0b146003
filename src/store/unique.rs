//! Values that no two resources of a tenant share, of the operator's own attributes; a table holds
//! them.

use scim::json;
use scim::list::List;
use serde_json::Value;

use super::Statement;
use super::expression::View;
use super::fragment::{Fragment, value};
use super::guard::Guard;
use super::read::ResourceRef;
use super::table::scope;
use crate::statement;

/// A value, with the path of its attribute.
pub type Pair = (String, String);

/// The columns of a value, in the order in which they are inserted.
pub(super) const COLUMNS: &str = "tenant_id, attribute, value, resource_id";

/// The statement that gives a resource just created with `version` its values; one in use fails the
/// batch.
pub fn claim(view: &View<'_>, id: &str, version: &str, values: &[Pair]) -> Option<Statement> {
    (!values.is_empty()).then(|| insert(view, id, version, values, ""))
}

/// The same for many resources just created, each value with the id of its resource; what was not
/// created claims none.
pub fn claim_many(view: &View<'_>, values: &[(&str, &Pair)]) -> Option<Statement> {
    let rows: Value = values
        .iter()
        .map(|(id, (attribute, value))| vec![*id, attribute.as_str(), value.as_str()])
        .list()
        .into();
    let rows = json::text(&rows);
    (!values.is_empty()).then(|| {
        statement!(
            "INSERT INTO unique_values ({columns}) \
             SELECT {row}.tenant_id, j.value ->> 1, j.value ->> 2, {row}.id \
             FROM json_each({rows}) j CROSS JOIN {row} ON {scope} AND {row}.id = j.value ->> 0",
            columns = COLUMNS,
            row = view.row(),
            rows = value(&rows),
            scope = scope(view.resource_type, view.row(), view.tenant),
        )
    })
}

/// The statements that make the values of a resource follow a change, if it has `version` now. A
/// new value that is in use fails the batch. One that it has kept may be another's, too, since
/// before the attribute was unique: then it stays with the one that was written first.
pub fn follow(
    view: &View<'_>,
    id: &str,
    version: &str,
    before: &[Pair],
    after: &[Pair],
) -> Vec<Statement> {
    let (old, new): (Vec<Pair>, Vec<Pair>) = after
        .iter()
        .cloned()
        .partition(|value| before.contains(value));
    let mut statements = Vec::new();
    if old.len() < before.len() {
        statements.push(forget(view, id, version));
    }
    statements.extend(claim(view, id, version, &new));
    if !old.is_empty() {
        statements.push(insert(view, id, version, &old, " ON CONFLICT DO NOTHING"));
    }
    statements
}

fn forget(view: &View<'_>, id: &str, version: &str) -> Statement {
    let reference = ResourceRef::Id(id.to_owned());
    statement!(
        "DELETE FROM unique_values WHERE tenant_id = {tenant} AND resource_id = {id} AND {written}",
        tenant = view.tenant,
        id = value(id),
        written = is_written(view, &reference, version),
    )
}

fn insert(
    view: &View<'_>,
    id: &str,
    version: &str,
    values: &[Pair],
    on_conflict: &'static str,
) -> Statement {
    let pairs: Value = values
        .iter()
        .map(|(attribute, value)| vec![attribute.as_str(), value.as_str()])
        .list()
        .into();
    let pairs = json::text(&pairs);
    let reference = ResourceRef::Id(id.to_owned());
    statement!(
        "INSERT INTO unique_values ({columns}) \
         SELECT {tenant}, j.value ->> 0, j.value ->> 1, {id} FROM json_each({pairs}) j \
         WHERE {written}{on_conflict}",
        columns = COLUMNS,
        tenant = view.tenant,
        id = value(id),
        pairs = value(&pairs),
        written = is_written(view, &reference, version),
        on_conflict = on_conflict,
    )
}

/// The condition that the resource has this version now.
fn is_written<'a>(view: &View<'a>, id: &'a ResourceRef, version: &'a str) -> Fragment<'a> {
    Guard::Exactly(version).exists(view, id)
}
