//! A change that a tenant's own shard has refused, taken back in the directory.

use scim::json;
use serde_json::Value;

use crate::admin::refusal::Refusal;
use crate::admin::shape;
use crate::admin::step::Call;
use store::Row;
use store::batch::Batch;
use store::directory::house_events;
use store::directory::tenants::{self, Patch};

/// Makes of the tenant in the directory again what it was, as far as the call has changed it.
pub(super) fn put_back(call: &Call<'_>, was: Vec<Row>) -> Result<Batch, Refusal> {
    let former = shape(was)?.and_then(|was| json::object(&was));
    let former = former.unwrap_or_default();
    let text = |name: &str| former.get(name).and_then(Value::as_str);
    let is_sent = |name: &&str| call.body.contains_key(*name);
    let of = |name| Some(name).filter(is_sent);
    let entries = former.get("metadata").and_then(Value::as_object);
    let entries = entries.cloned().unwrap_or_default();
    let metadata = match call.body.get("metadata") {
        None => None,
        Some(Value::Object(members)) => {
            let was = |name: &String| entries.get(name).cloned().unwrap_or_default();
            Some(json::object_of(
                members.keys().map(|name| (name.clone(), was(name))),
            ))
        }
        Some(_) => Some(entries),
    };
    let metadata = metadata.map(|metadata| json::text(&Value::Object(metadata)));
    let before = Patch {
        name: of("name").and_then(text),
        external_id: of("external_id").map(text),
        metadata: metadata.as_deref(),
        state: of("state").and_then(text),
        settings: None,
    };
    let id = call.admin.tenant()?.id;
    let mut batch = Batch::of(call.admin.tell(house_events::tenant_updated(id, &before))).0;
    batch.add(tenants::change(id, &before));
    Ok(batch)
}
