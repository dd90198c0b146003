//! `npm run admin` against the built Worker: what its words do, the forms of its results, and what
//! it does not do.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

use ::doctor::conversation::{Target, WireRequest};
use serde_json::Value;
use testing::worker::Worker;

const ADMIN_TOKEN: &str = "an-admin-token-of-this-test-and-of-no-other";

/// A Worker, and the commands of its operator.
struct Desk(Worker);

impl Desk {
    #[expect(
        clippy::unwrap_used,
        reason = "a helper of tests fails where a test would"
    )]
    fn open() -> Self {
        Self(Worker::start(&[("ADMIN_TOKEN", ADMIN_TOKEN)]).unwrap())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("node");
        command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["scripts/run.cjs", "admin"])
            .args(arguments)
            .env("ADMIN_URL", &self.0.origin)
            .env("ADMIN_TOKEN", ADMIN_TOKEN)
            .stdin(Stdio::null());
        command
    }

    /// The exit code, stdout and stderr. The admin token is in none.
    fn say(&self, arguments: &[&str]) -> (i32, String, String) {
        told(&mut self.command(arguments))
    }

    /// The result of a command that succeeds.
    #[track_caller]
    #[expect(
        clippy::unwrap_used,
        reason = "a helper of tests fails where a test would"
    )]
    fn json(&self, arguments: &[&str]) -> Value {
        let (code, out, words) = self.say(&[arguments, &["--json"]].concat());
        assert_eq!(code, 0, "{arguments:?}: {words}");
        serde_json::from_str(&out).unwrap()
    }

    /// The status of a list of users, asked for with a token.
    #[expect(
        clippy::unwrap_used,
        reason = "a helper of tests fails where a test would"
    )]
    fn users(&self, token: &str) -> u16 {
        let request = WireRequest {
            method: "GET".to_owned(),
            url: format!("{}/Users", self.0.base),
            headers: vec![("Authorization".to_owned(), format!("Bearer {token}"))],
            ..Default::default()
        };
        self.0.send(&request).unwrap().status
    }
}

#[expect(
    clippy::unwrap_used,
    reason = "a helper of tests fails where a test would"
)]
fn told(command: &mut Command) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let (out, words) = (
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    );
    assert!(!format!("{out}{words}").contains(ADMIN_TOKEN), "{words}");
    (status.code().unwrap_or(-1), out, words)
}

