//! A walk by `startIndex` reads what is on its pages, not what is before them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy.toml allows them in tests, but does not see that these are called by tests only"
)]

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use ::doctor::conversation::WireReply;
use testing::worker::Worker;

const COUNT: usize = 50;
/// How often the next page is asked for, until the one before has left its milestone, which it does
/// after its reply.
const TRIES: usize = 40;

/// Rows read, as the reply says.
fn rows_read(reply: &WireReply) -> usize {
    let timing = reply.header("Server-Timing").unwrap_or_default();
    let rows = timing.split(" rows read").next().unwrap_or_default();
    let rows = rows.rsplit(' ').next().unwrap_or_default();
    rows.parse().unwrap_or_else(|_| panic!("{timing}"))
}

fn ids(list: &Value) -> Vec<String> {
    let resources = list["Resources"].as_array().into_iter().flatten();
    resources
        .map(|resource| resource["id"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// A page from this index: the ids on it, and the rows that were read.
fn page(worker: &Worker, path: &str, start: usize, count: usize) -> (Vec<String>, usize) {
    let path = format!("{path}?startIndex={start}&count={count}");
    let reply = worker.request("GET", &path, &[], None).unwrap();
    assert_eq!(reply.status, 200, "{reply}");
    let list: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(list["totalResults"], 1_000);
    (ids(&list), rows_read(&reply))
}

#[test]
fn a_walk_reads_what_is_on_its_pages() {
    let worker = Worker::start_with_examples(&[("REPORT_COST", "1")]).unwrap();
    let member = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "walker",
    });
    let made = worker
        .request("POST", "/Users", &[], Some(&member))
        .unwrap();
    let made: Value = serde_json::from_str(&made.body).unwrap();
    for path in ["/Groups", "/Devices"] {
        let operations: Vec<Value> = (0..1_000)
            .map(|number| {
                let data = if path == "/Groups" {
                    json!({ "displayName": format!("g{number}"), "members": [{ "value": made["id"] }] })
                } else {
                    json!({ "serialNumber": format!("d{number}") })
                };
                json!({ "method": "POST", "path": path, "bulkId": format!("b{number}"), "data": data })
            })
            .collect();
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": operations,
        });
        let reply = worker.request("POST", "/Bulk", &[], Some(&body)).unwrap();
        assert_eq!(reply.status, 200, "{reply}");

        let (all, _) = page(&worker, path, 1, 1_000);
        let (jump, read) = page(&worker, path, 801, COUNT);
        assert_eq!(jump, all[800..850], "{path}");
        assert!(read > 800, "{path}: {read}");
        // A group has one member, which is two rows, and is found twice: for itself and for its
        // members.
        let most = 4 * COUNT + 2 * COUNT + 210;
        let walked = (0..TRIES).any(|_| {
            let (next, read) = page(&worker, path, 851, COUNT);
            assert_eq!(next, all[850..900], "{path}");
            thread::sleep(Duration::from_millis(50));
            read <= most
        });
        assert!(walked, "{path}");

        // Where one has gone, the walk begins anew.
        let gone = format!("{path}/{}", all[100]);
        let reply = worker.request("DELETE", &gone, &[], None).unwrap();
        assert_eq!(reply.status, 204, "{reply}");
        let body = if path == "/Groups" {
            json!({ "displayName": "last" })
        } else {
            json!({ "serialNumber": "last" })
        };
        let reply = worker.request("POST", path, &[], Some(&body)).unwrap();
        assert_eq!(reply.status, 201, "{reply}");
        let (next, _) = page(&worker, path, 850, COUNT);
        assert_eq!(next, all[850..900], "{path}");
    }
}
