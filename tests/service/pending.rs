//! Members that a provider names before they are there: kept, shown to nobody but the operator, and
//! joined when they come.

use serde_json::{Value, json};

use testing::client::{Client, Operator};
use testing::memory::Memory;

const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

fn pending() -> Memory {
    let memory = Memory::new();
    memory.sql("UPDATE tenants SET last_request_at = '2020-01-01'");
    let settings = json!({ "settings": { "unknown_members": "pend", "deletes": "soft" } });
    Operator::new(&memory)
        .patch("/tenants/1", &settings)
        .expect(200);
    memory
}

fn waiting(memory: &Memory, group: &str) -> Vec<String> {
    let path = format!("/tenants/1/groups/{group}/pending?limit=1");
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page = Operator::new(memory)
            .get(&format!("{path}&after={after}"))
            .expect(200);
        for row in page["data"].as_array().unwrap() {
            all.push(row["value"].as_str().unwrap().to_owned());
        }
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => return all,
        }
    }
}

fn members(memory: &Memory, group: &str) -> Vec<String> {
    let group = Client::new(memory)
        .get(&format!("/Groups/{group}"))
        .expect(200);
    let members = group["members"].as_array().cloned().unwrap_or_default();
    members
        .iter()
        .map(|member| member["value"].as_str().unwrap().to_owned())
        .collect()
}

fn values(values: &[&str]) -> Value {
    values
        .iter()
        .map(|value| json!({ "value": value }))
        .collect()
}

fn patch(memory: &Memory, group: &str, op: &str, named: &[&str]) {
    let operations = json!([{ "op": op, "path": "members", "value": values(named) }]);
    let path = format!("/Groups/{group}");
    Client::new(memory).patch(&path, &operations).expect(204);
}

fn told(memory: &Memory) -> Vec<Value> {
    let page = Operator::new(memory)
        .get("/events?type=group.members&limit=200")
        .expect(200);
    page["data"].as_array().unwrap().clone()
}

/// By every way of naming members.
#[test]
fn who_is_not_there_is_awaited() {
    let memory = pending();
    let client = Client::new(&memory);
    let ada = client.created(
        "/Users",
        &json!({ "userName": "ada", "externalId": "e-ada" }),
    );
    let staff = client.group("Staff", &["e-ada", "e-ben", "Cyd", &ada]);
    assert_eq!(members(&memory, &staff), std::slice::from_ref(&ada));
    assert_eq!(waiting(&memory, &staff), ["Cyd", "e-ben"]);
    patch(&memory, &staff, "add", &["e-dan", "ADA", "e-ben"]);
    assert_eq!(waiting(&memory, &staff), ["Cyd", "e-ben", "e-dan"]);
    assert_eq!(members(&memory, &staff), std::slice::from_ref(&ada));
    // Whoever comes joins: by the external id, by the name, whatever its letter case.
    let ben = client.created(
        "/Users",
        &json!({ "userName": "ben", "externalId": "e-ben" }),
    );
    let cyd = client.user("cyD");
    let mut there = members(&memory, &staff);
    there.sort();
    let mut expected = [ada.clone(), ben.clone(), cyd.clone()];
    expected.sort();
    assert_eq!(there, expected);
    assert_eq!(waiting(&memory, &staff), ["e-dan"]);
    let last = told(&memory).pop().unwrap();
    assert_eq!(
        last["members"],
        json!({ "added": [{ "id": cyd, "type": "User" }], "removed": [] })
    );
    let version = client.get(&format!("/Groups/{staff}")).expect(200)["meta"]["version"].clone();
    assert_eq!(
        version,
        json!(format!("W/\"{}\"", last["version"].as_str().unwrap()))
    );
    // Or by what one is called from now on: by PATCH of a value, by PATCH, by PUT.
    let dan = client.user("dan");
    let external = |id: &str| json!([{ "op": "replace", "path": "externalId", "value": id }]);
    client
        .patch(&format!("/Users/{dan}"), &external("e-dan"))
        .expect(200);
    assert!(members(&memory, &staff).contains(&dan) && waiting(&memory, &staff).is_empty());
    patch(&memory, &staff, "add", &["e-eve", "fay"]);
    let eve = client.user("eve");
    let operations = json!([
        { "op": "add", "path": "emails", "value": [{ "value": "eve@example.com" }] },
        { "op": "add", "path": "externalId", "value": "e-eve" },
    ]);
    client
        .patch(&format!("/Users/{eve}"), &operations)
        .expect(200);
    let fay = client.user("f");
    client
        .put(&format!("/Users/{fay}"), &json!({ "userName": "Fay" }))
        .expect(200);
    let there = members(&memory, &staff);
    assert!(there.contains(&eve) && there.contains(&fay) && there.len() == 6);
    // A removal by any of the values.
    patch(&memory, &staff, "remove", &["e-eve", "FAY", &ada]);
    assert_eq!(members(&memory, &staff).len(), 3);
}

