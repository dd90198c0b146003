//! What is written behind a reply, which tells nothing of it in its `Server-Timing`.

use std::process::Command;

use serde_json::Value;
use testing::worker::state_folder;

/// The batches of each request, as `log.mjs` saw them.
fn measured() -> Value {
    let output = Command::new("node")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("tests/costs/log.mjs")
        // The operator's schemas, not those that cargo compiles the tests with.
        .env_remove("SCIM_SCHEMAS")
        .env("STATE_DIR", state_folder().unwrap())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"))
}

#[test]
fn the_log_of_requests_is_one_row_behind_the_reply() {
    let measured = measured();
    for request in ["POST", "GET", "refused", "DELETE"] {
        let batches = measured[request].as_array().unwrap();
        let (last, before) = batches.split_last().unwrap();
        assert_eq!(last["is_log"], true, "{request}: {batches:?}");
        assert_eq!(last["written"], 1, "{request}: {batches:?}");
        // Neither may the request itself wait for it.
        let is_alone = before.iter().all(|batch| batch["is_log"] == false);
        assert!(is_alone, "{request}: {batches:?}");
    }
    // The operator is found, then each shard is asked.
    let status = measured["status"].as_array().unwrap();
    assert!(status.len() <= 2, "{status:?}");
    assert!(
        status.iter().all(|batch| batch["written"] == 0),
        "{status:?}"
    );
}