/// A server that answers with these, one after the other, and the last again and again.
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of tests fails where a test would"
)]
fn answering(replies: &[&'static str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let replies = replies.to_vec();
    std::thread::spawn(move || {
        for (index, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            for line in lines.map_while(Result::ok) {
                if line.is_empty() {
                    break;
                }
            }
            let (head, body) = replies[index.min(replies.len() - 1)]
                .split_once('|')
                .unwrap();
            let length = body.len();
            let reply = format!(
                "HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            stream.write_all(reply.as_bytes()).unwrap();
        }
    });
    origin
}

/// A source that is busy is waited for, but not for ever.
#[test]
fn a_busy_server_is_asked_again() {
    const CONFIG: &str = "200 OK|{}";
    const LIST: &str = r#"200 OK|{"totalResults":1,"Resources":[{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada"}]}"#;
    const BUSY: &str = "503 Busy\r\nRetry-After: 1|{}";
    let desk = Desk::open();
    let import = |replies: &[&'static str]| {
        let base = answering(replies);
        let mut command = desk.command(&["import", "--from-scim", &base, "--tenant", "1"]);
        told(command.env("SCIM_SOURCE_TOKEN", "there"))
    };
    let (code, out, words) = import(&[CONFIG, BUSY, LIST, CONFIG, "429 Many|{}", LIST]);
    assert_eq!(code, 0, "{words}");
    assert!(out.contains("false\t1\t0\t1\t0"), "{out}");
    assert!(words.contains("answers 503; asked again in 1 s"), "{words}");
    assert!(words.contains("answers 429; asked again in 2 s"), "{words}");
    let (code, _, words) = import(&[CONFIG, BUSY]);
    assert!(
        code == 1 && words.contains("answers 503, 6 times in a row: the server is busy."),
        "{words}"
    );
    let (code, _, words) = import(&[CONFIG, "401 No|{\"detail\":\"Ask for a new one.\"}"]);
    assert!(
        code == 1 && words.contains("401 (Ask for a new one.): is SCIM_SOURCE_TOKEN"),
        "{words}"
    );
}

/// Out of one tenant and into another, and from one server to another.
#[test]
fn a_tenant_moves_out_and_in() {
    let desk = Desk::open();
    let file = std::env::temp_dir().join(format!("moving-{}.ndjson", std::process::id()));
    let lines = "{\"user_id\":\"u1\",\"user_email\":\"ada@example.com\",\"user_mail\":\"x\",\"teams\":[\"t1\"]}\n\
                 {\"team_id\":\"t1\",\"team_alias\":\"Engines\",\"members\":[\"u9\"]}\n";
    std::fs::write(&file, lines).unwrap();
    let name = file.to_str().unwrap();
    let import = ["import", name, "--tenant", "1"];
    let (code, dry, _) = desk.say(&[&import[..], &["--dry-run", "--json"]].concat());
    assert_eq!(code, 1, "not all of it would be there");
    let dry: Value = serde_json::from_str(&dry).unwrap();
    assert_eq!(
        (&dry["dry_run"], &dry["created"]),
        (&true.into(), &2.into())
    );
    let (code, out, words) = desk.say(&import);
    assert_eq!(code, 1, "{words}");
    assert!(
        out.starts_with("dry_run\tcreated\tupdated\tunchanged\trefused\nfalse\t2\t0\t0\t1\n"),
        "{out}"
    );
    assert!(words.contains("line 2: The member \"u9\""), "{words}");
    assert!(words.contains("no record has it: user_mail\n"), "{words}");
    let (code, exported, _) = desk.say(&["export", "--tenant", "1"]);
    let resources: Vec<&str> = exported
        .lines()
        .filter(|line| line.contains("\"id\""))
        .collect();
    assert_eq!((code, resources.len()), (0, 2), "{exported}");
    std::fs::write(&file, &exported).unwrap();
    let other = desk.json(&["tenants", "create", "Other"])["id"].to_string();
    let done = desk.json(&["import", name, "--tenant", &other]);
    assert_eq!(
        (&done["created"], &done["refusals"]),
        (&2.into(), &0.into())
    );
    // A second server, whose lists are the source.
    let second = Desk::open();
    let token = desk.json(&["tokens", "create", "--tenant", &other, "--label", "Move"]);
    let mut command = second.command(&[
        "import",
        "--from-scim",
        &desk.0.base,
        "--tenant",
        "1",
        "--json",
    ]);
    command.env("SCIM_SOURCE_TOKEN", token["token"].as_str().unwrap());
    let (code, out, words) = told(&mut command);
    assert_eq!(code, 0, "{words}");
    let done: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&done["created"], &done["refusals"]),
        (&2.into(), &0.into())
    );
    let ids = |text: &str| -> Vec<String> {
        let resources = text.lines().filter(|line| line.contains("\"id\""));
        resources
            .map(|line| line.split('"').nth(3).unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        ids(&second.say(&["export", "--tenant", "1"]).1),
        ids(&exported)
    );
    let folder = std::env::temp_dir();
    let folder = folder.to_str().unwrap();
    for (given, why) in [
        ("nothing.ndjson", "cannot be read (ENOENT)"),
        (folder, "cannot be read (it is a directory)"),
    ] {
        let (code, _, words) = desk.say(&["import", given, "--tenant", "1"]);
        assert!(code == 1 && words.contains(why), "{words}");
    }
    std::fs::write(&file, b"\x1f\x8b\x08\0\n\xff\n").unwrap();
    let (code, _, words) = desk.say(&import);
    assert!(
        code == 1 && words.contains("the body is compressed"),
        "{words}"
    );
    // One line that is Latin-1 is refused alone, and not read as other letters.
    let line = |name: &[u8]| {
        let text: [&[u8]; 3] = [b"{\"user_id\":\"u2\",\"user_email\":\"", name, b"\"}\n"];
        text.concat()
    };
    std::fs::write(
        &file,
        [line(b"M\xfcller"), line("Möller".as_bytes())].concat(),
    )
    .unwrap();
    let (_, out, words) = desk.say(&import);
    assert!(out.contains("false\t1\t0\t0\t1\n"), "{out}");
    assert!(words.contains("line 1: The line is not UTF-8"), "{words}");
    assert_eq!(desk.say(&["import", "--tenant", "1"]).0, 2);
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn a_customer_comes_rotates_and_goes() {
    let desk = Desk::open();
    let tenant = desk.json(&[
        "tenants",
        "create",
        "Example Corp",
        "--external-id",
        "org 77",
        "--metadata",
        "plan=gold",
    ]);
    assert_eq!(tenant["metadata"]["plan"], "gold");
    let id = tenant["id"].to_string();
    let customer = "ext:org 77";
    let create = ["tokens", "create", "--tenant", customer, "--label"];
    let first = desk.json(&[&create[..], &["Okta"]].concat());
    let old = first["token"].as_str().unwrap();
    assert_eq!(desk.users(old), 200);

    let suspended = desk.json(&["tenants", "suspend", customer]);
    assert_eq!(
        (suspended["state"].as_str(), desk.users(old)),
        (Some("suspended"), 403)
    );
    desk.json(&["tenants", "resume", &id]);
    assert_eq!(desk.users(old), 200);

    // Both are good until the first is revoked.
    let second = desk.json(
        &[
            &create[..],
            &["Okta, new", "--scopes", "read", "--expires", "30"],
        ]
        .concat(),
    );
    let new = second["token"].as_str().unwrap();
    assert_eq!(
        (second["scopes"][0].as_str(), second["expires_at"].is_null()),
        (Some("read"), false)
    );
    assert_eq!((desk.users(old), desk.users(new)), (200, 200));
    let named = first["id"].as_str().unwrap();
    let labelled = desk.json(&["tokens", "label", named, "old", "--tenant", &id]);
    assert_eq!(labelled["label"], "old");
    let revoked = desk.json(&["tokens", "revoke", named, "--tenant", &id, "--yes"]);
    assert!(revoked["revoked_at"].is_string(), "{revoked:#}");
    assert_eq!((desk.users(old), desk.users(new)), (401, 200));

    let set = [
        "tenants",
        "set",
        &id,
        "deletes=soft",
        "request_log.days=3",
        "accept_user_groups=true",
    ];
    let set = desk.json(&[&set[..], &["--metadata", "plan="]].concat());
    let settings = serde_json::json!({"deletes": "soft", "request_log": {"days": 3}, "accept_user_groups": true});
    assert_eq!(
        (&set["settings"], &set["metadata"]),
        (&settings, &serde_json::json!({}))
    );
    let renamed = desk.json(&["tenants", "rename", &id, "Example & Söhne"]);
    assert_eq!(renamed["name"], "Example & Söhne");

    let job = desk.json(&["tenants", "delete", &id, "--yes", "--wait"]);
    assert_eq!(job["state"], "finished", "{job:#}");
    assert_eq!(
        desk.json(&["jobs", "show", job["id"].as_str().unwrap(), "--wait"]),
        job
    );
    assert_eq!(desk.users(new), 401);
    let (code, out, words) = desk.say(&["tenants", "show", customer]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(words.contains("There is no such tenant"), "{words}");
}

#[test]
fn operators_have_tokens_of_their_own() {
    let desk = Desk::open();
    let tenant = desk.json(&["tenants", "create", "Acme", "--external-id", "a"]);
    let create = [
        "operator-tokens",
        "create",
        "--label",
        "support",
        "--scopes",
        "tenants:read, directory:read",
        "--tenant",
        "ext:a",
    ];
    let made = desk.json(&create);
    assert_eq!(made["tenant"], tenant["id"]);
    let token = made["token"].as_str().unwrap();
    let file = std::env::temp_dir().join(format!("operator-{}", std::process::id()));
    std::fs::write(&file, format!("{token}\n")).unwrap();
    let with_file = |arguments: &[&str]| {
        let (code, out, words) = told(desk.command(arguments).arg("--token-file").arg(&file));
        assert!(!format!("{out}{words}").contains(token), "{words}");
        (code, out, words)
    };
    // It is bound to one tenant, and reads.
    let (code, out, words) = with_file(&["tenants", "list"]);
    assert_eq!((code, out.lines().count()), (0, 2), "{words}");
    let (code, _, words) = with_file(&["tenants", "suspend", "ext:a"]);
    assert!(code == 1 && words.contains("tenants:write"), "{words}");
    let (_, out, _) = desk.say(&["operator-tokens", "list"]);
    assert!(
        out.contains("support") && !out.contains("scimadmin_"),
        "{out}"
    );
    let id = made["id"].as_str().unwrap();
    desk.json(&["operator-tokens", "revoke", id, "--yes"]);
    let (code, _, words) = with_file(&["status"]);
    assert!(code == 1 && words.contains("--token-file"), "{words}");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(desk.json(&["status"])["shards"][0]["shard"], 1);
}

#[test]
fn a_client_rotates_its_secret() {
    let desk = Desk::open();
    let of_tenant = ["--tenant", "1"];
    let clients = |words: &[&str]| desk.json(&[&["clients"], words, &of_tenant[..]].concat());
    // What the customer's administrator enters stands beside the secret.
    let (_, _, words) = desk.say(&["clients", "create", "--label", "Okta", "--tenant", "1"]);
    let urls = format!(
        "Token URL {origin}/oauth/token, base URL {origin}/scim/v2\n",
        origin = desk.0.origin
    );
    assert!(words.contains(&urls), "{words}");
    let made = clients(&["create", "--label", "Entra", "--expires", "30"]);
    let id = made["id"].as_str().unwrap();
    let exchange = |secret: &serde_json::Value| {
        let secret = secret.as_str().unwrap();
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let request = WireRequest {
            method: "POST".to_owned(),
            url: format!("{}/oauth/token", desk.0.origin),
            headers: vec![(
                "Content-Type".to_owned(),
                "application/x-www-form-urlencoded".to_owned(),
            )],
            body: Some(form),
        };
        let reply = desk.0.send(&request).unwrap();
        (
            reply.status,
            serde_json::from_str::<Value>(&reply.body).unwrap(),
        )
    };
    let (status, granted) = exchange(&made["secret"]);
    assert_eq!(status, 200, "{granted:#}");
    let token = granted["access_token"].as_str().unwrap();
    assert_eq!(desk.users(token), 200);
    let added = clients(&["add-secret", id]);
    assert_eq!(
        (&added["n"], exchange(&added["secret"]).0),
        (&2.into(), 200)
    );
    let secrets = clients(&["secrets", id]);
    assert_eq!(secrets.as_array().map(Vec::len), Some(2));
    let (code, _, words) = desk.say(&["clients", "remove-secret", id, "1", "--tenant", "1"]);
    assert!(code == 2 && words.contains("say --yes"), "{words}");
    let left = clients(&["remove-secret", id, "1", "--yes"]);
    assert_eq!(left["secrets"][0]["n"], 2);
    assert_eq!(exchange(&made["secret"]).0, 401);
    assert_eq!(
        (exchange(&added["secret"]).0, desk.users(token)),
        (200, 200)
    );
    assert_eq!(clients(&["label", id, "old"])["label"], "old");
    let (_, out, _) = desk.say(&["clients", "list", "--tenant", "1"]);
    assert!(out.contains("old") && !out.contains("scimsecret_"), "{out}");
    let revoked = clients(&["revoke", id, "--yes"]);
    assert!(revoked["revoked_at"].is_string(), "{revoked:#}");
    assert_eq!(
        (exchange(&added["secret"]).0, desk.users(token)),
        (401, 401)
    );
    let federated = [
        "create",
        "--label",
        "Entra",
        "--issuer",
        "https://login.example.com",
        "--subject",
        "s",
        "--audience",
        "api://a",
        "--jwks-uri",
    ];
    let made = clients(&[&federated[..], &["https://login.example.com/keys"]].concat());
    assert_eq!(
        (
            made["kind"].as_str(),
            &clients(&["show", made["id"].as_str().unwrap()])
        ),
        (Some("federated"), &made)
    );
    let half = [
        "clients", "create", "--tenant", "1", "--label", "x", "--issuer", "x",
    ];
    let (code, _, words) = desk.say(&half);
    assert!(code == 2 && words.contains("--jwks-uri"), "{words}");
}

/// Who was deleted is listed and brought back.
#[test]
fn what_was_deleted_is_restored() {
    let desk = Desk::open();
    let tenant = desk.json(&["tenants", "create", "Acme"]);
    let id = tenant["id"].to_string();
    desk.json(&["tenants", "set", &id, "deletes=soft"]);
    let token = desk.json(&["tokens", "create", "--tenant", &id, "--label", "Okta"]);
    let token = token["token"].as_str().unwrap();
    let user = serde_json::json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada",
    });
    let ask = |method: &str, path: &str, body| desk.0.ask(token, method, path, body);
    let (status, ada) = ask("POST", "/scim/v2/Users", Some(&user));
    assert_eq!(status, 201);
    let ada = ada["id"].as_str().unwrap();
    let path = format!("/scim/v2/Users/{ada}");
    assert_eq!(ask("DELETE", &path, None).0, 204);
    let deleted = |words: &[&str]| desk.json(&[&["deleted"], words, &["--tenant", &id]].concat());
    assert_eq!(deleted(&["list"])[0]["id"], ada);
    assert_eq!(deleted(&["restore", ada])["name"], "ada");
    assert_eq!(ask("GET", &path, None).0, 200);
    // Whom a group waits for is listed.
    desk.json(&["tenants", "set", &id, "unknown_members=pend"]);
    let group = serde_json::json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Staff", "members": [{ "value": "ben" }],
    });
    let group = ask("POST", "/scim/v2/Groups", Some(&group)).1["id"].clone();
    let list = ["pending", "list", group.as_str().unwrap(), "--tenant", &id];
    assert_eq!(desk.json(&list)[0]["value"], "ben");
    // And the brake keeps it from happening again.
    desk.json(&["tenants", "set", &id, "brake.count=1"]);
    let brake = |verb: &str| desk.json(&["brake", verb, "--tenant", &id])["state"].clone();
    assert_eq!(
        (brake("show"), brake("hold")),
        ("armed".into(), "engaged".into())
    );
    assert_eq!(ask("DELETE", &path, None).0, 429);
    assert_eq!(brake("release"), "released");
    assert_eq!(ask("DELETE", &path, None).0, 204);
}

