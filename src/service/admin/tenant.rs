//! Tenants: made, read, changed, ended.

use crate::failure::no_such;
use std::vec::IntoIter;

use scim::json;
use serde_json::Value;

use super::body::{only, required, text};
use super::refusal::Refusal;
use super::step::{Answer, Call, Creation, End, Missing, Outcome, Step};
use super::{metadata, settings, shape, with_member};
use crate::shards::unlisting;
use store::batch::Batch;
use store::directory::house_events;
use store::directory::jobs;
use store::directory::tenants::{self, NewTenant, Patch};
use store::ledger::deliveries::forget_tenant;
use store::tenant::{DEFAULT_TENANT, Tenant};
use store::{Cell, Row, Statement, read};

mod external_id;
mod put_back;

use external_id::unless_in_use;
use put_back::put_back;

/// Characters of the longest name.
const NAME: usize = 200;
/// Characters of the longest id of the application's.
const EXTERNAL_ID: usize = 64;
/// Names of groups that a notice tells at the most.
const NAMES_IN_NOTICE: usize = 20;

/// Lists those that the operator reaches.
pub fn list<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let after = call.after_number()?.unwrap_or_default();
    let (only, now) = (call.admin.operator.tenant, &call.admin.now.text);
    let (batch, rows) = Batch::of(tenants::list(only, after, call.most(), now));
    Step::send(1, batch, move |mut answers| {
        show_from_shards(call, answers.rows(rows), call.admin.shards())
    })
}

/// Puts what their own shards say of tenants in the place of what the directory says.
fn show_from_shards<'c>(
    call: &'c Call<'c>,
    mut rows: Vec<Row>,
    mut rest: IntoIter<u16>,
) -> Outcome<'c> {
    let Some(shard) = rest.next() else {
        return call.show_page(rows);
    };
    let is_here = move |row: &Row| row.integer(2) == Ok(Some(i64::from(shard)));
    let mut ids = "[0".to_owned();
    for row in rows.iter().filter(|row| shard != 1 && is_here(row)) {
        if let Some(Cell::Text(id)) = row.0.first() {
            ids.extend([",", id.as_str()]);
        }
    }
    if ids.len() < 4 {
        return show_from_shards(call, rows, rest);
    }
    ids.push(']');
    let (batch, fresh) = Batch::of(tenants::read_many(&ids, &call.admin.now.text));
    Step::send(shard, batch, move |mut answers| {
        let mut fresh = answers.rows(fresh).into_iter().peekable();
        rows.retain_mut(|row| {
            let is_other = !is_here(row);
            if let Some(next) = fresh.next_if(|next| next.0.first() == row.0.first()) {
                *row = next;
                return true;
            }
            is_other
        });
        show_from_shards(call, rows, rest)
    })
}

/// Makes one: in the directory, and where it goes to another shard, there.
pub fn create<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let (admin, body) = (call.admin, &call.body);
    only(
        body,
        &["name", "external_id", "metadata", "settings", "shard"],
    )?;
    let name = required(body, "name", NAME)?;
    let external_id = text(body, "external_id", EXTERNAL_ID)?;
    let (metadata, settings) = (metadata::read(body)?, settings::read(body)?);
    if settings::may_lack_limit(body) {
        return Err(settings::no_limit());
    }
    let create = move |shard: u16| {
        let new = NewTenant {
            name,
            external_id,
            metadata: metadata.as_deref().unwrap_or("{}"),
            settings: settings.as_deref().unwrap_or("{}"),
        };
        let mut batch = Batch::default();
        batch.add(tenants::create(&new, shard, &admin.now.text));
        batch.add(admin.tell(house_events::tenant_created()));
        let row = batch.add(tenants::read_last(&admin.now.text));
        Step::attempt(1, batch, move |back| {
            unless_in_use(call, back, external_id, self::create, move |mut answers| {
                let row = answers.row(row);
                let mut row =
                    row.ok_or_else(|| Refusal::broken("a created tenant was not there"))?;
                let id = row.count(0)?;
                if shard == 1 {
                    return Step::show_new(id.to_string(), row.required_text(1)?);
                }
                let (batch, reserved) = Batch::of(tenants::read_reserved(Some(id)));
                Step::send(1, batch, move |mut answers| {
                    make_reserved(call, shard, id, answers.row(reserved))
                })
            })
        })
    };
    let Some(number) = body.get("shard").filter(|shard| !shard.is_null()) else {
        if admin.shards.len() == 1 {
            return create(1);
        }
        return in_emptiest(admin.shards(), (i64::MAX, 1), Box::new(create));
    };
    let shard = number.as_i64().and_then(|shard| u16::try_from(shard).ok());
    let shard = shard.filter(|shard| admin.shards.contains(shard));
    create(
        shard.ok_or_else(|| {
            Refusal::invalid("unknown_shard", no_such!("shard", "/admin/v1/status"))
        })?,
    )
}

