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
    is_free: Option<Fragment<'a>>,
) -> Fragment<'a> {
    let is_same = || {
        fragment!(
            " AND (x.external_id IS NULL OR {external_id} IS NULL OR x.external_id = {external_id})",
            external_id = external_id,
        )
    };
    fragment!(
        "(SELECT substr(max((x.external_id IS {external_id}) || x.deleted_at || x.id), 26) \
             FROM deleted_resources x WHERE x.tenant_id = {tenant} AND x.name = {name} AND x.purge_at > {now}{is_same}{is_free})",
        tenant = view.tenant,
        name = name,
        now = value(now),
        is_same = (!by_name).then(is_same),
        external_id = external_id,
        is_free = is_free,
    )
}

/// The id, where it is that of a user who is kept: nobody else's is due then.
fn own_id<'a>(view: &View<'a>, id: &'a Fragment<'a>, now: &'a str) -> Fragment<'a> {
    fragment!(
        "(SELECT x.id FROM deleted_resources x WHERE x.tenant_id = {tenant} AND x.id = {id} AND x.purge_at > {now})",
        tenant = view.tenant,
        id = id,
        now = value(now),
    )
}

/// The condition, behind another, that a user who is about to be created has the id that is due:
/// the former one, where there is one and its own is not kept.
pub(super) fn has_due_id<'a>(
    view: &View<'a>,
    id: &'a Fragment<'a>,
    (name, external_id): (&'a Fragment<'a>, &'a Fragment<'a>),
    (by_name, now): (bool, &'a str),
) -> Fragment<'a> {
    fragment!(
        " AND (coalesce({former}, {id}) = {id} OR {own} IS NOT NULL)",
        former = former_id(view, name, external_id, (by_name, now), None),
        id = id,
        own = own_id(view, id, now),
    )
}

/// The users of a create: rows of the id that each was to get, and the former one if there is one.
/// `users`: the id, the folded name and the external id of each. By an import, which brings the
/// condition that a dry run of it has not given away the row `x`, a kept id comes back whoever else
/// has the name.
pub fn former_ids(
    view: &View<'_>,
    users: &[(&str, &str, Option<&str>)],
    (by_name, now): (bool, &str),
    by_import: Option<Fragment<'_>>,
) -> Statement {
    let users = users.iter().map(|(id, name, external_id)| {
        Value::from(vec![
            Value::from(*id),
            Value::from(*name),
            Value::from(*external_id),
        ])
    });
    let users = text(&Value::from(users.collect::<Vec<_>>()));
    let [id, name, external_id] =
        [0_usize, 1, 2].map(|at| fragment!("(j.value ->> {at})", at = at));
    let own = by_import
        .is_some()
        .then(|| fragment!("coalesce({own}, ", own = own_id(view, &id, now)));
    let end = by_import.is_some().then_some(")");
    statement!(
        "SELECT j.value ->> 0 AS id, {own}{former}{end} AS former FROM json_each({users}) j",
        own = own,
        former = former_id(view, &name, &external_id, (by_name, now), by_import),
        end = end,
        users = value(&users),
    )
}