/// What a provider did is taken back; nobody is there to be asked.
#[test]
fn what_was_done_is_undone() {
    let desk = Desk::open();
    let tenant = desk.json(&["tenants", "create", "Acme"]);
    let id = tenant["id"].to_string();
    let token = desk.json(&["tokens", "create", "--tenant", &id, "--label", "Okta"]);
    let token = token["token"].as_str().unwrap();
    let user = serde_json::json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada",
    });
    let ask = |method: &str, path: &str, body| desk.0.ask(token, method, path, body);
    let (_, ada) = ask("POST", "/scim/v2/Users", Some(&user));
    let path = format!("/scim/v2/Users/{}", ada["id"].as_str().unwrap());
    assert_eq!(ask("DELETE", &path, None).0, 204);
    let undo = ["undo", "--tenant", &id, "--from-seq", "3"];
    let told = desk.json(&[&undo, ["--dry-run"].as_slice()].concat());
    assert_eq!(
        (&told["created"], ask("GET", &path, None).0),
        (&1.into(), 404)
    );
    let (code, _, words) = desk.say(&undo);
    assert!(code == 2 && words.contains("--yes"), "{words}");
    let done = desk.json(&[&undo, ["--yes"].as_slice()].concat());
    assert_eq!(
        (&done["created"], ask("GET", &path, None).0),
        (&1.into(), 200)
    );
    // What is left is told, on stderr.
    let (code, out, words) = desk.say(&[&undo, ["--to-seq", "4", "--yes"].as_slice()].concat());
    assert_eq!((code, out.lines().count()), (0, 2), "{out}{words}");
    assert!(words.contains("is there again"), "{words}");
    let (code, _, words) = desk.say(&["undo", "--tenant", &id]);
    assert!(code == 2 && words.contains("--request"), "{words}");
    for (given, why) in [
        (
            ["--from-seq", "5", "--to-seq", "2"],
            "greater than --to-seq",
        ),
        (["--request", "req_x", "--from-seq", "5"], "not both"),
        (["--request", "req_x", "--to-seq", "5"], "not both"),
    ] {
        let (code, _, words) = desk.say(&[&["undo", "--tenant", &id], given.as_slice()].concat());
        assert!(code == 2 && words.contains(why), "{words}");
    }
    let (code, _, words) = desk.say(&["undo", "--tenant", &id, "--request", "req_x", "--yes"]);
    assert!(code == 1 && words.contains("No event"), "{words}");
}