/// Goes on with the shard that has the fewest users, of these and the best so far.
fn in_emptiest<'c>(
    mut rest: IntoIter<u16>,
    best: (i64, u16),
    then: Box<dyn FnOnce(u16) -> Outcome<'c> + 'c>,
) -> Outcome<'c> {
    let Some(shard) = rest.next() else {
        return then(best.1);
    };
    let (batch, users) = Batch::of(tenants::users());
    Step::send(shard, batch, move |mut answers| {
        let [users] = answers.numbers(users)?;
        in_emptiest(rest, best.min((users.unwrap_or_default(), shard)), then)
    })
}

/// Makes the row of a tenant in its shard, whose number is reserved, and then notes that. Where it
/// is reserved no more, another was faster.
fn make_reserved<'c>(
    call: &'c Call<'c>,
    shard: u16,
    id: i64,
    reserved: Option<Row>,
) -> Outcome<'c> {
    let mut batch = Batch::default();
    if let Some(mut row) = reserved {
        batch.add(tenants::make_reserved(&row.required_text(2)?));
    }
    let row = batch.add(tenants::read(id, &call.admin.now.text));
    Step::send(shard, batch, move |mut answers| {
        let body = shape(answers.rows(row))?.ok_or_else(no_tenant)?;
        let (batch, _) = Batch::of(tenants::open_reserved(id));
        Step::send(1, batch, move |_| Step::show_new(id.to_string(), body))
    })
}

/// Reads one.
pub fn read<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let id = call.admin.tenant()?.id;
    call.ask(
        tenants::read(id, &call.admin.now.text),
        NO_TENANT,
        End::Body,
    )
}

/// Changes one (RFC 7396), unless its brake were without a limit.
pub fn change<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    unless_unlimited(call, || change_checked(call))
}

/// The statement that fails the batch where the tenant would have a brake without a limit.
fn guard_limit(call: &Call<'_>) -> Result<Option<Statement>, Refusal> {
    let settings = settings::read(&call.body)?.filter(|_| settings::may_lack_limit(&call.body));
    let id = call.admin.tenant()?.id;
    Ok(settings.map(|settings| read::guard(tenants::has_limit(id, &settings))))
}

/// Goes on, unless the tenant would have a brake without a limit.
fn unless_unlimited<'c>(
    call: &'c Call<'c>,
    then: impl FnOnce() -> Outcome<'c> + 'c,
) -> Outcome<'c> {
    let Some(guard) = guard_limit(call)? else {
        return then();
    };
    Step::attempt(call.admin.shard, Batch::of(guard).0, move |back| {
        if back == Err(store::Error::Guard) {
            return Err(settings::no_limit());
        }
        back?;
        then()
    })
}

/// Changes one: what the directory has of it first, where it is in another shard.
fn change_checked<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let (admin, body) = (call.admin, &call.body);
    let tenant = admin.tenant()?;
    let id = tenant.id;
    only(
        body,
        &["name", "external_id", "metadata", "state", "settings"],
    )?;
    let name = match body.get("name") {
        None => None,
        Some(_) => Some(required(body, "name", NAME)?),
    };
    let external_id = text(body, "external_id", EXTERNAL_ID)?;
    let state = match body.get("state") {
        None => None,
        Some(Value::String(state)) if matches!(state.as_str(), "active" | "suspended") => {
            Some(state.as_str())
        }
        Some(_) => {
            return Err(Refusal::invalid(
                "invalid_value",
                "`state` must be \"active\" or \"suspended\". Send DELETE to end a tenant.",
            ));
        }
    };
    let (metadata, settings) = (metadata::read(body)?, settings::read(body)?);
    let patch = Patch {
        name,
        external_id: body.contains_key("external_id").then_some(external_id),
        metadata: metadata.as_deref(),
        settings: settings.as_deref(),
        state,
    };
    let few = || read::guard(tenants::has_few_metadata(id, metadata::MEMBERS));
    let mut batch = Batch::default();
    if admin.shard == 1 {
        batch.add(admin.tell(house_events::tenant_updated(id, &patch)));
    }
    if let Some(settings) = patch.settings {
        batch.add(admin.tell_tenant(id, house_events::settings_updated(id, settings)));
        batch.add(admin.tell_tenant(id, house_events::brake_gone(id, settings)));
    }
    batch.add(tenants::change(id, &patch));
    batch.add_all(guard_limit(call)?);
    batch.add(few());
    let row = batch.add(tenants::read(id, &admin.now.text));
    let shared =
        makes_names_unique(call).then(|| batch.add(tenants::shared_names(id, NAMES_IN_NOTICE)));
    let is_elsewhere = admin.shard != 1;
    let change = move |was| {
        Step::attempt(admin.shard, batch, move |back| {
            if back == Err(store::Error::Guard) {
                let mut batch = Batch::default();
                if is_elsewhere {
                    batch = put_back(call, was)?;
                }
                return Step::send(1, batch, move |_| {
                    let refuse = move || Err(metadata::too_much());
                    if call.body.contains_key("metadata") {
                        return unless_unlimited(call, refuse);
                    }
                    Err(settings::no_limit())
                });
            }
            unless_in_use(call, back, external_id, self::change, move |mut answers| {
                let tenant = shape(answers.rows(row))?.ok_or_else(no_tenant)?;
                let shared = shared.map(|shared| answers.rows(shared));
                Step::show(with_notice(tenant, shared.unwrap_or_default())?)
            })
        })
    };
    if !is_elsewhere {
        return change(Vec::new());
    }
    // The directory has the events of tenants, and so it has what they tell of.
    let patch = Patch {
        settings: None,
        ..patch
    };
    let mut batch = Batch::default();
    let was = batch.add(tenants::read(id, &admin.now.text));
    batch.add(admin.tell(house_events::tenant_updated(id, &patch)));
    batch.add(tenants::change(id, &patch));
    batch.add(few());
    Step::attempt(1, batch, move |back| {
        if back == Err(store::Error::Guard) {
            return Err(metadata::too_much());
        }
        unless_in_use(call, back, external_id, self::change, move |mut answers| {
            change(answers.rows(was))
        })
    })
}