/// Whoever renames himself, whom the token alone tells.
#[test]
fn who_is_meant_by_the_token_is_awaited() {
    let memory = pending();
    let ada = Client::new(&memory).user("ada");
    let staff = Client::new(&memory).group("Staff", &["e-ada", "countess", "lovelace", "dr"]);
    memory.add_token(1, "ada's", Some(&ada), None);
    let client = Client {
        memory: &memory,
        token: "ada's".to_owned(),
    };
    let patch = |value: Value| client.patch("/Me", &json!([{ "op": "replace", "value": value }]));
    let took_out = || {
        let there = members(&memory, &staff).contains(&ada);
        memory.sql("DELETE FROM team_members");
        there
    };
    patch(json!({ "externalId": "e-ada" })).expect(200);
    assert!(took_out() && waiting(&memory, &staff) == ["countess", "dr", "lovelace"]);
    patch(json!({ "title": "Dr" })).expect(200);
    assert!(!took_out());
    patch(json!({ "userName": "Countess" })).expect(200);
    assert!(took_out() && waiting(&memory, &staff) == ["dr", "lovelace"]);
    let operations = json!([{ "op": "replace", "path": "userName", "value": "lovelace" }]);
    client.patch("/Me", &operations).expect(200);
    assert!(took_out() && waiting(&memory, &staff) == ["dr"]);
    client.put("/Me", &json!({ "userName": "dr" })).expect(200);
    assert!(took_out() && waiting(&memory, &staff).is_empty());
}

/// What waits goes with a removal, with a list that has it not, and with the group.
#[test]
fn who_is_taken_out_is_not_awaited() {
    let memory = pending();
    let client = Client::new(&memory);
    let staff = client.group("Staff", &["a", "b", "c"]);
    // A userName has no case.
    patch(&memory, &staff, "remove", &["B"]);
    assert_eq!(waiting(&memory, &staff), ["a", "c"]);
    let path = format!("/Groups/{staff}");
    let put = |named: &[&str]| {
        let body = json!({ "displayName": "Staff", "members": values(named) });
        client.put(&path, &body).expect(200)
    };
    put(&["c", "d"]);
    assert_eq!(waiting(&memory, &staff), ["c", "d"]);
    patch(&memory, &staff, "replace", &["e"]);
    assert_eq!(waiting(&memory, &staff), ["e"]);
    let body = json!({ "displayName": "Crew", "members": values(&["e"]) });
    client.put(&path, &body).expect(200);
    assert_eq!(waiting(&memory, &staff), ["e"]);
    client.user("b");
    assert!(members(&memory, &staff).is_empty());
    client.delete(&path).expect(204);
    client.user("e");
    assert_eq!(memory.number("SELECT count(*) FROM pending_members"), 0);
    // An id from before is a value as well: who comes back joins.
    let ada = client.user("ada");
    client.delete(&format!("/Users/{ada}")).expect(204);
    let crew = client.group("Crew", &[&ada]);
    assert_eq!(waiting(&memory, &crew), std::slice::from_ref(&ada));
    assert_eq!(client.user("ada"), ada);
    assert_eq!(members(&memory, &crew), std::slice::from_ref(&ada));
    client.delete(&format!("/Users/{ada}")).expect(204);
    patch(&memory, &crew, "add", &[&ada]);
    let path = format!("/tenants/1/deleted/{ada}/restore");
    Operator::new(&memory).send("POST", &path, None).expect(200);
    assert_eq!(members(&memory, &crew), [ada]);
    assert!(waiting(&memory, &crew).is_empty());
}

