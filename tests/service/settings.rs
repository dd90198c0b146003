//! The settings of a tenant: when they hold, and what each does.

use serde_json::{Value, json};
use store::Database;
use testing::client::{Client, Operator};
use testing::memory::Memory;

mod effects;
mod hold;

/// A new tenant with these settings, and a client of it.
fn tenant<'a>(memory: &'a Memory, settings: &Value) -> (i64, Client<'a>) {
    let admin = Operator::new(memory);
    let body = json!({ "name": "Example Corp", "settings": settings });
    let made = admin.post("/tenants", &body).expect(201);
    let id = made["id"].as_i64().unwrap();
    (id, admin.client(id, &json!({ "label": "okta" })))
}

/// Changes the settings of a tenant.
#[track_caller]
fn set(memory: &Memory, id: i64, settings: &Value) -> Value {
    let body = json!({ "settings": settings });
    let path = format!("/tenants/{id}");
    Operator::new(memory).patch(&path, &body).expect(200)
}

/// How many trips something takes.
fn trips(memory: &Memory, act: impl FnOnce()) -> u32 {
    let before = memory.database.cost().trips;
    act();
    memory.database.cost().trips - before
}