/// A tenant with what there is to say of groups that have one name.
fn with_notice(tenant: String, shared: Vec<Row>) -> Result<String, Refusal> {
    let mut names = Vec::new();
    for mut row in shared {
        names.push(json::text(&Value::from(row.required_text(0)?)));
    }
    if names.is_empty() {
        return Ok(tenant);
    }
    let notice = format!(
        "Some groups have one name, and keep it until they are renamed or deleted; no other group gets it. The names: {}.",
        names.join(", ")
    );
    Ok(with_member(tenant, "notice", &notice.into()))
}

/// Whether a change makes the names of groups unique, which they may not be.
fn makes_names_unique(call: &Call<'_>) -> bool {
    const NAME: &str = "unique_group_names";
    let by_default = call.admin.settings.unique_group_names;
    match call.body.get("settings") {
        Some(Value::Null) => by_default,
        Some(settings) => match settings.get(NAME) {
            Some(Value::Null) => by_default,
            set => set == Some(&Value::Bool(true)),
        },
        None => false,
    }
}

/// Ends one, with a job that ends its data. Its `external_id` is free once that has ended.
pub fn delete<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let (admin, now) = (call.admin, &call.admin.now.text);
    let tenant = admin.tenant()?;
    if tenant.id == DEFAULT_TENANT && admin.has_scim_token {
        return Err(Refusal::conflict(
            "scim_token_is_set",
            "Tenant 1 belongs to the secret SCIM_TOKEN, which is set. Remove the secret first.",
        ));
    }
    if call.parameter("confirm") != Some(tenant.name.as_str()) {
        return Err(Refusal::invalid(
            "confirmation_needed",
            format!(
                "This deletes all data of the tenant. To confirm it, send the tenant's name as the parameter \
                 `confirm` of the query. The name is \"{}\".",
                tenant.name
            ),
        ));
    }
    let id = admin.id("job_");
    let mut batch = Batch::default();
    if admin.shard == 1 {
        let event = house_events::tenant_deleted(tenant.id, Some(&tenant.name));
        batch.add(admin.tell(event));
    }
    batch.add(tenants::delete(tenant.id, &tenant.name));
    let scope = "tenants:write";
    batch.add(jobs::create(
        &id,
        tenant.id,
        jobs::TENANT_DELETE,
        scope,
        now,
    ));
    let row = batch.add(jobs::read(&id));
    let mut directory_batch = Batch::default();
    if admin.shard != 1 {
        batch.add(tenants::empty_closed(tenant.id));
        directory_batch = unlisting(&admin.origin(&Tenant::HOUSE), tenant.id);
    }
    directory_batch.add_all(forget_tenant(tenant.id));
    Step::send(admin.shard, batch, move |mut answers| {
        let body = shape(answers.rows(row))?.ok_or_else(no_tenant)?;
        Step::send(1, directory_batch, move |_| {
            Ok(Step::Done(Answer::NewJob(Creation { id, body })))
        })
    })
}

/// Another request was faster.
pub(super) const NO_TENANT: Missing = (
    "tenant_not_found",
    "The tenant has just been deleted or renamed. GET /admin/v1/tenants lists all of them.",
);

fn no_tenant() -> Refusal {
    Refusal::missing(NO_TENANT.0, NO_TENANT.1)
}
