//! The built Worker on workerd, over HTTP: every conversation, and what happens when requests come
//! at the same time.

mod admin;

mod beside;

mod commands;

mod concurrency;

mod doctor;
mod events;

mod imports;

mod kills;

mod memory;

mod oauth;

mod openapi;

mod rates;

mod rotation;

mod safety;

mod shards;

mod token;

mod unicode;

mod unread;

mod walk;

mod webhooks;

use ::doctor::conversation::{OF_EXAMPLES, faults_of};
use ::doctor::every_folder;
use testing::worker::{shared, with_examples};

every_folder!(played);

#[track_caller]
fn played(folder: &str) {
    let worker = if folder == OF_EXAMPLES {
        with_examples()
    } else {
        shared()
    };
    let faults = match worker {
        Ok(worker) => faults_of(folder, |conversation| match &conversation.settings {
            None => conversation.play(worker, worker.endpoint()),
            Some(settings) => {
                let token = worker.tenant(&serde_json::from_str(settings).unwrap_or_default());
                let endpoint = ::doctor::conversation::Endpoint {
                    token: &token,
                    ..worker.endpoint()
                };
                conversation.play(worker, endpoint)
            }
        }),
        Err(fault) => vec![fault],
    };
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n\n"));
}

/// `GET /healthz` without a credential, outside of SCIM.
#[test]
fn the_watch_is_answered() {
    let worker = shared().unwrap();
    let reply = ::doctor::conversation::Target::send(
        worker,
        &::doctor::conversation::WireRequest {
            method: "GET".to_owned(),
            url: format!("{}/healthz", worker.origin),
            ..Default::default()
        },
    )
    .unwrap();
    assert_eq!(
        (reply.status, reply.body.as_str()),
        (200, "{\"status\":\"ok\"}")
    );
    assert_eq!(
        reply.header("Scim-Worker-Version").as_deref(),
        Some(env!("CARGO_PKG_VERSION"))
    );
    let id = reply.header("X-Request-Id").unwrap_or_default();
    assert!(id.starts_with("req_") && id.len() == 36, "{id}");
}

/// What docs/integrating.md shows.
#[test]
fn the_examples_of_integrating_work() {
    let output = std::process::Command::new("node")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("examples/integrating/try.mjs")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// What nobody has added a schema to has User, Group and the enterprise extension, and the schemas
/// of the discovery documents themselves.
#[test]
fn a_fresh_deployment_has_the_schemas_of_the_rfc() {
    let worker = shared().unwrap();
    let listed = |path: &str| {
        let (status, list) = worker.ask(&worker.token, "GET", path, None);
        assert_eq!(status, 200, "{list}");
        let resources = list["Resources"].as_array().cloned().unwrap_or_default();
        let ids = resources
            .iter()
            .filter_map(|resource| resource["id"].as_str());
        ids.map(str::to_owned).collect::<Vec<_>>()
    };
    let schemas = [
        "core:2.0:User",
        "core:2.0:Group",
        "extension:enterprise:2.0:User",
        "core:2.0:ServiceProviderConfig",
        "core:2.0:ResourceType",
        "core:2.0:Schema",
    ];
    let schemas = schemas.map(|name| format!("urn:ietf:params:scim:schemas:{name}"));
    assert_eq!(listed("/scim/v2/Schemas"), schemas);
    assert_eq!(listed("/scim/v2/ResourceTypes"), ["User", "Group"]);
}
