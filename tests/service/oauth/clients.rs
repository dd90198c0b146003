//! Clients and their secrets at the admin face.

use serde_json::json;
use service::token::{CLIENT, make_as};
use testing::client::Operator;
use testing::memory::Memory;

use super::{ask, asking, client_of, denied, secret_client, text, with_secret};

#[test]
fn a_client_shows_its_secret_once() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let tenant = admin.tenant("Acme");
    let path = format!("/tenants/{tenant}/clients");
    let body = json!({ "label": "Entra", "kind": "secret", "expires_at": "2026-06-01T00:00:00Z" });
    let got = admin.post(&path, &body);
    let made = got.clone().expect(201);
    let (id, secret) = (text(&made["id"]), text(&made["secret"]));
    assert!(id.starts_with("cli_1_") && id.len() == 38, "{id}");
    assert!(
        secret.starts_with("scimsecret_1_") && secret.len() == 62,
        "{secret}"
    );
    let location = format!("{}/admin/v1{path}/{id}", Memory::ORIGIN);
    assert_eq!(got.header("Location"), Some(location.as_str()));
    let mut shown = json!({
        "id": id, "label": "Entra", "kind": "secret", "created_at": made["created_at"], "revoked_at": null, "last_used": null,
        "secrets": [{
            "n": 1, "last4": secret[secret.len() - 4..], "created_at": made["created_at"],
            "expires_at": "2026-06-01T00:00:00.000Z", "last_used": null,
        }],
    });
    assert_eq!(admin.get(&format!("{path}/{id}")).expect(200), shown);
    let credentials =
        || admin.get(&format!("/tenants/{tenant}")).expect(200)["credentials"].clone();
    assert_eq!(credentials(), json!({ "tokens": 0, "clients": 1 }));
    client_of(&memory, &id, &secret).user("ada");
    // What it asked for is no token that an operator made.
    assert_eq!(credentials(), json!({ "tokens": 0, "clients": 1 }));
    assert_eq!(
        admin.get(&format!("/tenants/{tenant}/tokens")).expect(200)["data"],
        json!([])
    );
    shown["last_used"] = json!("2026-01-01");
    shown["secrets"][0]["last_used"] = json!("2026-01-01");
    assert_eq!(
        admin.get(&path).expect(200),
        json!({ "data": [shown], "next": null })
    );
    let changed = admin.patch(&format!("{path}/{id}"), &json!({ "label": "Entra 2" }));
    assert_eq!(changed.expect(200)["label"], "Entra 2");
    assert_eq!(
        admin.patch(&format!("{path}/{id}"), &json!({})).expect(200)["label"],
        "Entra 2"
    );
    for (body, code) in [
        (json!({}), "missing_member"),
        (json!({ "label": "x", "kind": "other" }), "invalid_value"),
        (
            json!({ "label": "x", "scopes": ["read"] }),
            "unknown_member",
        ),
        (
            json!({ "label": "x", "expires_at": "2025-01-01T00:00:00Z" }),
            "invalid_value",
        ),
    ] {
        admin.post(&path, &body).problem(400, code, "");
    }
    for body in [
        json!({ "kind": "federated" }),
        json!({ "expires_at": null }),
    ] {
        admin
            .patch(&format!("{path}/{id}"), &body)
            .problem(400, "unknown_member", "label");
    }
    for method in ["GET", "PATCH", "DELETE"] {
        let got = admin.send(method, &format!("{path}/cli_1_none"), Some(&json!({})));
        got.problem(404, "client_not_found", "no such client. GET");
    }
}