/// Of one who waits, or is there by another name than the id, it is not told that he was not.
#[test]
fn who_is_taken_out_by_name_was_there() {
    let memory = pending();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let staff = client.group("Staff", &["b", "c", &ada]);
    let cases = [
        ("nobody", true, 3),
        ("b", false, 2),
        ("C", false, 1),
        ("ada", false, 0),
    ];
    for (named, is_told, left) in cases {
        let change = json!([{ "op": "remove", "path": "members", "value": values(&[named]) }]);
        let got = client.patch(&format!("/Groups/{staff}"), &change);
        got.clone().expect(204);
        let told = is_told.then_some("members");
        assert_eq!(got.header("Scim-Ignored"), told, "{named}");
        let there = members(&memory, &staff).len() + waiting(&memory, &staff).len();
        assert_eq!(there, left, "{named}");
    }
}

/// Who joined as awaited and is taken back leaves a group that does not wait again: it is told.
#[test]
fn an_undo_tells_of_groups_that_wait_no_more() {
    let memory = pending();
    let client = Client::new(&memory);
    let staff = client.group("Staff", &["ada"]);
    let got = client.post("/Users", &json!({ "userName": "ada" }));
    let request = got.header("X-Request-Id").unwrap().to_owned();
    let ada = got.expect(201)["id"].clone();
    assert_eq!(members(&memory, &staff), [ada.as_str().unwrap()]);
    let admin = Operator::new(&memory);
    let undo = |dry: bool| {
        let body = json!({ "request": request, "dry_run": dry });
        let told = admin.post("/tenants/1/undo", &body).expect(200);
        assert_eq!(told["deleted"], 1, "{told:#}");
        told["refused"].clone()
    };
    let told = undo(true);
    assert_eq!(told, undo(false));
    let detail = told[0]["detail"].as_str().unwrap();
    assert!(
        detail.contains(&staff) && detail.contains("it waits no more"),
        "{detail}"
    );
    assert_eq!(
        (told.as_array().unwrap().len(), &told[0]["resource"]),
        (1, &ada)
    );
    assert!(waiting(&memory, &staff).is_empty() && members(&memory, &staff).is_empty());
}

/// So it is with who joined by another name, and once where his create is taken back with it.
#[test]
fn an_undo_of_a_name_tells_of_groups_that_wait_no_more() {
    let memory = pending();
    let (client, admin) = (Client::new(&memory), Operator::new(&memory));
    let staff = client.group("Staff", &["ben", "other"]);
    let all = client.group("All", &[]);
    let ada = client.user("ada");
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]);
    client.patch(&format!("/Groups/{all}"), &add).expect(204);
    let seq = "SELECT max(seq) FROM events WHERE tenant_id = 1";
    let name = json!([{ "op": "replace", "path": "userName", "value": "ben" }]);
    let renamed = client.patch(&format!("/Users/{ada}"), &name);
    let request = renamed.header("X-Request-Id").unwrap().to_owned();
    assert_eq!(members(&memory, &staff), [ada.as_str()]);
    let last = memory.number(seq);
    let told = |body: &Value| {
        let result = admin.post("/tenants/1/undo", body).expect(200);
        let refused = result["refused"].as_array().unwrap().clone();
        let of_staff = |one: &Value| {
            let detail = one["detail"].as_str().unwrap();
            detail.contains(&staff) && detail.contains("it waits no more")
        };
        refused.iter().filter(|one| of_staff(one)).count()
    };
    let range = json!({ "from_seq": 1, "to_seq": last, "dry_run": true });
    assert_eq!(told(&range), 1, "with the create once");
    let mut undo = json!({ "request": request, "dry_run": true });
    assert_eq!(told(&undo), 1);
    undo["dry_run"] = json!(false);
    assert_eq!(told(&undo), 1);
    assert_eq!(members(&memory, &all), [ada.as_str()]);
    assert!(members(&memory, &staff).is_empty());
    // Of a change that brought him nowhere nothing is told.
    let name = json!([{ "op": "replace", "path": "externalId", "value": "e" }]);
    let changed = client.patch(&format!("/Users/{ada}"), &name);
    let undo = json!({ "request": changed.header("X-Request-Id").unwrap() });
    assert_eq!(told(&undo), 0);
}

fn operation(method: &str, path: &str, data: &Value) -> Value {
    json!({ "method": method, "path": path, "bulkId": format!("{path}{data}"), "data": data })
}

fn bulk(memory: &Memory, operations: &[Value]) {
    let done = Client::new(memory).post("/Bulk", &json!({ "Operations": operations }));
    for operation in done.expect(200)["Operations"].as_array().unwrap() {
        assert!(operation["status"].as_str().unwrap() < "300", "{operation}");
    }
}

