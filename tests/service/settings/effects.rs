//! What each setting does.

use super::*;
use testing::client::Got;

const NOBODY: &str = "019a0000-0000-7000-8000-00000000dead";

/// Members of a group, as its id names it.
fn members(client: &Client<'_>, group: &str) -> Vec<String> {
    let shown = client.get(&format!("/Groups/{group}")).expect(200);
    let members = shown["members"].as_array().cloned().unwrap_or_default();
    let id = |member: &Value| member["value"].as_str().unwrap().to_owned();
    members.iter().map(id).collect()
}

/// A success that names what it left out.
#[track_caller]
fn told(got: Got, status: u16, left_out: Option<&str>) -> Value {
    assert_eq!(got.header("Scim-Ignored"), left_out, "{:#}", got.body);
    got.expect(status)
}

fn with(ids: &[&str]) -> Value {
    let members: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
    json!({ "displayName": "Pilots", "members": members })
}

#[test]
fn unknown_members_are_refused_unless_they_are_to_be_left_out() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({}));
    let ada = client.user("ada");
    client
        .post("/Groups", &with(&[&ada, NOBODY]))
        .refused(400, "invalidValue", NOBODY);
    set(&memory, id, &json!({ "unknown_members": "skip" }));
    let left_out = format!("members/{NOBODY}");
    let left_out = Some(left_out.as_str());
    let got = client.post("/Groups", &with(&[&ada, NOBODY]));
    let group = told(got, 201, left_out)["id"].as_str().unwrap().to_owned();
    assert_eq!(members(&client, &group), [ada.as_str()]);
    let path = format!("/Groups/{group}");
    let bob = client.user("bob");
    let value = |ids: &[&str]| with(ids)["members"].clone();
    for (op, ids, left) in [
        ("add", vec![bob.as_str(), NOBODY], vec![&ada, &bob]),
        ("add", vec![NOBODY], vec![&ada, &bob]),
        ("replace", vec![NOBODY, &bob], vec![&bob]),
        ("replace", vec![NOBODY], vec![]),
    ] {
        let operations = json!([{ "op": op, "path": "members", "value": value(&ids) }]);
        let got = client.patch(&path, &operations);
        told(got, 204, left_out);
        assert_eq!(
            members(&client, &group).iter().collect::<Vec<_>>(),
            left,
            "{op} {ids:?}"
        );
    }
    // With a change of the group's own beside it.
    let operations = json!([
        { "op": "add", "path": "members", "value": value(&[&ada, NOBODY]) },
        { "op": "replace", "path": "displayName", "value": "Crew" },
    ]);
    told(client.patch(&path, &operations), 204, left_out);
    assert_eq!(members(&client, &group), [ada.as_str()]);
    assert_eq!(client.get(&path).expect(200)["displayName"], "Crew");
    told(client.put(&path, &with(&[NOBODY, &bob])), 200, left_out);
    assert_eq!(members(&client, &group), [bob.as_str()]);
    told(client.put(&path, &with(&[NOBODY])), 200, left_out);
    assert!(members(&client, &group).is_empty());
    // What can be no id, and what is no id but somebody's address, which is not repeated.
    let long = "x".repeat(300);
    let got = client.put(&path, &with(&[&bob, &long]));
    assert!(
        got.header("Scim-Ignored")
            .unwrap()
            .starts_with("members/xxx")
    );
    got.expect(200);
    told(
        client.put(&path, &with(&["ada@example.com"])),
        200,
        Some("members/ada?"),
    );
    // A circle is refused as before.
    let operations = json!([{ "op": "add", "path": "members", "value": value(&[&group, NOBODY]) }]);
    client
        .patch(&path, &operations)
        .refused(400, "invalidValue", "itself");
    // A tenant that has not said so is as before.
    set(&memory, id, &json!({ "unknown_members": null }));
    client
        .put(&path, &with(&[NOBODY]))
        .refused(400, "invalidValue", NOBODY);
    assert_eq!(
        Operator::new(&memory)
            .get(&format!("/tenants/{id}"))
            .expect(200)["settings_without_effect"],
        json!([])
    );
}

