//! The doctor (`examples/doctor.rs`) examines the built Worker.

#[path = "../../examples/doctor/examination.rs"]
mod examination;

// Where the example has them.
use crate::support::worker::shared;
use crate::support::{conversation, http};

fn said(arguments: &[&str]) -> (Result<bool, String>, String) {
    let mut out = Vec::new();
    let outcome = examination::doctor(arguments, &mut out);
    (outcome, String::from_utf8_lossy(&out).into_owned())
}

#[test]
fn a_working_endpoint_passes() {
    let worker = shared().unwrap();
    let (outcome, out) = said(&[
        &format!("{}/", worker.base),
        &worker.token,
        "okta/user-create",
        "google",
    ]);
    assert_eq!(outcome, Ok(true), "{out}");
    assert!(out.contains("\nok     okta/user-create "), "{out}");
    assert!(out.contains(" conversations held, 0 did not."), "{out}");
    assert!(!out.contains(&worker.token), "{out}");
}

#[test]
fn what_keeps_it_from_examining_is_said_in_a_sentence() {
    let worker = shared().unwrap();
    let (base, origin, token) = (&worker.base, &worker.origin, &worker.token);
    let cases: [(&[&str], &str); 8] = [
        (&[], "usage"),
        (&[base], "usage"),
        (&["scim.example.com/scim/v2", token], "is not a base URL"),
        (&[base, " "], "the token is empty"),
        (
            &[base, token, "octa"],
            "there is no session `octa`: there are authentik, entra",
        ),
        (&[base, "another-token"], "refuses the token (401)"),
        (
            &[&format!("{origin}/scim/v7"), token],
            "the base URL is wrong",
        ),
        (&["http://127.0.0.1:1/scim/v2", token], "cannot be reached"),
    ];
    for (arguments, words) in cases {
        let (outcome, out) = said(arguments);
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
    let (outcome, out) = said(&["list"]);
    assert_eq!(outcome, Ok(true));
    assert!(out.contains("\n  okta/user-create "), "{out}");
}
