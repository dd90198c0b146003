//! What the protocol crate's work on one request takes: filter, PATCH, projection, and what a
//! create adds to it.
//!
//! `cargo bench --bench protocol`. On the host's CPU, not in wasm.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot start should fail"
)]

use divan::{Bencher, black_box};
use scim::filter::Filter;
use scim::filter::predicate::Predicate;
use scim::fold::fold;
use scim::habit::Habits;
use scim::message::patch_op::PatchOp;
use scim::patch::apply::apply;
use scim::projection::Projection;
use scim::resource::Resource;
use scim::resource_type::USER_TYPE;
use serde_json::{Map, Value, json};

fn main() {
    divan::main();
}

const LOOKUP: &str = "userName eq \"ada@example.com\"";
const WORDS: &str = "active eq true and (emails[type eq \"work\"].value co \"example\" or name.familyName sw \"L\")";

fn user() -> Map<String, Value> {
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "Ada@example.com",
        "externalId": "00u1abcd",
        "name": { "givenName": "Ada", "familyName": "Lovelace", "formatted": "Ada Lovelace" },
        "displayName": "Ada Lovelace",
        "emails": [{ "value": "ada@example.com", "type": "work", "primary": true }],
        "title": "Engineer",
        "active": true,
    });
    user.as_object().cloned().unwrap()
}

fn patch(operations: &Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
}

#[divan::bench(args = [LOOKUP, WORDS])]
fn filter_parse(text: &str) -> Filter {
    Filter::parse(black_box(text)).unwrap()
}

#[divan::bench(args = [LOOKUP, WORDS])]
fn filter_parse_and_bind(text: &str) -> Vec<Predicate> {
    let filter = Filter::parse(black_box(text)).unwrap();
    Predicate::bind_across(&filter, &[&USER_TYPE], &mut Habits::default()).unwrap()
}

#[divan::bench]
fn patch_parse_active(bencher: Bencher<'_, '_>) {
    let body = patch(&json!([{ "op": "replace", "path": "active", "value": false }]));
    bencher.bench(|| PatchOp::parse(&USER_TYPE, black_box(&body), &mut Habits::default()).unwrap());
}

#[divan::bench]
fn patch_apply_filtered_path(bencher: Bencher<'_, '_>) {
    let body = patch(&json!([
        { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "lovelace@example.com" },
        { "op": "Add", "path": "name.givenName", "value": "Augusta" },
    ]));
    let patch = PatchOp::parse(&USER_TYPE, &body, &mut Habits::default()).unwrap();
    bencher.with_inputs(user).bench_refs(|document| {
        apply(
            &USER_TYPE,
            &patch.operations,
            document,
            &mut Habits::default(),
        )
        .unwrap();
    });
}

#[divan::bench(args = [1, 1_000])]
fn patch_parse_members(bencher: Bencher<'_, '_>, count: usize) {
    let members: Vec<Value> = (0..count)
        .map(|number| json!({ "value": format!("018cc251-f400-7000-8000-{number:012}") }))
        .collect();
    let body = patch(&json!([{ "op": "add", "path": "members", "value": members }]));
    bencher.bench(|| {
        PatchOp::parse(
            &scim::resource_type::GROUP_TYPE,
            black_box(&body),
            &mut Habits::default(),
        )
        .unwrap()
    });
}

#[divan::bench]
fn projection_bind_default() -> Projection {
    Projection::bind(&USER_TYPE, &[], &[]).unwrap()
}

#[divan::bench]
fn projection_apply(bencher: Bencher<'_, '_>) {
    let projection =
        Projection::bind(&USER_TYPE, &["userName,name.givenName,emails.value"], &[]).unwrap();
    bencher
        .with_inputs(user)
        .bench_refs(|resource| projection.apply(resource));
}

#[divan::bench]
fn accept_user(bencher: Bencher<'_, '_>) {
    let body = Value::Object(user());
    bencher
        .bench(|| Resource::accept(&USER_TYPE, black_box(&body), &mut Habits::default()).unwrap());
}

#[divan::bench]
fn fold_user(bencher: Bencher<'_, '_>) {
    let user = user();
    bencher.bench(|| fold(&USER_TYPE, black_box(&user)));
}

#[divan::bench]
fn parse_body(bencher: Bencher<'_, '_>) {
    let text = Value::Object(user()).to_string();
    bencher.bench(|| serde_json::from_str::<Value>(black_box(&text)).unwrap());
}
