//! The platform's letters are those of the tables: what `scim` asks JavaScript for in the Worker is
//! what it gets from `unicode-tables` elsewhere.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use scim::fold::fold_str;
use serde_json::json;
use testing::worker::shared;

/// All characters of the planes that have letters, and some of those behind, each alone and beside
/// what changes it.
fn every_character() -> impl Iterator<Item = String> {
    let all = ('\u{80}'..='\u{2ffff}').chain(('\u{30000}'..=char::MAX).step_by(251));
    all.map(|one| {
        format!("{one} a{one} {one}\u{301} e\u{301}{one}\u{323} {one}\u{345}\u{308} Σ{one} {one}Σ {one}{one} \u{1100}{one}\u{11a8}")
    })
}

/// Letters that share an upper case, combining marks of several classes, jamo, what composes in two
/// steps.
const DIFFICULT: &str = "aIiİısſßẞςΣσΑᾳᾼΰ\u{345}\u{301}\u{308}\u{307}\u{323}\u{327}éÉệçǰŉΐﬀև\u{1100}\u{1161}\u{11a8}가각KÅΩ\u{344}𝒜𐀀\u{1d15e}";

fn sequences() -> impl Iterator<Item = String> {
    let letters = || DIFFICULT.chars();
    letters().flat_map(move |a| {
        letters().flat_map(move |b| {
            letters().flat_map(move |c| letters().step_by(7).map(move |d| format!("{a}{b}{c}{d}")))
        })
    })
}

#[test]
fn the_platform_folds_as_the_tables() {
    let mut child = Command::new("node")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("tests/worker/unicode.mjs")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: Vec<String> = every_character().chain(sequences()).collect();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(lines.join("\n").as_bytes()).unwrap();
    drop(stdin);
    let mut said = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert!(child.wait().unwrap().success());
    let images: Vec<_> = said.split('\n').collect();
    assert_eq!(images.len(), lines.len());
    let mut known = 0;
    for (line, image) in lines.iter().zip(images) {
        let images: Vec<&str> = image.split('\t').collect();
        if let [folded, case, apart] = images[..] {
            known += 1;
            assert_eq!(folded, unicode::fold(line), "{line:?}");
            assert_eq!(case, unicode::fold_case(line), "{line:?}");
            assert_eq!(apart, unicode::apart(line), "{line:?}");
        }
    }
    // Unicode 17 has 159,801 characters, and many for private use.
    assert!(known > 250_000, "{known}");
}

/// The Worker does it by the platform, and in no time for what is made to take long.
#[test]
fn the_worker_folds_by_the_platform() {
    let worker = shared().unwrap();
    let marks = ["\u{301}".repeat(150_000), "\u{323}".repeat(150_000)].concat();
    let hostile = ["\u{301}\u{323}", "ı", "ΐ", "ẞ", "Σ", "ıé"];
    let hostile = hostile.map(|letters| letters.repeat(600_000 / letters.len()));
    for (index, title) in hostile.iter().chain([&marks]).enumerate() {
        let name = format!("ΔΟΣ-ZOE\u{308}-{index}");
        let user = json!({ "userName": name, "title": title });
        #[expect(clippy::disallowed_methods, reason = "how long it takes is tested")]
        let began = Instant::now();
        let reply = worker.request("POST", "/Users", &[], Some(&user)).unwrap();
        let took = began.elapsed();
        assert_eq!(reply.status, 201, "{index} {}", reply.body);
        assert!(took < Duration::from_secs(5), "{index} {took:?}");
        let search = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
            "filter": format!("userName eq \"{}\"", fold_str(&name)),
            "attributes": ["userName"],
        });
        let reply = worker
            .request("POST", "/Users/.search", &[], Some(&search))
            .unwrap();
        assert!(reply.body.contains("\"totalResults\":1"), "{}", reply.body);
    }
}