/// A webhook from its first day to its last; nobody listens at its address.
#[test]
fn a_webhook_comes_and_goes() {
    let key = "5a".repeat(32);
    let variables = [
        ("ADMIN_TOKEN", ADMIN_TOKEN),
        ("MASTER_KEY", &key),
        ("LOCAL_ADDRESSES", "true"),
    ];
    let desk = Desk(Worker::start(&variables).unwrap());
    let hooks = |words: &[&str]| desk.json(&[&["webhooks"], words].concat());
    let made = hooks(&[
        "create",
        "http://127.0.0.1:9/hook",
        "--types",
        "user.*,group.members",
    ]);
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let id = made["id"].as_str().unwrap();
    assert_eq!(hooks(&["list"])[0]["types"][1], "group.members");
    let off = hooks(&["update", id, "--state", "disabled", "--types", "user.*"]);
    assert_eq!(
        (&off["state"], &off["types"][0]),
        (&"disabled".into(), &"user.*".into())
    );
    assert_eq!(hooks(&["show", id])["url"], "http://127.0.0.1:9/hook");
    assert_ne!(hooks(&["rotate", id])["secret"], made["secret"]);
    let (code, out, words) =
        desk.say(&["webhooks", "test", id, "--type", "user.created", "--json"]);
    assert!(
        code == 1 && words.contains("did not take the test"),
        "{words}"
    );
    let tested: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(tested["outcome"], "failed", "{tested:#}");
    assert_eq!(hooks(&["deliveries", id])[0], tested);
    let user = serde_json::json!({ "userName": "ada" });
    let (status, _) = desk
        .0
        .ask(&desk.0.token, "POST", "/scim/v2/Users", Some(&user));
    assert_eq!(status, 201);
    let (_, page) = desk
        .0
        .ask(ADMIN_TOKEN, "GET", "/admin/v1/events?tenant=1", None);
    let event = page["data"][0]["id"].as_str().unwrap();
    assert_eq!(hooks(&["park", id, event])["id"], id);
    assert_eq!(hooks(&["replay", id, "--from", event])["pending"], 1);
    let (code, _, words) = desk.say(&["webhooks", "delete", id]);
    assert!(code == 2 && words.contains("say --yes"), "{words}");
    hooks(&["delete", id, "--yes"]);
    assert_eq!(hooks(&["list"]), serde_json::json!([]));
}

