//! What a delivery reads: as much as it delivers, and what nobody wants once.

use super::*;

/// Adds events of a type that say little.
fn fill(memory: &Memory, kind: &str, count: usize) {
    memory.sql(&format!(
        "INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, body) \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
         SELECT 1, (SELECT coalesce(max(seq), 0) FROM events WHERE tenant_id = 1) + i, '2026-01-01T00:00:00.000Z', \
         '{kind}', 'User', 'u' || i, 'system', '{{\"changes\":[]}}' FROM n"
    ));
}

/// Delivers, and gives how many events each page looked at, at the most; and how many statements
/// there were.
fn looks(memory: &Memory, budget: Budget) -> (Vec<usize>, usize) {
    *memory.database.sent.borrow_mut() = Some(Vec::new());
    memory.deliver(budget).unwrap();
    let sent = memory.database.sent.take().unwrap();
    let walks = sent.iter().filter_map(|statement| {
        let (_, behind) = statement.text().split_once(" AS looks FROM (")?;
        let (_, limit) = behind.split_once(" LIMIT ")?;
        let (_, limit) = limit
            .rsplit_once("ORDER BY position LIMIT ")
            .unwrap_or(("", limit));
        limit.split(')').next()?.parse().ok()
    });
    (walks.collect(), sent.len())
}

#[test]
fn a_page_looks_at_little_more_than_it_delivers() {
    let memory = memory();
    hook(&memory, &json!({}));
    fill(&memory, "user.updated", 300);
    let (pages, _) = looks(
        &memory,
        Budget {
            statements: 10_000,
            ..Budget::PAID
        },
    );
    assert_eq!(posts(&memory).len(), 300);
    assert!(pages.iter().all(|looks| *looks == 100), "{pages:?}");
    assert!((15..=17).contains(&pages.len()), "{pages:?}");
}

#[test]
fn what_nobody_wants_is_passed_once() {
    let memory = memory();
    let made = hook(&memory, &json!({ "types": ["group.*"] }));
    fill(&memory, "user.updated", 12_000);
    Client::new(&memory).group("Rare", &[]);
    let (pages, sent) = looks(&memory, Budget::PAID);
    assert_eq!(posts(&memory).len(), 1);
    assert_eq!(pages, [100, 800, 5_000, 5_000, 5_000]);
    assert!(sent < 50, "{sent}");
    assert_eq!(read(&memory, &made)["pending"], 0);
    assert_eq!(
        looks(&memory, Budget::PAID).0,
        [0; 0],
        "it is behind them all"
    );
    // Nor is any of it read again when there is something new.
    fill(&memory, "user.updated", 10);
    assert_eq!(looks(&memory, Budget::PAID).0, [100]);
    assert_eq!(posts(&memory), []);
}

/// More endpoints are due than the free plan has statements for, and some hang.
#[test]
fn the_lanes_keep_to_one_budget() {
    let memory = memory();
    let slow = "https://slow.example.com/hook";
    memory.fetch.slow.replace(slow.to_owned());
    for number in 0..9 {
        let url = if number % 3 == 0 {
            slow
        } else {
            "https://app.example.com/hook"
        };
        hook(&memory, &json!({ "url": url }));
    }
    let client = Client::new(&memory);
    for name in ["a", "b", "c"] {
        client.user(name);
    }
    let mut came = 0;
    for _ in 0..60 {
        let (_, sent) = looks(&memory, Budget::FREE);
        assert!(sent <= Budget::FREE.statements, "{sent}");
        came += posts(&memory).len();
        pass(&memory, 2 * MINUTE);
    }
    assert_eq!(came, 27, "all of them, and none twice");
}