#[test]
fn a_bulk_leaves_out_whom_it_does_not_know() {
    let memory = Memory::new();
    let (_, client) = tenant(&memory, &json!({ "unknown_members": "skip" }));
    let ada = client.user("ada");
    for strict in [false, true] {
        let create = |number: usize, ids: &[&str]| {
            let mut data = with(ids);
            data["displayName"] = json!(format!("group {number} {strict}"));
            json!({ "method": "POST", "path": "/Groups", "bulkId": number.to_string(), "data": data })
        };
        let mut body = json!({ "Operations": [
            create(1, &[&ada, NOBODY]),
            create(2, &["bulkId:3", "also-nobody"]),
            json!({ "method": "POST", "path": "/Users", "bulkId": "3", "data": { "userName": format!("bob {strict}") } }),
            create(4, &[&ada]),
        ] });
        if strict {
            body["failOnErrors"] = json!(1);
        }
        let got = client.post("/Bulk", &body);
        let left_out = got.header("Scim-Ignored").unwrap().to_owned();
        assert!(
            left_out.contains(NOBODY) && left_out.contains("members/also-nobody"),
            "{left_out}"
        );
        let got = got.expect(200);
        for operation in got["Operations"].as_array().unwrap() {
            assert_eq!(operation["status"], "201", "{operation:#}");
        }
        for number in [1, 2, 4] {
            let path = format!("/Groups?filter=displayName eq \"group {number} {strict}\"");
            let found = client.get(&path).expect(200);
            assert_eq!(
                found["Resources"][0]["members"].as_array().unwrap().len(),
                1
            );
        }
    }
}

#[test]
fn what_no_schema_has_is_refused_but_never_beside_a_deactivation() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({}));
    let custom =
        |active: bool, name: &str| json!({ "userName": name, "active": active, "shoeSize": 43 });
    told(
        client.post("/Users", &custom(true, "ada")),
        201,
        Some("shoeSize"),
    );
    set(&memory, id, &json!({ "unmapped_attributes": "refuse" }));
    let post = client.post("/Users", &custom(true, "bob"));
    post.refused(400, "invalidSyntax", "shoeSize");
    let user = client.user("bob");
    let path = format!("/Users/{user}");
    let shoe = json!({ "op": "replace", "path": "shoeSize", "value": 44 });
    let title = json!({ "op": "replace", "path": "title", "value": "Pilot" });
    let off = json!({ "op": "replace", "path": "active", "value": false });
    client
        .put(&path, &custom(true, "bob"))
        .refused(400, "invalidSyntax", "shoeSize");
    client
        .patch(&path, &json!([shoe, title]))
        .refused(400, "invalidSyntax", "shoeSize");
    assert_eq!(client.get(&path).expect(200).get("title"), None);
    let on = json!({ "op": "replace", "path": "active", "value": true });
    client
        .patch(&path, &json!([shoe, on]))
        .refused(400, "invalidSyntax", "shoeSize");
    // Nothing stops the deactivation beside it, in whatever form it comes.
    let on = json!([on]);
    for operations in [
        json!([shoe, off]),
        json!([off, title, shoe]),
        json!([{ "op": "replace", "value": { "active": false, "shoeSize": 44 } }]),
        json!([{ "op": "Replace", "path": "active", "value": "False" }, shoe]),
    ] {
        let got = client.patch(&path, &operations);
        assert_eq!(told(got, 200, Some("shoeSize"))["active"], false);
        client.patch(&path, &on).expect(200);
    }
    let got = client.put(&path, &custom(false, "bob"));
    assert_eq!(told(got, 200, Some("shoeSize"))["active"], false);
    // Each operation of a Bulk by itself: the one in the middle is excused, that behind it is not.
    let change = |data: Value| json!({ "method": "PUT", "path": path, "data": data });
    let ada = client.user("eve");
    let other =
        json!({ "method": "PUT", "path": format!("/Users/{ada}"), "data": custom(true, "eve") });
    let create =
        json!({ "method": "POST", "path": "/Users", "bulkId": "1", "data": custom(true, "mia") });
    let body = json!({ "Operations": [change(custom(false, "bob")), other, create, change(custom(true, "bob"))] });
    let got = client.post("/Bulk", &body).expect(200);
    let status = |number: usize| got["Operations"][number]["status"].clone();
    assert_eq!([0, 1, 2, 3].map(status), ["200", "400", "400", "400"]);
    client.get("/Users?filter=shoeSize eq 43").expect(400);
}

#[test]
fn what_a_tenant_says_of_groups_of_users_goes_before_the_variable() {
    for variable in [false, true] {
        let mut memory = Memory::new();
        memory.settings.accept_user_groups = variable;
        let (id, client) = tenant(&memory, &json!({}));
        let group = client.group("Pilots", &[]);
        let joins = |name: &str| {
            let body = json!({ "userName": name, "groups": [{ "value": group }] });
            let user = client.created("/Users", &body);
            members(&client, &group).contains(&user)
        };
        assert_eq!(joins("as the variable says"), variable);
        set(&memory, id, &json!({ "accept_user_groups": !variable }));
        assert_eq!(joins("as the tenant says"), !variable);
        let user = client.user("later");
        let body = json!({ "userName": "later", "groups": [{ "value": group }] });
        client.put(&format!("/Users/{user}"), &body).expect(200);
        assert_eq!(members(&client, &group).contains(&user), !variable);
        set(&memory, id, &json!({ "accept_user_groups": null }));
        assert_eq!(joins("as the variable says again"), variable);
    }
}