/// In a pipe a line of names and a line each; a list goes on to its end; a name of somebody's
/// breaks no line.
#[test]
fn results_have_the_form_that_is_asked_for() {
    let desk = Desk::open();
    let tenant = desk.json(&["tenants", "create", "Back\\slash\u{202e}"]);
    let id = tenant["id"].to_string();
    let (code, out, words) = desk.say(&["tenants", "show", &id]);
    let lines: Vec<Vec<&str>> = out.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!((code, lines.len()), (0, 2), "{out}{words}");
    assert_eq!(lines[0].len(), lines[1].len(), "{out}");
    assert_eq!((lines[0][1], lines[1][1]), ("name", "Back\\\\slash\\u202e"));
    assert!(!out.contains('\u{1b}'), "{out}");

    // The columns of a list come first wherever one of its things is shown.
    let first = |arguments: &[&str]| -> String {
        let (code, out, words) = desk.say(arguments);
        assert_eq!(code, 0, "{words}");
        out.lines().next().unwrap_or_default().to_owned()
    };
    let of = ["--tenant", &id];
    let create: [(&str, &[&str]); 4] = [
        ("tenants", &["Other"]),
        ("tokens", &["--label", "x", of[0], of[1]]),
        ("clients", &["--label", "x", of[0], of[1]]),
        ("operator-tokens", &["--label", "x", "--scopes", "*"]),
    ];
    for (noun, words) in create {
        let made = first(&[&[noun, "create"], words].concat());
        let in_tenant = if words.contains(&"--tenant") {
            &of[..]
        } else {
            &[]
        };
        let listed = first(&[&[noun, "list"], in_tenant].concat());
        assert!(made.starts_with(&listed), "{noun}: {listed}\n{made}");
        let all = desk.json(&[&[noun, "list"], in_tenant].concat());
        let one = all[0]["id"].to_string();
        let shown = first(&[&[noun, "show", one.trim_matches('"')], in_tenant].concat());
        assert!(shown.starts_with(&listed), "{noun}: {listed}\n{shown}");
    }

    // More than a page has.
    for number in 0..201 {
        let body = serde_json::json!({ "label": format!("t{number}") });
        let request = WireRequest {
            method: "POST".to_owned(),
            url: format!("{}/admin/v1/tenants/{id}/tokens", desk.0.origin),
            headers: vec![
                ("Authorization".to_owned(), format!("Bearer {ADMIN_TOKEN}")),
                ("Content-Type".to_owned(), "application/json".to_owned()),
            ],
            body: Some(body.to_string()),
        };
        assert_eq!(desk.0.send(&request).unwrap().status, 201);
    }
    let list = ["tokens", "list", "--tenant", &id];
    let tokens = desk.json(&list);
    assert_eq!(tokens.as_array().map(Vec::len), Some(202));
    let (_, out, _) = desk.say(&list);
    assert_eq!(out.lines().count(), 203);
    assert!(!out.contains("scim_1_"), "{out}");
}

