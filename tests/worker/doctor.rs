//! The doctor examines the built Worker.

use std::cell::Cell;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use ::doctor::{examination, traces};
use testing::worker::{Worker, shared};

fn said(arguments: &[&str], token: &str) -> (Result<bool, String>, String) {
    said_until(arguments, token, &|| false)
}

fn said_until(
    arguments: &[&str],
    token: &str,
    stop: &dyn Fn() -> bool,
) -> (Result<bool, String>, String) {
    let mut out = Vec::new();
    let outcome = examination::doctor(arguments, token, stop, &mut out);
    (outcome, String::from_utf8_lossy(&out).into_owned())
}

/// How many users and groups have a mark of the doctor's, or anything like it, in their names.
fn marked(worker: &Worker) -> Result<u64, String> {
    let total = |path: &str| {
        let reply = worker.request("GET", path, &[], None)?;
        let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
        let total = body.get("totalResults").and_then(Value::as_u64);
        total.ok_or_else(|| reply.to_string())
    };
    let users = total("/Users?count=0&filter=userName%20co%20%22scimdoctor%22")?;
    Ok(users + total("/Groups?count=0&filter=displayName%20co%20%22scimdoctor%22")?)
}

#[test]
fn a_working_endpoint_passes() {
    let worker = shared().unwrap();
    let base = format!("{}/", worker.base);
    let (outcome, out) = said(&[&base, "okta/user-create", "google"], &worker.token);
    assert_eq!(outcome, Ok(true), "{out}");
    assert!(out.contains("\nok     okta/user-create "), "{out}");
    assert!(out.contains(" conversations held, 0 did not."), "{out}");
    assert!(!out.contains(&worker.token), "{out}");
}

#[test]
fn what_keeps_it_from_examining_is_said_in_a_sentence() {
    let worker = shared().unwrap();
    let (base, origin, token) = (&worker.base, &worker.origin, &worker.token);
    let cases: [(&[&str], &str, &str); 9] = [
        (&[], token, "usage"),
        (&["scim.example.com/scim/v2"], token, "is not a base URL"),
        (&[base], " ", "the token is empty"),
        (
            &[base, "octa"],
            token,
            "there is no session `octa`: there are authentik, entra",
        ),
        (&[base], "another-token", "refuses the token (401)"),
        (
            &[&format!("{origin}/scim/v7")],
            token,
            "the base URL is wrong",
        ),
        (&["http://127.0.0.1:1/scim/v2"], token, "cannot be reached"),
        (&[base, "examples"], token, "has no resource type Device"),
        (
            &[base, "okta", "examples/device"],
            token,
            "Name other sessions",
        ),
    ];
    for (arguments, token_sent, words) in cases {
        let (outcome, out) = said(arguments, token_sent);
        let problem = outcome.unwrap_err();
        assert!(problem.contains(words), "{problem}");
        assert!(
            !format!("{problem}{out}").contains(token.as_str()),
            "{problem}"
        );
    }
}

#[test]
fn the_sessions_are_listed() {
    let (outcome, out) = said(&["list"], "");
    assert_eq!(outcome, Ok(true));
    assert!(out.contains("\n  okta/user-create "), "{out}");
}

/// Whenever it is stopped, nobody is left who was invented; and what one has left that was killed,
/// the next one deletes.
#[test]
fn nothing_is_left_behind() {
    let worker = Worker::start(&[]).unwrap();
    let mut stopped = 0;
    for step in 1..40 {
        let asked = Cell::new(0);
        let stop = || {
            asked.set(asked.get() + 1);
            asked.get() > step
        };
        let sessions = [
            &worker.base,
            "entra/postman-group-members",
            "rfc/7644-3.7.2-bulk-ids-forward",
        ];
        let sessions: Vec<&str> = sessions.iter().map(|session| &**session).collect();
        let (outcome, out) = said_until(&sessions, &worker.token, &stop);
        let told = format!("{outcome:?}");
        stopped += usize::from(told.contains("stopped; what it had made is deleted."));
        assert_eq!(marked(&worker), Ok(0), "stopped at {step}: {told}\n{out}");
    }
    assert!(stopped > 10, "{stopped}");

    let own = format!("{}@example.com", traces::run());
    let (users, groups) = ("/Users", "/Groups");
    for (path, body) in [
        (users, json!({"userName": own})),
        (users, json!({"userName": "scimdoctor.fan@example.com"})),
        (groups, json!({"displayName": format!("Pilots {own}")})),
    ] {
        let reply = worker.request("POST", path, &[], Some(&body)).unwrap();
        assert_eq!(reply.status, 201, "{}", reply.body);
    }
    let (outcome, out) = said(&[&worker.base, "okta/user-create"], &worker.token);
    assert_eq!(outcome, Ok(true), "{out}");
    assert!(
        out.contains("an earlier run had left: 2 users and groups"),
        "{out}"
    );
    // Who only looks like it stays.
    assert_eq!(marked(&worker), Ok(1));
}

/// What it made cannot go where the brake is on, and that is said.
#[test]
fn a_brake_is_told_of() {
    let admin = "an-admin-token-of-this-test-and-of-no-other";
    let worker = Worker::start(&[("ADMIN_TOKEN", admin)]).unwrap();
    let path = "/admin/v1/tenants/1";
    let brake = json!({"settings": {"brake": {"count": 1}}});
    assert_eq!(worker.ask(admin, "PATCH", path, Some(&brake)).0, 200);
    let (outcome, out) = said(&[&worker.base, "okta"], &worker.token);
    let problem = outcome.unwrap_err();
    assert!(problem.contains("the brake of the tenant is on"), "{out}");
}

/// The script: the token by either way, told by neither; a signal, and a death that no signal
/// announces.
#[cfg(unix)]
#[test]
fn the_script_ends_cleanly() {
    let worker = Worker::start(&[]).unwrap();
    let doctor = |token: &str, arguments: &[&str]| {
        let mut command = Command::new("node");
        command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["scripts/run.cjs", "doctor", &worker.base])
            .args(arguments)
            .env("SCIM_TOKEN", token)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    };
    let told = |command: &mut Command| {
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(!text.contains(&worker.token), "{text}");
        text
    };
    let held = "1 of 1 conversations held";
    let session = "okta/user-create";
    assert!(told(&mut doctor(&worker.token, &[session])).contains(held));
    let by_argument = told(&mut doctor("", &[&worker.token, session]));
    assert!(by_argument.contains(held) && by_argument.contains("set SCIM_TOKEN instead"));
    assert!(told(&mut doctor("", &[session])).contains("there is no token"));

    for signal in ["-INT", "-TERM", "-KILL"] {
        let mut child = doctor(&worker.token, &["all"]).spawn().unwrap();
        let id = child.id().to_string();
        let found = (0..6_000).any(|_| marked(&worker).is_ok_and(|count| count > 0));
        assert!(found, "{signal}: it has made nothing");
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        child.wait().unwrap();
        if signal == "-KILL" {
            // The one that makes and deletes goes on alone for the request under way.
            sleep(Duration::from_secs(3));
        }
        assert_eq!(marked(&worker), Ok(0), "{signal}");
    }
}
