//! Members that are not there yet: kept, and joined when they come (`unknown_members: pend`). The
//! joining itself is triggers (migration 0024).

use scim::fold::fold_value;
use scim::json::text;
use scim::list::List;
use scim::patch::LinkChange;
use scim::resource_type::USER_TYPE;
use serde_json::Value;

use super::Statement;
use super::expression::View;
use super::fragment::{Fragment, value};
use super::guard::Guard;
use super::read::{ResourceRef, guard};
use crate::{fragment, statement};

/// Values as JSON, each with its image as a userName.
fn fold_names(values: &[String]) -> String {
    let attribute = USER_TYPE.attribute("userName");
    let pairs = values.iter().map(|named| {
        let named = Value::from(named.as_str());
        let image = attribute.map(|attribute| fold_value(attribute, &named));
        Value::from(vec![named, image.unwrap_or_default()])
    });
    text(&Value::from(pairs.list()))
}

/// The id of whom `j.value` names: by id, externalId or userName; NULL where it is nobody.
fn named_id<'a>(view: &View<'a>) -> Fragment<'a> {
    fragment!(
        "coalesce((SELECT id FROM users WHERE tenant_id = {tenant} AND id = j.value ->> 0), \
         (SELECT id FROM teams WHERE tenant_id = {tenant} AND id = j.value ->> 0), \
         (SELECT id FROM users WHERE tenant_id = {tenant} AND external_id = j.value ->> 0 ORDER BY seq LIMIT 1), \
         (SELECT id FROM users WHERE tenant_id = {tenant} AND user_name_folded = j.value ->> 1))",
        tenant = view.tenant,
    )
}

/// Rows of each value and the id of whom it names, if there is somebody.
pub fn find(view: &View<'_>, values: &[String]) -> Statement {
    statement!(
        "SELECT j.value ->> 0 AS value, {named} AS id FROM json_each({values}) j",
        named = named_id(view),
        values = value(&fold_names(values)),
    )
}

/// The condition that a group has the version that the batch has given it, or is the one meant.
fn is_it<'a>(
    view: &View<'a>,
    reference: &'a ResourceRef,
    meant: Guard<'a>,
    version: &'a str,
) -> Fragment<'a> {
    fragment!(
        "({written} OR {meant})",
        written = Guard::Exactly(version).exists(view, reference),
        meant = meant.exists(view, reference),
    )
}

/// The statement that drops the values that a change takes out, as [`statements`] does the rest: in
/// whatever case, as a userName has none. It gives back the images of those that waited.
pub fn removal(
    view: &View<'_>,
    (group, meant): (&str, Guard<'_>),
    version: &str,
    change: &LinkChange,
) -> Option<Statement> {
    if !change.clear && change.remove.is_empty() {
        return None;
    }
    let reference = ResourceRef::Id(group.to_owned());
    let removed = fold_names(&change.remove);
    let named = fragment!(
        " AND folded IN (SELECT value ->> 1 FROM json_each({removed}))",
        removed = value(&removed),
    );
    let returning = (!change.clear).then_some(" RETURNING folded");
    Some(statement!(
        "DELETE FROM pending_members WHERE tenant_id = {tenant} AND team_id = {group}{named} AND {is_it}{returning}",
        tenant = view.tenant,
        group = value(group),
        named = (!change.clear).then_some(&named),
        is_it = is_it(view, &reference, meant, version),
        returning = returning,
    ))
}

/// The statements that keep the values of a change that name nobody yet; of a group that has the
/// version that the batch has given it, or is the one meant. One who came meanwhile fails the
/// batch, so that he is found.
pub fn statements(
    view: &View<'_>,
    (group, meant): (&str, Guard<'_>),
    version: &str,
    change: &LinkChange,
) -> Vec<Statement> {
    let reference = ResourceRef::Id(group.to_owned());
    let is_it = is_it(view, &reference, meant, version);
    let waiting = fold_names(&change.wait);
    let mut statements = Vec::new();
    if !change.wait.is_empty() {
        statements.push(statement!(
            "INSERT INTO pending_members (tenant_id, value, team_id, folded) \
             SELECT {tenant}, j.value ->> 0, {group}, j.value ->> 1 FROM json_each({waiting}) j \
             WHERE {is_it} ON CONFLICT DO NOTHING",
            tenant = view.tenant,
            group = value(group),
            waiting = value(&waiting),
            is_it = &is_it,
        ));
        statements.push(guard(fragment!(
            "NOT EXISTS (SELECT 1 FROM json_each({waiting}) j WHERE {named} IS NOT NULL)",
            waiting = value(&waiting),
            named = named_id(view),
        )));
    }
    statements
}

/// Lets users who were just written, by their ids, join the groups that wait for them; these get
/// the version. Of several who come with one value the first joins.
pub fn join(view: &View<'_>, ids: &[&str], version: &str, now: &str) -> Statement {
    statement!(
        "UPDATE pending_members SET joined = {now} || {version} || r.member_id FROM (\
         SELECT p.value, p.team_id, p.member_id, min(j.key) FROM json_each({ids}) j \
         CROSS JOIN pending_ready p ON p.tenant_id = {tenant} AND p.member_id = j.value GROUP BY p.value, p.team_id) r \
         WHERE pending_members.tenant_id = {tenant} AND pending_members.value = r.value AND pending_members.team_id = r.team_id",
        now = value(now),
        version = value(version),
        tenant = view.tenant,
        ids = value(&text(&Value::from(ids))),
    )
}

/// A row, where there is this group.
pub fn group(tenant: i64, group: &str) -> Statement {
    statement!(
        "SELECT 1 AS found FROM teams WHERE tenant_id = {tenant} AND id = {group}",
        tenant = value(tenant),
        group = value(group),
    )
}

/// Rows of a value twice: as the key, and as what is shown.
pub fn list(tenant: i64, group: &str, after: &str, most: usize) -> Statement {
    statement!(
        "SELECT value AS key, json_object('value', value) AS shape FROM pending_members \
         WHERE tenant_id = {tenant} AND team_id = {group} AND value > {after} ORDER BY value LIMIT {most}",
        tenant = value(tenant),
        group = value(group),
        after = value(after),
        most = most,
    )
}