#[test]
fn a_client_has_up_to_four_secrets() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let (id, first) = secret_client(&admin, 1);
    let path = format!("/tenants/1/clients/{id}/secrets");
    let mut secrets = vec![first];
    for n in 2..=4 {
        let expires_at = (n == 3).then_some("2026-01-02T00:00:00Z");
        let got = admin.post(&path, &json!({ "expires_at": expires_at }));
        let location = format!("{}/admin/v1{path}/{n}", Memory::ORIGIN);
        assert_eq!(got.header("Location"), Some(location.as_str()));
        let made = got.expect(201);
        assert_eq!(
            (&made["n"], made["secrets"].as_array().unwrap().len()),
            (&json!(n), n)
        );
        secrets.push(text(&made["secret"]));
    }
    admin
        .post(&path, &json!({}))
        .problem(409, "too_many_secrets", "DELETE one");
    for secret in &secrets {
        client_of(&memory, &id, secret);
    }
    let list = admin.get(&format!("{path}?limit=3")).expect(200);
    assert_eq!(
        (&list["data"][2]["n"], &list["next"]),
        (&json!(3), &json!("3"))
    );
    let rest = admin.get(&format!("{path}?after=3")).expect(200);
    assert_eq!(
        (&rest["data"][0]["n"], &rest["next"]),
        (&json!(4), &json!(null))
    );
    assert_eq!(admin.get(&format!("{path}/4")).expect(200), rest["data"][0]);
    for other in ["04", "+4", "4.0"] {
        let path = format!("{path}/{other}");
        admin.get(&path).problem(404, "secret_not_found", "");
        admin.delete(&path).problem(404, "secret_not_found", "");
    }
    // One that was taken away opens nothing more, and its number is not given again.
    admin.delete(&format!("{path}/4")).expect(204);
    denied(
        &ask(&memory, &asking(&with_secret(&id, &secrets[3]))),
        401,
        "invalid_client",
        "secret is wrong",
    );
    client_of(&memory, &id, &secrets[0]);
    assert_eq!(admin.post(&path, &json!({})).expect(201)["n"], 5);
    admin
        .post(&path, &json!({}))
        .problem(409, "too_many_secrets", "");
    // One that has expired opens nothing, and makes room.
    memory.elapsed.set(86_400_000);
    denied(
        &ask(&memory, &asking(&with_secret(&id, &secrets[2]))),
        401,
        "invalid_client",
        "has expired",
    );
    let made = admin.post(&path, &json!({})).expect(201);
    let numbers: Vec<_> = made["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|secret| &secret["n"])
        .collect();
    assert_eq!(numbers, [1, 2, 5, 6]);
    for n in ["9", "0", "x", "-1", "1.0", "99999999999999999999"] {
        for method in ["GET", "DELETE"] {
            admin
                .send(method, &format!("{path}/{n}"), None)
                .problem(404, "secret_not_found", "");
        }
    }
    for method in ["GET", "POST"] {
        let got = admin.send(
            method,
            "/tenants/1/clients/cli_1_none/secrets",
            Some(&json!({})),
        );
        got.problem(404, "client_not_found", "");
    }
}

#[test]
fn a_client_that_is_revoked_loses_its_tokens_at_once() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let (id, secret) = secret_client(&admin, 1);
    let (other, others) = secret_client(&admin, 1);
    let clients = [
        client_of(&memory, &id, &secret),
        client_of(&memory, &id, &secret),
    ];
    let stays = client_of(&memory, &other, &others);
    let operators = admin.client(1, &json!({ "label": "x" }));
    for client in &clients {
        client.get("/Users").expect(200);
    }
    let path = format!("/tenants/1/clients/{id}");
    admin.delete(&path).expect(204);
    for client in &clients {
        client.get("/Users").expect(401);
    }
    stays.get("/Users").expect(200);
    operators.get("/Users").expect(200);
    denied(
        &ask(&memory, &asking(&with_secret(&id, &secret))),
        401,
        "invalid_client",
        "revoked",
    );
    let revoked = admin.get(&path).expect(200)["revoked_at"].clone();
    assert!(revoked.is_string());
    admin.delete(&path).expect(204);
    assert_eq!(admin.get(&path).expect(200)["revoked_at"], revoked);
    let secrets = format!("{path}/secrets");
    admin
        .post(&secrets, &json!({}))
        .problem(409, "client_revoked", "new one");
    assert_eq!(
        admin.get("/tenants/1").expect(200)["credentials"],
        json!({ "tokens": 1, "clients": 1 })
    );
}