/// 2: not understood, and so nothing was done; 3: not reached. What destroys asks, or has been told
/// not to.
#[test]
fn what_is_not_done_is_said() {
    let desk = Desk::open();
    let tenant = desk.json(&["tenants", "create", "Acme"]);
    let id = tenant["id"].to_string();
    let token = desk.json(&["tokens", "create", "--tenant", &id, "--label", "x"]);
    let (secret, named) = (
        token["token"].as_str().unwrap(),
        token["id"].as_str().unwrap(),
    );
    let of_another = ["status", "--url", "http://scim.example.com"];
    let nowhere = ["status", "--url", "http://127.0.0.1:49151"];
    let mounted = format!("{}/x", desk.0.origin);
    let create = ["tokens", "create", "--tenant", &id, "--label", "x"];
    let cases: [(&[&str], i32, &str); 19] = [
        (&["tenants", "delete", &id], 2, "say --yes"),
        (
            &["tokens", "revoke", named, "--tenant", &id],
            2,
            "say --yes",
        ),
        (&["customers"], 2, "there are tenants, tokens"),
        (&["tenants", "make"], 2, "it has list, show, create"),
        (
            &["tenants", "create"],
            2,
            "npm run admin -- tenants create NAME",
        ),
        (&["tenants", "list", "--label", "x"], 2, "Unknown option"),
        (&["--version"], 2, "Unknown option"),
        (
            &["requests", "list", "--tenant", &id, "--status", "bogus"],
            2,
            "(4xx)",
        ),
        (&["tokens", "list"], 2, "needs --tenant"),
        (&["tenants", "show", "Acme"], 2, "ext:org_77"),
        (&["tenants", "set", &id], 2, "say what to set"),
        (
            &["tenants", "set", &id, "no_such=1"],
            1,
            "There is no `settings.no_such`",
        ),
        (
            &["tokens", "revoke", secret, "--tenant", &id, "--yes"],
            2,
            "a token stands on the command line",
        ),
        (
            &[&create[..], &["--expires", "yesterday"]].concat(),
            2,
            "is not a time",
        ),
        (
            &[&create[..], &["--expires", "2020-01-01"]].concat(),
            2,
            "is past",
        ),
        (
            &[&create[..], &["--scopes", "bogus"]].concat(),
            1,
            "`scopes`",
        ),
        (
            &["webhooks", "deliveries", "whk_1", "--limit", "some"],
            2,
            "--limit takes",
        ),
        (&of_another, 2, "write https://"),
        (&nowhere, 3, "PORT names another port"),
    ];
    for (arguments, expected, expected_words) in cases {
        let (code, out, words) = desk.say(arguments);
        assert_eq!((code, out.as_str()), (expected, ""), "{words}");
        assert!(words.contains(expected_words), "{words}");
        assert!(!words.contains(secret), "{words}");
    }
    assert_eq!(desk.users(secret), 200);
    // An address with a path may be right, and is not passed over.
    let (code, _, words) = desk.say(&["status", "--url", &mounted]);
    assert!(code == 0 && words.contains("/x/admin/v1"), "{words}");

    // A token is not looked for where it would go to another's address, nor asked for where nobody
    // is.
    let elsewhere = ["status", "--url", "https://scim.example.com"];
    let (code, _, words) = told(desk.command(&elsewhere).env_remove("ADMIN_TOKEN"));
    assert!(
        code == 1 && words.contains("there is no admin token"),
        "{words}"
    );
    for (arguments, expected) in [
        (&[][..], "tenants create 'Example Corp'"),
        (&["tenants"], "tenants suspend"),
        (&["help"], "tenants create 'Example Corp'"),
        (&["help", "tenants"], "tenants suspend"),
        (&["tenants", "create", "--help"], "--external-id ID"),
        (&["status", "-h"], "npm run admin -- status"),
    ] {
        let (code, out, words) = desk.say(arguments);
        assert_eq!((code, words.as_str()), (0, ""));
        assert!(out.contains(expected), "{out}");
    }
}

/// A mistyped noun is answered with the nearest, and a refusal tells what to do in verbs.
#[test]
fn what_to_do_is_said_in_verbs() {
    let desk = Desk::open();
    let cases: [(&[&str], i32, &str); 5] = [
        (
            &["tenant", "list"],
            2,
            "there is no `tenant`; do you mean `tenants`? `npm run admin` alone tells",
        ),
        (&["webhok", "list"], 2, "do you mean `webhooks`?"),
        (
            &["tokens", "show", "tok_x", "--tenant", "1"],
            1,
            "`npm run admin -- tokens list --tenant TENANT` lists",
        ),
        (
            &["tenants", "create", "Other", "--shard", "9"],
            1,
            "`npm run admin -- status` lists",
        ),
        (
            &["tenants", "show", "99"],
            1,
            "`npm run admin -- tenants list` lists",
        ),
    ];
    for (arguments, expected, expected_words) in cases {
        let (code, _, words) = desk.say(arguments);
        assert_eq!((code, words.lines().count()), (expected, 1), "{words}");
        assert!(words.contains(expected_words), "{words}");
    }
}

