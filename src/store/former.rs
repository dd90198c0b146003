//! Who was here before: a user who is created anew gets the id of the one who was deleted and is
//! kept, where it is the same person.

use scim::json::text;
use serde_json::Value;

use super::Statement;
use super::expression::View;
use super::fragment::{Fragment, value};
use crate::{fragment, statement};

/// The id that a user with this name had, who is the same one: of several that with the same
/// external id, else the last. (A moment has 24 characters.)
fn former_id<'a>(
    view: &View<'a>,
    name: &'a Fragment<'a>,
    external_id: &'a Fragment<'a>,
    (by_name, now): (bool, &'a str),
) -> Fragment<'a> {
    let is_same = || {
        fragment!(
            " AND (d.external_id IS NULL OR {external_id} IS NULL OR d.external_id = {external_id})",
            external_id = external_id,
        )
    };
    fragment!(
        "(SELECT substr(max((d.external_id IS {external_id}) || d.deleted_at || d.id), 26) \
             FROM deleted_resources d WHERE d.tenant_id = {tenant} AND d.name = {name} AND d.purge_at > {now}{is_same})",
        tenant = view.tenant,
        name = name,
        now = value(now),
        is_same = (!by_name).then(is_same),
        external_id = external_id,
    )
}

/// The condition, behind another, that a user who is about to be created has the id that is due:
/// the former one, where there is one.
pub(super) fn has_due_id<'a>(
    view: &View<'a>,
    id: &'a Fragment<'a>,
    (name, external_id): (&'a Fragment<'a>, &'a Fragment<'a>),
    (by_name, now): (bool, &'a str),
) -> Fragment<'a> {
    fragment!(
        " AND coalesce({former}, {id}) = {id}",
        former = former_id(view, name, external_id, (by_name, now)),
        id = id,
    )
}

/// The users of a create: rows of the id that each was to get, and the former one if there is one.
/// `users`: the id, the folded name and the external id of each.
pub fn former_ids(
    view: &View<'_>,
    users: &[(&str, &str, Option<&str>)],
    (by_name, now): (bool, &str),
) -> Statement {
    let users = users.iter().map(|(id, name, external_id)| {
        Value::from(vec![
            Value::from(*id),
            Value::from(*name),
            Value::from(*external_id),
        ])
    });
    let users = text(&Value::from(users.collect::<Vec<_>>()));
    let (name, external_id) = ("(j.value ->> 1)".into(), "(j.value ->> 2)".into());
    statement!(
        "SELECT j.value ->> 0 AS id, {former} AS former FROM json_each({users}) j",
        former = former_id(view, &name, &external_id, (by_name, now)),
        users = value(&users),
    )
}
