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

/// Makes the tenant in the directory again what it was.
pub(super) fn put_back(call: &Call<'_>, was: Vec<Row>) -> Result<Batch, Refusal> {
    let former = shape(was)?.and_then(|was| json::object(&was));
    let former = former.unwrap_or_default();
    let text = |name: &str| former.get(name).and_then(Value::as_str);
    let entries = former.get("metadata").and_then(Value::as_object);
    let mut entries = entries.cloned().unwrap_or_default();
    if let Some(Value::Object(sent)) = call.body.get("metadata") {
        for name in sent.keys() {
            entries.entry(name.as_str()).or_insert(Value::Null);
        }
    }
    let metadata = json::text(&Value::Object(entries));
    let before = Patch {
        name: text("name"),
        external_id: Some(text("external_id")),
        metadata: Some(&metadata),
        state: text("state"),
        settings: None,
    };
    let id = call.admin.tenant()?.id;
    let mut batch = Batch::of(call.admin.tell(house_events::tenant_updated(id, &before))).0;
    batch.add(tenants::change(id, &before));
    Ok(batch)
}