/// On a terminal no value of a table is cut: what does not fit in a row stands below it.
#[test]
fn a_table_is_as_wide_as_the_terminal() {
    let list = |columns: u16| {
        let print = format!(
            "const row = {{ id: 'req_0123456789abcdef', at: '2026-11-28T12:00:05.123Z', status: 400, operation: null, \
             attribute: 'emails?', detail: 'This sentence is longer than ' + 'a line '.repeat(9) + 'is.' }};\
             process.stdout.columns = {columns};\
             const {{ printer }} = await import('./scripts/admin/output.mjs');\
             printer({{}}).rows([row, {{ ...row, attribute: null }}], Object.keys(row));"
        );
        let (code, out, words) = on_terminal(&print, "");
        assert_eq!(code, Some(0), "{words}");
        out
    };
    assert_eq!(
        list(60),
        "id                    at                 status  attribute\n\
         req_0123456789abcdef  2026-11-28 12:00Z  400     emails?\n  \
           detail  This sentence is longer than a line a line a line\n          \
                   a line a line a line a line a line a line is.\n\
         req_0123456789abcdef  2026-11-28 12:00Z  400     -\n  \
           detail  This sentence is longer than a line a line a line\n          \
                   a line a line a line a line a line a line is.\n"
    );
    let narrow = list(44);
    assert!(
        narrow.starts_with(
            "id                    at\n\
             req_0123456789abcdef  2026-11-28 12:00Z\n  \
               status     400\n  \
               attribute  emails?\n  \
               detail     This sentence is longer than a\n"
        ),
        "{narrow}"
    );
    // Where there is room, all stand in their row.
    let wide = list(200);
    assert!(
        wide.starts_with(
            "id                    at                 status  operation  attribute  detail\n"
        ),
        "{wide}"
    );
    assert_eq!(wide.lines().count(), 3, "{wide}");
}

/// What a command prints on a terminal, by a line of JavaScript that makes it think it has one.
#[expect(
    clippy::unwrap_used,
    reason = "a helper of tests fails where a test would"
)]
fn on_terminal(line: &str, stdin: &str) -> (Option<i32>, String, String) {
    let line = format!(
        "Object.assign(process.stdout, {{ isTTY: true, columns: 200 }}); process.stdin.isTTY = true; {line}"
    );
    let mut command = Command::new("node");
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["--input-type=module", "-e", &line])
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), stdin.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// On a terminal an object is told as `tenants set` takes it, not as JSON.
#[test]
fn objects_are_pairs_on_a_terminal() {
    let show = "const tenant = { id: 3, metadata: {}, settings: { deletes: 'soft', brake: { count: 50, percent: null }, \
                hook: 'a b', scopes: ['read', 'write'] }, failing: [{ tenant: 3 }] };\
                const { printer } = await import('./scripts/admin/output.mjs');\
                printer({}).one(tenant);\
                printer({}).rows([tenant], ['id', 'settings', 'failing']);";
    let (_, out, words) = on_terminal(show, "");
    let settings = "deletes=soft brake.count=50 brake.percent=null hook=\"a b\" scopes=read,write";
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines,
        [
            "id        3",
            "metadata  -",
            &format!("settings  {settings}"),
            "failing   [{\"tenant\":3}]",
            &format!("id  {:1$}  failing", "settings", settings.len()),
            &format!("3   {settings}  [{{\"tenant\":3}}]"),
        ],
        "{words}"
    );
}

/// The admin token that is typed for `--token-file -` is asked for, and not shown.
#[test]
fn a_token_that_is_typed_is_not_shown() {
    let ask = "const { connect } = await import('./scripts/admin/client.mjs');\
               const face = await connect({ url: 'https://scim.example.com', 'token-file': '-' });\
               console.log(typeof face);";
    let (code, out, words) = on_terminal(ask, "scimadmin_1_typed\n");
    assert_eq!((code, out.as_str()), (Some(0), "object\n"), "{words}");
    assert!(
        words.contains("(not shown)") && !words.contains("typed"),
        "{words}"
    );
    // Where it opens nothing, that is said of it, and not of what was not given.
    let url = answering(&["401 Unauthorized|{\"detail\":\"It is not known.\"}"]);
    let ask = format!(
        "const {{ connect }} = await import('./scripts/admin/client.mjs');\
         const face = await connect({{ url: '{url}', 'token-file': '-' }});\
         await face.get('/status').catch(({{ message }}) => console.log(message));"
    );
    let (_, out, words) = on_terminal(&ask, "scimadmin_1_typed\n");
    let expected = format!("It is not known. This was the token that was typed for {url}.\n");
    assert_eq!(out, expected, "{words}");
}

/// An example that is not told where to look says what it lacks.
#[test]
fn examples_say_what_they_lack() {
    for (example, variable) in [("copy", "ADMIN_URL"), ("receiver", "WEBHOOK_SECRET")] {
        let mut command = Command::new("node");
        command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .arg(format!("examples/events/{example}.mjs"))
            .env_remove(variable);
        let (code, _, words) = told(&mut command);
        assert!(
            code == 2 && words.lines().count() == 1 && words.contains(variable),
            "{words}"
        );
    }
}

/// A process that goes on until it is ended, and what it says, line by line.
struct Running(std::process::Child, std::sync::mpsc::Receiver<String>);