#[test]
fn names_of_groups_may_be_had_twice() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({}));
    let named = |name: &str| json!({ "displayName": name });
    let first = client.group("Pilots", &[]);
    client
        .post("/Groups", &named("pilots"))
        .refused(409, "uniqueness", "displayName");
    set(&memory, id, &json!({ "unique_group_names": false }));
    let second = client.group("pilots", &[]);
    client
        .patch(
            &format!("/Groups/{second}"),
            &json!([{ "op": "replace", "path": "displayName", "value": "PILOTS" }]),
        )
        .expect(204);
    let unique = |client: &Client<'_>| {
        let schema = client
            .get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group")
            .expect(200);
        let attributes = schema["attributes"].as_array().unwrap().clone();
        let name = attributes
            .iter()
            .find(|attribute| attribute["name"] == "displayName");
        name.unwrap()["uniqueness"].clone()
    };
    assert_eq!(unique(&client), "none");
    assert_eq!(
        unique(&Client {
            memory: &memory,
            token: "nobody's".to_owned()
        }),
        "server"
    );
    // Back again: who shares a name is told, and goes on with it.
    for back in [
        json!({ "unique_group_names": true }),
        json!({ "unique_group_names": null }),
        Value::Null,
    ] {
        let told = set(&memory, id, &back);
        let notice = told["notice"].as_str().unwrap();
        assert!(
            notice.contains("PILOTS") || notice.contains("Pilots"),
            "{notice}"
        );
        client
            .post("/Groups", &named("pilots"))
            .refused(409, "uniqueness", "displayName");
    }
    assert_eq!(unique(&client), "server");
    assert_eq!(
        set(&memory, id, &json!({ "rate": "off" })).get("notice"),
        None
    );
    client
        .patch(
            &format!("/Groups/{first}"),
            &json!([{ "op": "replace", "path": "displayName", "value": "Crew" }]),
        )
        .expect(204);
    assert_eq!(
        set(&memory, id, &json!({ "unique_group_names": true })).get("notice"),
        None
    );
}

#[test]
fn pages_are_as_large_as_the_tenant_says() {
    let memory = Memory::new();
    let (id, client) = tenant(
        &memory,
        &json!({ "default_page_size": 2, "max_page_size": 3 }),
    );
    for number in 0..5 {
        client.user(&format!("user {number}"));
    }
    let config = |client: &Client<'_>| client.get("/ServiceProviderConfig").expect(200);
    let size =
        |query: &str| client.get(&format!("/Users{query}")).expect(200)["itemsPerPage"].clone();
    assert_eq!([size(""), size("?count=9"), size("?count=1")], [2, 3, 1]);
    let search =
        json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "count": 9 });
    for path in ["/.search", "/Users/.search"] {
        assert_eq!(client.post(path, &search).expect(200)["itemsPerPage"], 3);
    }
    let page = client.get("/Users?cursor=").expect(200);
    assert_eq!(page["Resources"].as_array().unwrap().len(), 2);
    let told = config(&client);
    assert_eq!(told["filter"]["maxResults"], 3);
    assert_eq!(told["pagination"]["maxPageSize"], 3);
    assert_eq!(told["pagination"]["defaultPageSize"], 2);
    let path = format!("/tenants/{id}/scim/v2/ServiceProviderConfig");
    assert_eq!(
        Operator::new(&memory).get(&path).expect(200)["filter"]["maxResults"],
        3
    );
    // To others it is what the deployment has.
    assert_eq!(config(&Client::new(&memory))["filter"]["maxResults"], 1_000);
    let unknown = Client {
        memory: &memory,
        token: "nobody's".to_owned(),
    };
    assert_eq!(config(&unknown)["filter"]["maxResults"], 1_000);
    // The default is never more than the most.
    set(
        &memory,
        id,
        &json!({ "default_page_size": 9, "max_page_size": 1 }),
    );
    assert_eq!(size(""), 1);
    assert_eq!(config(&client)["pagination"]["defaultPageSize"], 1);
}

#[test]
fn all_have_an_effect() {
    let memory = Memory::new();
    let all = json!({
        "unknown_members": "skip", "deletes": "soft", "keep_days": 3, "rehire": "same_name", "unmapped_attributes": "refuse",
        "accept_user_groups": true, "unique_group_names": false, "brake": { "count": 3 }, "request_log": { "days": 2 },
        "rate": "off", "default_page_size": 1, "max_page_size": 2,
    });
    let (id, client) = tenant(&memory, &all);
    client.user("ada");
    let path = format!("/tenants/{id}");
    let admin = Operator::new(&memory);
    let told = admin.get(&path).expect(200);
    assert_eq!(told["settings_without_effect"], json!([]));
}
