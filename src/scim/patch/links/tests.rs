//! A group's members under PATCH: RFC 7644 §3.5.2's examples, and each provider's way.
#![expect(
    clippy::needless_pass_by_value,
    reason = "helpers take what `json!` makes"
)]

use proptest::prelude::*;
use serde_json::{Value, json};
use std::{collections::BTreeSet, format, string::String, string::ToString, vec::Vec};

use super::{LinkOperation, Split, net_links};
use crate::habit::Habits;
use crate::message::patch_op::{PATCH_OP, PatchOp};
use crate::resource_type::GROUP_TYPE;

fn links(operations: Value) -> (Result<Vec<LinkOperation>, String>, Vec<&'static str>) {
    let mut habits = Habits::default();
    let body = json!({ "Operations": operations, "schemas": [PATCH_OP] });
    let split = PatchOp::parse(&GROUP_TYPE, &body, &mut habits)
        .and_then(|patch| Split::of(patch.operations));
    (
        split
            .map(|split| split.links)
            .map_err(|error| error.to_string()),
        habits.names(),
    )
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn reads(operation: Value, expected: &[LinkOperation], habits: &[&str]) {
    assert_eq!(
        links(json!([operation])),
        (Ok(expected.to_vec()), habits.to_vec())
    );
}

#[track_caller]
fn refused(operation: Value, words: &str) {
    let (keyword, detail) = words.split_once(": ").unwrap();
    assert_eq!(
        links(json!([operation])).0.unwrap_err(),
        format!("{keyword}: Operation 1: {detail}")
    );
}

#[test]
fn rfc_7644_3_5_2_examples() {
    use LinkOperation::{Add, Remove, RemoveAll, Replace};
    let babs = json!({ "display": "Babs Jensen", "$ref": "https://example.com/v2/Users/2819c223", "value": "2819c223" });
    reads(
        json!({ "op": "add", "path": "members", "value": [babs] }),
        &[Add(ids(&["2819c223"]))],
        &[],
    );
    reads(
        json!({ "op": "remove", "path": "members[value eq \"2819c223\"]" }),
        &[Remove(ids(&["2819c223"]))],
        &[],
    );
    reads(
        json!({ "op": "remove", "path": "members" }),
        &[RemoveAll],
        &[],
    );
    reads(
        json!({ "op": "replace", "path": "members", "value": [babs, { "value": "08e1" }] }),
        &[Replace(ids(&["2819c223", "08e1"]))],
        &[],
    );
    let both = json!([{ "op": "remove", "path": "members[value eq \"a\"]" }, { "op": "add", "path": "members", "value": [babs] }]);
    assert_eq!(
        links(both).0,
        Ok(std::vec![Remove(ids(&["a"])), Add(ids(&["2819c223"]))])
    );
}

#[test]
fn providers() {
    use LinkOperation::{Add, Remove, RemoveAll, Replace};
    reads(
        json!({ "op": "Add", "path": "members", "value": [{ "$ref": null, "value": "a" }] }),
        &[Add(ids(&["a"]))],
        &["entra-capital-op"],
    );
    reads(
        json!({ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": "a" }] }),
        &[Remove(ids(&["a"]))],
        &["entra-capital-op", "entra-valued-remove"],
    );
    for nobody in [json!([]), json!(null), json!(""), json!({}), json!([{}])] {
        reads(
            json!({ "op": "remove", "path": "members", "value": nobody }),
            &[Remove(ids(&[]))],
            &["entra-valued-remove", "remove-matches-nothing"],
        );
    }
    reads(
        json!({ "op": "replace", "path": "members", "value": [] }),
        &[RemoveAll],
        &[],
    );
    reads(
        json!({ "op": "replace", "path": "members", "value": null }),
        &[RemoveAll],
        &[],
    );
    reads(
        json!({ "op": "add", "path": "members", "value": null }),
        &[Add(ids(&[]))],
        &["empty-object"],
    );
    reads(
        json!({ "op": "replace", "value": { "members": [{ "value": "a" }] } }),
        &[Replace(ids(&["a"]))],
        &[],
    );
    reads(
        json!({ "op": "add", "path": "members", "value": "a" }),
        &[Add(ids(&["a"]))],
        &["single-member-for-list", "entra-bare-string-member"],
    );
    reads(
        json!({ "op": "replace", "value": { "id": "g", "displayName": "New" } }),
        &[],
        &[],
    );
}

#[test]
fn selected_members() {
    use LinkOperation::{Add, Remove};
    reads(
        json!({ "op": "remove", "path": "members[value eq \"A\" or value eq \"b\"]" }),
        &[Remove(ids(&["A", "b"]))],
        &[],
    );
    assert!(matches!(
        links(json!([{ "op": "remove", "path": "members[type eq \"User\"]" }]))
            .0
            .as_deref(),
        Ok([LinkOperation::RemoveWhere(_)])
    ));
    assert!(matches!(
        links(json!([{ "op": "remove", "path": "members[value eq \"a\" and type eq \"User\"]" }]))
            .0
            .as_deref(),
        Ok([LinkOperation::RemoveWhere(_)])
    ));
    reads(
        json!({ "op": "replace", "path": "members[value eq \"a\"]", "value": { "value": "a", "display": "A" } }),
        &[Add(ids(&["a"]))],
        &[],
    );
    reads(
        json!({ "op": "replace", "path": "members[value eq \"a\"].value", "value": "a" }),
        &[Add(ids(&["a"]))],
        &[],
    );
    reads(
        json!({ "op": "replace", "path": "members[value eq \"a\"]", "value": null }),
        &[Remove(ids(&["a"]))],
        &[],
    );
    refused(
        json!({ "op": "replace", "path": "members[value eq \"a\"]", "value": { "value": "b" } }),
        "mutability: `members` is immutable: remove the member and add another",
    );
    refused(
        json!({ "op": "replace", "path": "members[value eq \"a\"].value", "value": "b" }),
        "mutability: `members.value` is immutable: remove the member and add another",
    );
    refused(
        json!({ "op": "replace", "path": "members[value eq \"a\"].display", "value": "b" }),
        "mutability: `members.display` is read-only",
    );
    refused(
        json!({ "op": "remove", "path": "members.value" }),
        "mutability: `members.value` is immutable: remove the member and add another",
    );
    refused(
        json!({ "op": "add", "path": "members", "value": [{ "value": 7 }] }),
        "invalidValue: `members[0].value` must be an id, as a string that is not empty",
    );
}

#[test]
fn attribute_changes_are_capped() {
    let change =
        |n: usize| std::vec![json!({ "op": "replace", "path": "externalId", "value": "x" }); n];
    assert!(links(json!(change(1000))).0.is_ok());
    assert_eq!(
        links(json!(change(1001))).0.unwrap_err(),
        "tooMany: `Operations` changes attributes more than 1000 times; send the changes in several requests"
    );
}

#[test]
fn ten_thousand_members() {
    let add: Vec<_> = (0..10_000)
        .map(|n| json!({ "op": "add", "path": "members", "value": [{ "value": n.to_string() }] }))
        .collect();
    let change = net_links(&links(json!(add)).0.unwrap()).unwrap();
    assert_eq!(
        (change.add.len(), change.add[9_999].as_str()),
        (10_000, "9999")
    );
}

fn any_ids() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("[a-f]", 0..5)
}

fn any_link() -> impl Strategy<Value = LinkOperation> {
    prop_oneof![
        4 => any_ids().prop_map(LinkOperation::Add),
        4 => any_ids().prop_map(LinkOperation::Remove),
        1 => Just(LinkOperation::RemoveAll),
        1 => any_ids().prop_map(LinkOperation::Replace),
    ]
}

proptest! {
    /// One after the other, or cleared, removed, added: the same members.
    #[test]
    fn the_net_change_is_the_change(start in any_ids(), operations in proptest::collection::vec(any_link(), 0..8)) {
        let mut one_by_one: BTreeSet<String> = start.iter().cloned().collect();
        let mut net = one_by_one.clone();
        for operation in &operations {
            match operation {
                LinkOperation::Add(ids) => one_by_one.extend(ids.iter().cloned()),
                LinkOperation::Remove(ids) => one_by_one.retain(|id| !ids.contains(id)),
                LinkOperation::RemoveAll => one_by_one.clear(),
                LinkOperation::Replace(ids) => one_by_one = ids.iter().cloned().collect(),
                LinkOperation::RemoveWhere(_) => unreachable!(),
            }
        }
        let change = net_links(&operations).unwrap();
        if change.clear {
            net.clear();
            prop_assert!(change.remove.is_empty());
        }
        net.retain(|id| !change.remove.contains(id));
        prop_assert!(change.add.iter().all(|id| !change.remove.contains(id)));
        net.extend(change.add.iter().cloned());
        prop_assert_eq!(net, one_by_one);
        prop_assert_eq!(change.is_empty(), !change.clear && change.add.is_empty() && change.remove.is_empty());
    }
}
