//! What was deleted and is kept for a while, where the setting `deletes` is soft: listed, and
//! brought back.

use scim::resource_type::{GROUP_TYPE, ResourceType};

use super::body::moment;
use super::refusal::Refusal;
use super::step::{Call, End, Missing, Outcome, Step};
use crate::write::restore::add_restore;
use store::batch::Batch;
use store::deleted::{self, Restored};
use store::expression::View;
use store::tenant::Tenant;

const NO_DELETED: Missing = (
    "deleted_not_found",
    "The tenant keeps no deleted resource with this id: it was never deleted, came back, or its time was over. \
     GET /admin/v1/tenants/{id}/deleted lists those that are kept.",
);

/// Lists them, the last deleted first.
pub fn list<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let tenant = call.admin.tenant()?.id;
    let after = call.after();
    let is_one = |key: &str| {
        let parts = key.split_once('~');
        parts.is_some_and(|(at, id)| moment(at).as_deref() == Some(at) && !id.is_empty())
    };
    if !after.is_empty() && !is_one(after) {
        return Err(Refusal::cursor());
    }
    call.list(deleted::list(
        tenant,
        after,
        call.most(),
        &call.admin.now.text,
    ))
}

/// Reads one.
pub fn read<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let tenant = call.admin.tenant()?.id;
    let statement = deleted::read(tenant, call.argument("deleted"), &call.admin.now.text);
    call.ask(statement, NO_DELETED, End::Body)
}

/// Brings one back as it was, with the memberships of what is still there.
pub fn restore<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let tenant = call.admin.tenant()?.id;
    let (batch, row) = Batch::of(deleted::read(
        tenant,
        call.argument("deleted"),
        &call.admin.now.text,
    ));
    Step::send(call.admin.shard, batch, move |mut answers| {
        let name = match answers.row(row) {
            Some(mut row) => row.required_text(1)?,
            None => return Err(missing()),
        };
        let mut all = ResourceType::all();
        match all.find(|other| other.name == name) {
            Some(resource_type) => restore_one(call, resource_type),
            None => Err(Refusal::conflict(
                "unknown_type",
                "This deployment does not know the type of the resource: it was built with other schemas. Deploy it with those, and restore again.",
            )),
        }
    })
}

fn restore_one<'c>(call: &'c Call<'c>, resource_type: &'static ResourceType) -> Outcome<'c> {
    let (admin, id) = (call.admin, call.argument("deleted"));
    let tenant_ref = admin.tenant()?;
    let tenant = Tenant::Known(tenant_ref.id);
    let settings = admin.settings.of_tenant(&tenant_ref.settings);
    let view = |resource_type| View {
        resource_type,
        tenant: &tenant,
        base: "",
        unique_group_names: settings.unique_group_names,
    };
    let version = admin.mint.version();
    let resource = Restored {
        id,
        version: &version,
        now: &admin.now.text,
    };
    let mut batch = Batch::default();
    let rows = batch.add(deleted::read(tenant_ref.id, id, resource.now));
    let views = (&view(resource_type), &view(&GROUP_TYPE));
    let pends = settings.pend_unknown_members;
    let row = add_restore(&mut batch, views, &admin.origin(&tenant), &resource, pends);
    Step::attempt(admin.shard, batch, move |back| match back {
        Err(store::Error::Unique(_)) => Err(in_use()),
        Err(store::Error::Guard) => Err(Refusal::conflict(
            "circular_members",
            "The group would be in itself, by way of groups that it or its members have joined since. Take it out of these \
             first; nothing was changed.",
        )),
        back => {
            let mut answers = back?;
            let rows = answers.rows(rows);
            if !rows.is_empty() && !answers.has_row(row) {
                return Err(in_use());
            }
            Step::end(rows, NO_DELETED, End::Body)
        }
    })
}

fn missing() -> Refusal {
    Refusal::missing(NO_DELETED.0, NO_DELETED.1)
}

fn in_use() -> Refusal {
    Refusal::conflict(
        "name_in_use",
        "Another resource has the name by now, or another value that only one may have. Rename or delete that one first, and \
         restore again; nothing was changed.",
    )
}