/// Of several who come at once with what is waited for the first joins.
#[test]
fn one_value_is_one_person() {
    const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
    let user = |name: &str, external: &str| json!({ "schemas": [USER], "userName": name, "externalId": external });
    let alike = [user("a", "same"), user("b", "same")];
    let crossed = [user("a", "same"), user("same", "b")];
    for (mut pair, is_reversed, is_import) in [alike, crossed].into_iter().flat_map(|pair| {
        [(false, false), (true, false), (false, true), (true, true)]
            .map(|(reversed, import)| (pair.clone(), reversed, import))
    }) {
        let memory = pending();
        let staff = Client::new(&memory).group("Staff", &["same"]);
        if is_reversed {
            pair.reverse();
        }
        if is_import {
            let lines = format!("{}\n{}\n", pair[0], pair[1]);
            Operator::new(&memory).import(1, "", &lines).expect(200);
        } else {
            bulk(
                &memory,
                &pair
                    .each_ref()
                    .map(|data| operation("POST", "/Users", data)),
            );
        }
        let name = pair[0]["userName"].as_str().unwrap();
        let first = Client::new(&memory).get(&format!("/Users?filter=userName eq \"{name}\""));
        let first = first.expect(200)["Resources"][0]["id"].clone();
        assert_eq!(json!(members(&memory, &staff)), json!([first]), "{pair:?}");
        assert!(waiting(&memory, &staff).is_empty());
        let told = told(&memory);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(
            told[0]["members"]["added"],
            json!([{ "id": first, "type": "User" }])
        );
    }
    // The first of a Bulk, though the other is here for longer.
    let memory = pending();
    let client = Client::new(&memory);
    let [later, first] = ["b", "a"].map(|name| client.user(name));
    let staff = client.group("Staff", &["same"]);
    let named = json!({ "Operations": [{ "op": "replace", "value": { "externalId": "same" } }] });
    let path = |id: &str| format!("/Users/{id}");
    bulk(
        &memory,
        &[&first, &later].map(|id| operation("PATCH", &path(id), &named)),
    );
    assert_eq!(members(&memory, &staff), [first]);
}

/// Each operation of a Bulk, and each line of an import, tells of its own: who is taken back leaves
/// the others in their groups.
#[test]
fn each_operation_tells_of_its_own_joining() {
    const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
    let user = |name: &str| json!({ "schemas": [USER], "userName": name });
    let (ada, ben) = (user("ada"), user("ben"));
    for way in ["create", "import", "rename"] {
        let memory = pending();
        let client = Client::new(&memory);
        let staff = client.group("Staff", &["ada", "ben"]);
        match way {
            "create" => bulk(
                &memory,
                &[
                    operation("POST", "/Users", &ada),
                    operation("POST", "/Users", &ben),
                ],
            ),
            "import" => {
                let lines = format!("{ada}\n{ben}\n");
                Operator::new(&memory).import(1, "", &lines).expect(200);
            }
            _ => {
                let (one, other) = (client.user("one"), client.user("other"));
                let name = |name: &str| json!({ "schemas": [PATCH_OP], "Operations": [{ "op": "replace", "path": "userName", "value": name }] });
                bulk(
                    &memory,
                    &[
                        operation("PATCH", &format!("/Users/{one}"), &name("ada")),
                        operation("PATCH", &format!("/Users/{other}"), &name("ben")),
                    ],
                );
            }
        }
        assert_eq!(members(&memory, &staff).len(), 2, "{way}");
        let told = told(&memory);
        let requests = told.iter().map(|event| event["request"].as_str().unwrap());
        let ends: Vec<&str> = requests
            .clone()
            .map(|request| request.rsplit_once(':').unwrap().1)
            .collect();
        assert_eq!(ends, ["1", "2"], "{way}");
        let undo = json!({ "request": requests.clone().next() });
        Operator::new(&memory)
            .post("/tenants/1/undo", &undo)
            .expect(200);
        let left = &told[1]["members"]["added"][0]["id"];
        assert_eq!(json!(members(&memory, &staff)), json!([left]), "{way}");
    }
}