/// A token of a client is a row as any other, which can be looked at and revoked by itself.
#[test]
fn a_token_of_a_client_can_be_revoked_alone() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let (id, secret) = secret_client(&admin, 1);
    let client = client_of(&memory, &id, &secret);
    let token = {
        let connection = memory.database.connection.borrow();
        let query = "SELECT id FROM tokens WHERE client_id = ?1";
        connection
            .query_row(query, (&id,), |row| row.get::<_, String>(0))
            .unwrap()
    };
    let path = format!("/tenants/1/tokens/{token}");
    let shown = admin.get(&path).expect(200);
    assert_eq!(
        (&shown["label"], &shown["scopes"]),
        (&json!("Entra"), &json!(["write"]))
    );
    assert_eq!(shown["expires_at"], "2026-01-01T01:00:00.002Z");
    admin.delete(&path).expect(204);
    client.get("/Users").expect(401);
    client_of(&memory, &id, &secret).get("/Users").expect(200);
}

#[test]
fn clients_are_of_one_tenant() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let (ours, theirs) = (admin.tenant("Ours"), admin.tenant("Theirs"));
    let (id, secret) = secret_client(&admin, theirs);
    client_of(&memory, &id, &secret).user("ada");
    let ada = "SELECT tenant_id FROM users WHERE user_name = 'ada'";
    assert_eq!(memory.number(ada), theirs);
    for path in [
        format!("/tenants/{ours}/clients/{id}"),
        format!("/tenants/{ours}/clients/{id}/secrets"),
    ] {
        admin.get(&path).problem(404, "client_not_found", "");
    }
    let secret_of = format!("/tenants/{ours}/clients/{id}/secrets/1");
    for method in ["GET", "DELETE"] {
        admin
            .send(method, &secret_of, None)
            .problem(404, "secret_not_found", "");
    }
    admin
        .post(&format!("/tenants/{ours}/clients/{id}/secrets"), &json!({}))
        .problem(404, "client_not_found", "");
    let path = format!("/tenants/{ours}/clients/{id}");
    admin
        .patch(&path, &json!({ "label": "x" }))
        .problem(404, "client_not_found", "");
    admin.delete(&path).problem(404, "client_not_found", "");
    assert_eq!(
        admin.get(&format!("/tenants/{ours}/clients")).expect(200)["data"],
        json!([])
    );
    client_of(&memory, &id, &secret).get("/Users").expect(200);
}

#[test]
fn clients_end_with_their_tenant() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let tenant = admin.tenant("Acme");
    let (id, secret) = secret_client(&admin, tenant);
    let client = client_of(&memory, &id, &secret);
    // Who proves to be the client of a suspended tenant is told so, and nobody else.
    admin
        .patch(
            &format!("/tenants/{tenant}"),
            &json!({ "state": "suspended" }),
        )
        .expect(200);
    client.get("/Users").refused(403, "", "suspended");
    let tokens = memory.number("SELECT count(*) FROM tokens");
    let got = ask(&memory, &asking(&with_secret(&id, &secret)));
    denied(&got, 400, "unauthorized_client", "suspended");
    assert_eq!(memory.number("SELECT count(*) FROM tokens"), tokens);
    let wrong = make_as(CLIENT, 1, [9; 32]);
    let got = ask(&memory, &asking(&with_secret(&id, &wrong)));
    denied(&got, 401, "invalid_client", "not known");
    admin
        .patch(&format!("/tenants/{tenant}"), &json!({ "state": "active" }))
        .expect(200);
    client.get("/Users").expect(200);
    admin
        .delete(&format!("/tenants/{tenant}?confirm=Acme"))
        .expect(202);
    client.get("/Users").expect(401);
    denied(
        &ask(&memory, &asking(&with_secret(&id, &secret))),
        401,
        "invalid_client",
        "not known",
    );
    for _ in 0..3 {
        memory.run_jobs(service::jobs::Budget::PAID).unwrap();
    }
    for table in ["clients", "client_secrets", "assertions_seen", "tokens"] {
        let left = format!("SELECT count(*) FROM {table} WHERE tenant_id = {tenant}");
        assert_eq!(memory.number(&left), 0, "{table}");
    }
    assert_eq!(
        memory.number("SELECT count(*) FROM jobs WHERE state = 'finished'"),
        1
    );
}