impl Running {
    /// Starts it; of stderr, or stdout, each line is passed on.
    #[expect(
        clippy::unwrap_used,
        reason = "a helper of tests fails where a test would"
    )]
    fn start(command: &mut Command, is_of_stderr: bool) -> Self {
        let piped = if is_of_stderr {
            command.stderr(Stdio::piped())
        } else {
            command.stdout(Stdio::piped())
        };
        let mut child = piped.stdin(Stdio::null()).spawn().unwrap();
        let (sender, lines) = std::sync::mpsc::channel();
        let read = |pipe: Box<dyn std::io::Read + Send>| {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in std::io::BufRead::lines(std::io::BufReader::new(pipe)) {
                    let Ok(line) = line else { return };
                    if sender.send(line).is_err() {
                        return;
                    }
                }
            });
        };
        if is_of_stderr {
            read(Box::new(child.stderr.take().unwrap()));
        } else {
            read(Box::new(child.stdout.take().unwrap()));
        }
        Self(child, lines)
    }

    /// The next line with these words.
    #[track_caller]
    #[expect(clippy::panic, reason = "a helper of tests fails where a test would")]
    fn wait_for(&self, words: &str) -> String {
        let patience = std::time::Duration::from_secs(20);
        loop {
            let line = self.1.recv_timeout(patience);
            let line = line.unwrap_or_else(|_| panic!("nobody said: {words}"));
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Ends it as Ctrl-C does.
    #[expect(
        clippy::unwrap_used,
        reason = "a helper of tests fails where a test would"
    )]
    fn interrupt(&mut self) {
        let id = self.0.id().to_string();
        let signal = ["-INT", &id];
        assert!(
            Command::new("kill")
                .args(signal)
                .status()
                .unwrap()
                .success()
        );
        self.0.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// From a clone to a handler that hears of a deactivation: the receiver of the examples takes what
/// `listen` posts; what it did not take comes again, and nothing is lost between two of them.
#[test]
fn events_are_listed_verified_and_forwarded() {
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwq0000000";
    let desk = Desk::open();
    // In JavaScript, and in Rust.
    let programs: [&[&str]; 2] = [
        &["node", "examples/events/receiver.mjs"],
        &["cargo", "run", "-q", "--example", "receiver", "--"],
    ];
    // It may take longer than a line is waited for.
    let built = Command::new("cargo")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "-q", "--example", "receiver"])
        .status();
    assert!(built.is_ok_and(|status| status.success()));
    let receiver = |program: usize, port: &str, secret: &str| {
        let mut words = programs.iter().skip(program).flat_map(|words| words.iter());
        let mut command = Command::new(words.next().unwrap_or(&""));
        command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(words.take(programs.get(program).map_or(0, |words| words.len() - 1)))
            .arg(port)
            .env("WEBHOOK_SECRET", secret);
        let running = Running::start(&mut command, false);
        let line = running.wait_for("listening on ");
        let port = line.rsplit(' ').next().unwrap_or_default().to_owned();
        (running, port)
    };
    let (first, port) = receiver(0, "0", SECRET);
    let hook = format!("http://127.0.0.1:{port}/hook");
    let listen = |after: &[&str]| {
        let words = [&["listen", "--forward", &hook, "--types", "user.*"], after].concat();
        let mut command = desk.command(&words);
        Running::start(command.env("WEBHOOK_SECRET", SECRET), true)
    };
    let mut listening = listen(&[]);
    listening.wait_for("listening; events go to");
    let token = desk.0.token.as_str();
    let ask = |method: &str, path: &str, body: Value| {
        let path = format!("/scim/v2{path}");
        desk.0.ask(token, method, &path, Some(&body)).1
    };
    let ada = ask("POST", "/Users", serde_json::json!({"userName": "ada"}));
    let path = format!("/Users/{}", ada["id"].as_str().unwrap_or_default());
    first.wait_for("user.created");
    let active = |value: bool| {
        ask(
            "PATCH",
            &path,
            serde_json::json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{"op": "replace", "path": "active", "value": value}],
            }),
        )
    };
    active(false);
    first.wait_for("ada was deactivated");
    listening.wait_for("user.deactivated: 204");
    // Nobody is there for a while, and then one with another secret.
    drop(first);
    active(true);
    listening.wait_for("no answer (ECONNREFUSED)");
    let (other, _) = receiver(0, &port, "whsec_b3RoZXI=");
    listening.wait_for("user.activated: 401");
    drop(other);
    let (second, _) = receiver(1, &port, SECRET);
    second.wait_for("user.activated");
    listening.wait_for("user.activated: 204");
    listening.interrupt();
    let line = listening.wait_for("go on with --after ");
    let after = line.rsplit(' ').next().unwrap_or_default();
    active(false);
    let mut again = listen(&["--after", after]);
    second.wait_for("ada was deactivated");
    again.wait_for("user.deactivated: 204");
    again.interrupt();

    let events = desk.json(&["events", "list", "--tenant", "1", "--types", "user.*"]);
    let kinds = events.as_array().into_iter().flatten();
    let kinds: Vec<_> = kinds.map(|event| event["type"].as_str()).collect();
    let expected = [
        "user.created",
        "user.deactivated",
        "user.activated",
        "user.deactivated",
    ];
    assert_eq!(kinds, expected.map(Some));
    let (code, out, words) = desk.say(&["events", "list", "--types", "user.*", "--limit", "2"]);
    assert_eq!((code, out.lines().count()), (0, 3), "{out}{words}");
    assert!(words.contains("go on with --after 1."), "{words}");
    let mut command = desk.command(&["events", "tail", "--tenant", "1", "--after", after]);
    let mut tail = Running::start(&mut command, false);
    tail.wait_for("user.deactivated\tUser ada");
    tail.interrupt();
    let (code, out, words) = desk.say(&["events", "verify", "--tenant", "1"]);
    assert!(code == 1 && words.contains("MASTER_KEY"), "{out}{words}");
    let (code, _, words) = desk.say(&["listen", "--forward", "nowhere"]);
    assert!(code == 2 && words.contains("localhost:3000"), "{words}");
}