/// A Bulk that names people before it makes them.
#[test]
fn a_bulk_awaits_as_well() {
    let memory = pending();
    let client = Client::new(&memory);
    let group = |name: &str, named: &[&str]| {
        let data = json!({ "displayName": name, "members": values(named) });
        json!({ "method": "POST", "path": "/Groups", "bulkId": name, "data": data })
    };
    let user = |name: &str| {
        let data = json!({ "userName": name, "externalId": format!("e-{name}") });
        json!({ "method": "POST", "path": "/Users", "bulkId": name, "data": data })
    };
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [
            group("One", &["e-ada", "later"]), group("Two", &["ben", "e-cyd"]), user("ada"), user("ben"),
            group("Three", &["ada", "e-ben", "later"]), user("cyd"),
        ],
    });
    let done = client.post("/Bulk", &body).expect(200);
    for operation in done["Operations"].as_array().unwrap() {
        assert_eq!(operation["status"], "201", "{done:#}");
    }
    client.user("later");
    let list = client.get("/Groups?sortBy=displayName").expect(200);
    let counts: Vec<usize> = list["Resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["members"].as_array().unwrap().len())
        .collect();
    assert_eq!(counts, [2, 3, 2], "{list:#}");
    assert_eq!(memory.number("SELECT count(*) FROM pending_members"), 0);
    let total: usize = told(&memory)
        .iter()
        .map(|event| event["members"]["added"].as_array().unwrap().len())
        .sum();
    assert_eq!(total, 7);
}

/// What nobody can be called is refused as where nobody is awaited, and taken out without effect.
#[test]
fn a_value_with_a_nul_is_nobody() {
    let memory = pending();
    let client = Client::new(&memory);
    let group = client.group("Engines", &[]);
    for named in ["\0", "a\0b", &"x".repeat(65)] {
        let members = values(&[named]);
        let change = |op: &str| json!({ "op": op, "path": "members", "value": members });
        let path = format!("/Groups/{group}");
        let why = "none can: it is longer than 64 bytes, or has a NUL in it";
        let got = client.patch(&path, &change("add"));
        got.refused(400, "invalidValue", why);
        client.patch(&path, &change("remove")).expect(204);
        let new = json!({ "displayName": "Wheels", "members": members });
        client.post("/Groups", &new).expect(400);
    }
    assert_eq!(waiting(&memory, &group), Vec::<String>::new());
}

/// Blanks at the ends are cut off, as of a userName.
#[test]
fn blanks_at_the_ends_are_no_part_of_a_value() {
    let memory = pending();
    let client = Client::new(&memory);
    let new = json!({ "displayName": "Engines", "members": values(&[" ada ", "\tbob"]) });
    let group = client.created("/Groups", &new);
    patch(&memory, &group, "add", &[" eve@x ", "eve@x"]);
    assert_eq!(waiting(&memory, &group), ["ada", "bob", "eve@x"]);
    let eve = client.user("eve@x");
    assert_eq!(members(&memory, &group), [eve]);
    patch(&memory, &group, "remove", &["bob ", " EVE@x"]);
    assert_eq!(waiting(&memory, &group), ["ada"]);
    assert_eq!(members(&memory, &group), Vec::<String>::new());
    let add = json!([{ "op": "add", "path": "members", "value": values(&["  "]) }]);
    let got = client.patch(&format!("/Groups/{group}"), &add);
    got.refused(400, "invalidValue", "or is blank");
}

/// Users alone are awaited: what is sent as a group has to be there.
#[test]
fn a_group_that_is_not_there_is_refused() {
    let memory = pending();
    let client = Client::new(&memory);
    let inner = client.group("Inner", &[]);
    let group = client.group("Engines", &[]);
    let named =
        |value: &str, kind: &str| json!([{ "value": "e-ada" }, { "value": value, "type": kind }]);
    let why = "members: no user or group has the id \"Wheels\". Create it first";
    let path = format!("/Groups/{group}");
    let bulk = |operation: Value| {
        let schema = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
        let body = json!({ "schemas": [schema], "Operations": [operation] });
        client.post("/Bulk", &body).expect(200)["Operations"][0].clone()
    };
    for kind in ["Group", "group"] {
        let members = named(" Wheels", kind);
        let new = json!({ "displayName": "New", "members": members });
        client
            .post("/Groups", &new)
            .refused(400, "invalidValue", why);
        let put = json!({ "displayName": "Engines", "members": members });
        client.put(&path, &put).refused(400, "invalidValue", why);
        let operations = json!([{ "op": "add", "path": "members", "value": members }]);
        let got = client.patch(&path, &operations);
        got.refused(400, "invalidValue", why);
        let told = bulk(json!({ "method": "POST", "path": "/Groups", "bulkId": "n", "data": new }));
        assert_eq!(
            told["response"]["detail"]
                .as_str()
                .map(|text| text.contains(why)),
            Some(true)
        );
        let told = bulk(json!({ "method": "PUT", "path": path, "data": put }));
        assert_eq!(
            told["response"]["detail"]
                .as_str()
                .map(|text| text.contains(why)),
            Some(true)
        );
    }
    assert_eq!(waiting(&memory, &group), Vec::<String>::new());
    let new = json!({ "displayName": "New", "members": named(&inner, "Group") });
    let new = client.created("/Groups", &new);
    assert_eq!(members(&memory, &new), std::slice::from_ref(&inner));
    assert_eq!(waiting(&memory, &new), ["e-ada"]);
    let operations = json!([{ "op": "add", "path": "members", "value": named(&inner, "Group") }]);
    client.patch(&path, &operations).expect(204);
    assert_eq!(members(&memory, &group), [inner]);
    assert_eq!(waiting(&memory, &group), ["e-ada"]);
}

