//! What the Worker asks of the database where no reply tells of it, as `behind.mjs` saw it: behind
//! replies, in a stream, each minute, and in steps of jobs.

use std::process::Command;

use serde_json::Value;

use super::operations::USER;
use super::seed::Seed;
use super::sheet::{Cost, Sheet, cost, events};

/// The master key.
pub(crate) const KEY: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";

/// What was asked for something.
struct Asked<'a>(&'a Value);

impl Asked<'_> {
    fn batches(&self) -> &[Value] {
        self.0["batches"].as_array().unwrap()
    }

    fn sum(&self, of: &str) -> u64 {
        let numbers = self
            .batches()
            .iter()
            .map(|batch| batch[of].as_u64().unwrap());
        numbers.sum()
    }

    fn cost(&self) -> Cost {
        let trips = self.batches().len() as u64;
        cost(trips, self.sum("read"), self.sum("written"))
    }

    /// A number that was noted beside it.
    fn number(&self, of: &str) -> u64 {
        self.0[of].as_u64().unwrap()
    }
}

/// Runs `behind.mjs` on the seed.
fn run(seed: &Seed) -> Value {
    let output = Command::new("node")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tests/costs/behind.mjs", KEY])
        .env("STATE_DIR", &seed.folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"))
}

/// Statements of a minute on the free plan, and of a request with what goes on behind it: the
/// platform lets an event of the Worker send fifty.
const FREE: (u64, u64) = (40, 50);
/// What a minute looks for where there is nothing to do.
const MINUTE: Cost = cost(4, 24, 0);

/// Measures all of it.
pub(crate) fn measure(seed: &Seed, sheet: &mut Sheet, column: &str) {
    let measured = run(seed);
    log_is_one_row(&measured);
    let asked = |name: &str| Asked(&measured[name]);
    let mut note = |name: &str, budget: Cost| {
        let shown = asked(name).cost();
        sheet.note(name, column, shown, budget);
    };
    // The write itself is not told apart from what is behind it.
    let post = cost(1, 12, USER).and(events(1));
    note("POST user, nobody listens", post.and(cost(1, 2, 0)));
    note("POST user, known that nobody listens", post);
    note("POST user, a webhook listens", post);
    for (name, messages) in [
        ("POST user, nobody listens", 0),
        ("POST user, known that nobody listens", 0),
        ("POST user, a webhook listens", 1),
    ] {
        assert_eq!(asked(name).number("messages"), messages, "{name}");
    }
    note("Minute with nothing to do", MINUTE);
    note(
        "Minute with a webhook, nothing due",
        MINUTE.and(cost(0, 4, 0)),
    );
    note("Minute: 100 events sealed", MINUTE.and(cost(2, 9 * 100, 4)));
    let (sealed, page, lease) = (cost(2, 9 * 20, 4), cost(1, 50 * 20, 0), cost(6, 40, 6));
    note(
        "Minute: 20 events sealed and delivered",
        MINUTE
            .and(sealed)
            .and(page)
            .and(lease)
            .and(cost(20, 11 * 20, 2 * 20)),
    );
    let hour = MINUTE.and(cost(1, 24, 0));
    note("First minute of an hour, nothing to do", hour);
    note(
        "First minute of an hour: 50 deleted users purged",
        hour.and(cost(2, 14 * 50, 3 * 50)),
    );
    let trimmed = asked("First minute of an hour: events trimmed").number("events");
    assert!(trimmed >= 1_000, "{trimmed}");
    note(
        "First minute of an hour: events trimmed",
        hour.and(cost(
            10 + trimmed / 500,
            2 * trimmed + trimmed / 20 + 1_500,
            trimmed + trimmed / 10 + 20,
        )),
    );
    let (verified, exported) = (asked("verify"), asked("export"));
    // A request looks at twenty blocks, of up to 500 events each.
    let blocks = verified.number("seals").min(20);
    let leaves = verified.number("sealed").min(500 * blocks);
    note("verify", cost(5 + blocks, 2 * leaves + 6 * blocks + 200, 0));
    let rows = exported.number("rows");
    assert!(rows >= seed.users as u64, "{rows}");
    // Blocks that tell of others are passed over.
    let erasure = "Erasure of a user with two events, all sealed";
    let blocks = asked(erasure).number("seals");
    note(erasure, cost(10, 60 * blocks + 3_000, 10));
    note("export", cost(8 + rows / 900, 8 * rows, 2));
    jobs(&measured, sheet, column);
}

/// No event of the Worker sends more statements than the free plan lets it.
fn jobs(measured: &Value, sheet: &mut Sheet, column: &str) {
    for (name, asked) in measured.as_object().unwrap() {
        if name.starts_with("job: ") || name.starts_with("busy: ") {
            let statements = Asked(asked).sum("statements");
            let most = if name.ends_with("request") {
                FREE.1
            } else {
                FREE.0
            };
            assert!(statements <= most, "{name}: {statements} statements");
        }
    }
    for (job, budget) in [
        (
            "import of 3,000 lines",
            cost(100, 33 * 3_000, 13 * 3_000 + 200),
        ),
        ("undo of 700 events", cost(24, 35 * 700, 6 * 700)),
        (
            "end of a tenant of 1,000 users",
            cost(36, 29 * 1_000, 6 * 1_000),
        ),
    ] {
        let start = format!("job: {job}");
        let mut sum = cost(0, 0, 0);
        for (name, asked) in measured.as_object().unwrap() {
            if name.starts_with(&start) {
                sum = sum.and(Asked(asked).cost());
            }
        }
        sheet.note(&format!("Job: {job}, free plan"), column, sum, budget);
    }
}

/// The log of requests is one row, behind the reply.
fn log_is_one_row(measured: &Value) {
    for request in ["POST", "GET", "refused", "DELETE"] {
        let asked = Asked(&measured[format!("log: {request}")]);
        let (last, before) = asked.batches().split_last().unwrap();
        assert_eq!(last["is_log"], true, "{request}: {}", asked.0);
        assert_eq!(last["written"], 1, "{request}: {}", asked.0);
        // Neither may the request itself wait for it.
        let is_alone = before.iter().all(|batch| batch["is_log"] == false);
        assert!(is_alone, "{request}: {}", asked.0);
    }
    // The operator is found, then each shard is asked.
    let status = Asked(&measured["log: status"]).cost();
    assert!(status.trips <= 2 && status.written == 0, "{status:?}");
}
