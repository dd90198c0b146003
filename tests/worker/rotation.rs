//! A token is rotated under load, and no request is refused for it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use testing::worker::shared;

const CLIENTS: usize = 50;
const ROTATIONS: usize = 10;

/// As docs/operating.md has it: the new token is made, the clients take it, the old one is revoked.
#[test]
fn fifty_clients_see_no_401_while_their_token_is_rotated_ten_times() {
    let worker = shared().unwrap();
    let admin = |method: &str, path: &str, body: Option<&Value>| -> Value {
        let path = format!("/admin/v1{path}");
        let reply = worker.call(&worker.admin_token, method, &path, body);
        assert!(reply.status < 300, "{reply}");
        serde_json::from_str(&reply.body).unwrap_or_default()
    };
    let tenant = admin("POST", "/tenants", Some(&json!({ "name": "Rotation" })));
    let tokens = format!("/tenants/{}/tokens", tenant["id"]);
    let mint = |number: usize| {
        let made = admin(
            "POST",
            &tokens,
            Some(&json!({ "label": number.to_string() })),
        );
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        (text("token"), text("id"))
    };
    let (first, mut id) = mint(0);
    let current = RwLock::new(Arc::new(first));
    let is_over = AtomicBool::new(false);
    let replies = AtomicUsize::new(0);
    let refused: Vec<String> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (current, is_over, replies) = (&current, &is_over, &replies);
                scope.spawn(move || {
                    let mut refused = Vec::new();
                    for number in 0.. {
                        if is_over.load(Ordering::Relaxed) {
                            break;
                        }
                        // The token is in use until the reply is there.
                        let token = Arc::clone(&current.read().unwrap());
                        let user = json!({ "userName": format!("user {client} {number}") });
                        let reply = if number % 10 == 0 {
                            worker.call(&token, "POST", "/scim/v2/Users", Some(&user))
                        } else {
                            worker.call(&token, "GET", "/scim/v2/Users?count=1", None)
                        };
                        if reply.status >= 300 {
                            refused.push(reply.to_string());
                        }
                        replies.fetch_add(1, Ordering::Relaxed);
                    }
                    refused
                })
            })
            .collect();
        for number in 1..=ROTATIONS {
            let before = replies.load(Ordering::Relaxed);
            while replies.load(Ordering::Relaxed) < before + CLIENTS {
                thread::sleep(Duration::from_millis(5));
            }
            let (token, next) = mint(number);
            let old = std::mem::replace(&mut *current.write().unwrap(), Arc::new(token));
            while Arc::strong_count(&old) > 1 {
                thread::sleep(Duration::from_millis(1));
            }
            admin("DELETE", &format!("{tokens}/{id}"), None);
            assert_eq!(worker.call(&old, "GET", "/scim/v2/Users", None).status, 401);
            id = next;
        }
        is_over.store(true, Ordering::Relaxed);
        clients
            .into_iter()
            .flat_map(|client| client.join().unwrap())
            .collect()
    });
    assert!(refused.is_empty(), "{refused:?}");
    assert!(replies.load(Ordering::Relaxed) >= CLIENTS * ROTATIONS);
}