/// A deletion that is taken back makes the user a member once, where the group awaits him by then.
#[test]
fn an_undone_deletion_tells_of_a_joining_once() {
    for deletes in ["soft", "hard"] {
        let memory = pending();
        let operator = Operator::new(&memory);
        let settings = json!({ "settings": { "deletes": deletes } });
        operator.patch("/tenants/1", &settings).expect(200);
        let client = Client::new(&memory);
        let ada = client.user("ada");
        let [staff, board] = ["Staff", "Board"].map(|name| client.group(name, &[&ada]));
        client.delete(&format!("/Users/{ada}")).expect(204);
        patch(&memory, &staff, "add", &[&ada]);
        assert_eq!(waiting(&memory, &staff), [ada.as_str()]);
        let page = operator.get("/events?type=user.deleted").expect(200);
        let seq = &page["data"][0]["seq"];
        let before = told(&memory).len();
        let body = json!({ "from_seq": seq, "to_seq": seq });
        operator.post("/tenants/1/undo", &body).expect(200);
        let told = told(&memory).split_off(before);
        let of: Vec<&str> = told
            .iter()
            .map(|event| event["resource"]["name"].as_str().unwrap())
            .collect();
        assert_eq!(of, ["Staff", "Board"], "{deletes}");
        for (event, group) in told.iter().zip([&staff, &board]) {
            assert_eq!(members(&memory, group), std::slice::from_ref(&ada));
            let group = client.get(&format!("/Groups/{group}")).expect(200);
            let version = format!("W/\"{}\"", event["version"].as_str().unwrap());
            assert_eq!(group["meta"]["version"], version, "{deletes}");
        }
        assert!(waiting(&memory, &staff).is_empty());
    }
}

/// What one operation sends as a group says nothing of the others.
#[test]
fn a_group_is_one_in_its_own_operation_alone() {
    let memory = pending();
    let client = Client::new(&memory);
    let [first, second] = ["First", "Second"].map(|name| client.group(name, &[]));
    let member = |kind: Value| json!([{ "value": "wheels", "type": kind }]);
    let add = |kind: Value| json!({ "op": "add", "path": "members", "value": member(kind) });
    let patch = |group: &str, kind: Value| {
        let data = json!({
            "schemas": [PATCH_OP],
            "Operations": [add(kind)],
        });
        json!({ "method": "PATCH", "path": format!("/Groups/{group}"), "data": data })
    };
    let new = |name: &str, kind: Value| {
        let data = json!({ "displayName": name, "members": member(kind) });
        json!({ "method": "POST", "path": "/Groups", "bulkId": name, "data": data })
    };
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [
            patch(&first, json!("Group")), patch(&second, json!("User")),
            new("third", json!("Group")), new("fourth", Value::Null),
        ],
    });
    let told = client.post("/Bulk", &body).expect(200);
    let statuses: Vec<_> = told["Operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|operation| operation["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["400", "204", "400", "201"], "{told:#}");
    assert!(waiting(&memory, &first).is_empty());
    assert_eq!(waiting(&memory, &second), ["wheels"]);
    // Who goes as a group may come as a user.
    let remove = json!({ "op": "remove", "path": "members", "value": member(json!("Group")) });
    let operations = json!([remove, add(Value::Null)]);
    client
        .patch(&format!("/Groups/{first}"), &operations)
        .expect(204);
    assert_eq!(waiting(&memory, &first), ["wheels"]);
}
