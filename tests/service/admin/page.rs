//! The examples of `docs/admin-api.md`, one behind the other.

use serde_json::Value;
use testing::client::Operator;
use testing::memory::Memory;

/// Blocks of a page: what stands behind the fence, and the text.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let mut blocks = Vec::new();
    for part in page.split("```").skip(1).step_by(2) {
        blocks.push(part.split_once('\n').unwrap());
    }
    blocks
}

/// Whether a value is as the page shows it; `…` stands for any text.
fn is_shown(shown: &Value, value: &Value) -> bool {
    match (shown, value) {
        (Value::String(shown), Value::String(text)) => match shown.split_once('…') {
            Some((front, end)) => text.starts_with(front) && text.ends_with(end),
            None => shown == text,
        },
        (Value::Object(shown), Value::Object(members)) => {
            shown.len() == members.len()
                && shown.iter().all(|(name, shown)| {
                    members
                        .get(name)
                        .is_some_and(|value| is_shown(shown, value))
                })
        }
        (Value::Array(shown), Value::Array(values)) => {
            shown.len() == values.len()
                && shown
                    .iter()
                    .zip(values)
                    .all(|(shown, value)| is_shown(shown, value))
        }
        _ => shown == value,
    }
}

#[test]
fn the_examples_of_the_page_run() {
    let page = include_str!("../../../docs/admin-api.md");
    let mut memory = Memory::new();
    memory.settings.master = service::master::Master::parse(&"5a".repeat(32)).unwrap();
    let admin = Operator::new(&memory);
    let mut last = ["tok_…", "cli_…", "job_…", "019…", "whk_…"].map(|name| (name, String::new()));
    let mut got = None;
    let blocks = blocks(page);
    for (index, (kind, text)) in blocks.iter().enumerate() {
        if let Some(status) = kind.strip_prefix("json ") {
            let reply: testing::client::Got = std::mem::take(&mut got).unwrap();
            let body = reply.expect(status.parse().unwrap());
            if !text.trim().is_empty() {
                let shown: Value = serde_json::from_str(text).unwrap();
                assert!(is_shown(&shown, &body), "{text}\n{body:#}");
            }
            continue;
        }
        if let Some(status) = kind.strip_prefix("ndjson ") {
            let reply: testing::client::Got = std::mem::take(&mut got).unwrap();
            let body = reply.expect(status.parse().unwrap());
            let lines = text.lines().map(serde_json::from_str);
            let shown = Value::Array(lines.collect::<Result<_, _>>().unwrap());
            assert!(is_shown(&shown, &body), "{text}\n{body:#}");
            continue;
        }
        assert_eq!(*kind, "http", "{text}");
        let (line, body) = text.split_once("\n\n").unwrap_or((text.trim(), ""));
        let (method, target) = line.split_once(' ').unwrap();
        let mut path = target.strip_prefix("/admin/v1").unwrap().to_owned();
        for (name, id) in &last {
            path = path.replace(name, id);
        }
        let reply = if let Some(import) = path.strip_prefix("/tenants/2/import") {
            admin.import(2, import.trim_start_matches('?'), body)
        } else {
            let body = (!body.is_empty()).then(|| serde_json::from_str(body).unwrap());
            admin.send(method, &path, body.as_ref())
        };
        if let Some(id) = reply.body["id"].as_str() {
            for (name, last) in &mut last {
                if id.starts_with(name.trim_end_matches('…')) {
                    id.clone_into(last);
                }
            }
        }
        let has_reply = blocks
            .get(index + 1)
            .is_some_and(|(kind, _)| kind.contains("json"));
        if !has_reply {
            assert!(reply.status < 300, "{line} {:#}", reply.body);
        }
        got = has_reply.then_some(reply);
    }
    assert!(blocks.len() > 25);
}

/// Every endpoint is on the page.
#[test]
fn the_page_has_every_endpoint() {
    let page = include_str!("../../../docs/admin-api.md");
    let rows = scim_worker::http::admin::routes::table();
    let words = |row: &scim_worker::http::admin::routes::Route| {
        row.pattern
            .replace("{tenant}", "2")
            .replace("{token}", "tok_…")
            .replace("{client}", "cli_…")
            .replace("{secret}", "1")
            .replace("{job}", "job_…")
            .replace("{request}", "req_…")
            .replace("{deleted}", "019…")
            .replace("{group}", "019…")
            .replace("{webhook}", "whk_…")
    };
    let missing: Vec<String> = rows
        .iter()
        .map(|row| format!("{} /admin/v1{}", row.method, words(row)))
        // That of one credential is told with the list.
        .filter(|line| !line.starts_with("GET") || !line.ends_with("_…") && !line.ends_with("/1"))
        .filter(|line| {
            !page.contains(line.as_str()) && !page.contains(&line.replace("/2", "/ext:org_77"))
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
