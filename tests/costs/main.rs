//! What operations cost: trips, rows read and rows written, as the built Worker on workerd says
//! itself, at three numbers of users and three sizes of groups; and what is around SCIM, the feed
//! of events, webhooks, jobs, at two numbers of users.
//!
//! `WRITE_COSTS=1` writes the measured tables into docs/costs.md.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "clippy.toml allows them in tests, but does not see that these are called by tests only"
)]

mod around;

mod behind;

mod document;

mod events;

mod operations;

mod reads;

mod seed;

mod shapes;

mod sheet;

mod writes;

use operations::Bench;
use seed::{Pattern, Seed, Use};
use sheet::{Sheet, cost};
use testing::worker::Worker;

/// Users of the databases.
const USERS: [usize; 3] = [100, 10_000, 100_000];
/// Users where what is around SCIM is measured.
const AROUND: [usize; 2] = [1_000, 100_000];
/// Members of groups.
const MEMBERS: [usize; 3] = [10, 10_000, 100_000];
/// Bytes of memory that Cloudflare gives a Worker.
const MEMORY: u64 = 128 * 1024 * 1024;

#[test]
fn every_operation_is_within_its_budget() {
    let pattern = Pattern::take();
    let mut sheet = Sheet::default();
    for users in USERS {
        let seed = pattern.seed(users, &MEMBERS);
        if users == USERS[2] {
            read_within_memory(&seed);
        }
        let worker = Worker::start_on(&seed.folder, &[("REPORT_COST", "1")]).unwrap();
        let mut bench = Bench {
            worker: &worker,
            seed: &seed,
            sheet: &mut sheet,
            column: users.to_string(),
        };
        bench.run(&MEMBERS);
    }
    let dear = events::faults(&sheet);
    hold(&sheet, document::protocol());
    assert!(dear.is_empty(), "over budget:\n{}\n", dear.join("\n"));
}

/// However many removals count, a brake reads as many rows.
#[test]
fn a_thousand_removals_are_not_read() {
    let seed = Pattern::take().seed(AROUND[0], &MEMBERS[..1]);
    let worker = Worker::start_on(&seed.folder, &[("REPORT_COST", "1")]).unwrap();
    let mut bench = Bench {
        worker: &worker,
        seed: &seed,
        sheet: &mut Sheet::default(),
        column: AROUND[0].to_string(),
    };
    bench.removals();
}

#[test]
fn what_is_around_is_within_its_budget() {
    let pattern = Pattern::take();
    let mut sheet = Sheet::default();
    for users in AROUND {
        let seed = pattern.seed(users, &MEMBERS[..1]);
        pattern.record(&seed);
        let column = users.to_string();
        let variables = [
            ("REPORT_COST", "1"),
            ("MASTER_KEY", behind::KEY),
            // The cron is called by what is behind alone.
            ("MINUTE", "2000000000"),
        ];
        let worker = Worker::start_on(&seed.folder, &variables).unwrap();
        let mut bench = Bench {
            worker: &worker,
            seed: &seed,
            sheet: &mut sheet,
            column: column.clone(),
        };
        bench.around();
        drop(worker);
        behind::measure(&seed, &mut sheet, &column);
    }
    hold(&sheet, document::around());
}

/// What was measured is within its budgets, and not less than is told.
fn hold(sheet: &Sheet, part: document::Part) {
    println!("{}", sheet.lines());
    if std::env::var_os("WRITE_COSTS").is_some() {
        part.write(sheet).unwrap();
    }
    let faults = sheet.faults();
    assert!(faults.is_empty(), "over budget:\n{}\n", faults.join("\n"));
    // A cost that falls because something is no longer done is a defect like any other. Where it
    // falls by merit the tables are written anew, and the change of the document is reviewed.
    let savings = sheet.savings(part.recorded());
    assert!(
        savings.is_empty(),
        "less than docs/costs.md says; if that is meant, WRITE_COSTS=1 writes it anew:\n{}\n",
        savings.join("\n")
    );
}

/// The lower bound of every operation is that of the document, and less is told.
#[test]
fn a_cost_that_falls_is_told() {
    let recorded = document::protocol().recorded();
    let told =
        |name: &str, column: &str, cost| Sheet::of_one(name, column, cost).savings(&recorded);
    let group = operations::group_column(USERS[2], MEMBERS[2]);
    for (name, column) in [
        ("POST user", "100"),
        ("POST user", "10000"),
        ("Page of 100 users in 5 groups each", "100000"),
        ("PATCH group: 100 members in", &group),
    ] {
        let known = recorded(name, column).flatten().unwrap();
        assert_eq!(told(name, column, known), [""; 0]);
        let (trips, read, written) = (known.trips, known.read, known.written);
        let least = read - read / 10;
        for more in [
            cost(trips + 1, read, written),
            cost(trips, read + 1, written),
            cost(trips, read, written + 1),
            cost(trips, least, written),
        ] {
            assert_eq!(told(name, column, more), [""; 0]);
        }
        let mut less = vec![
            cost(trips - 1, read, written),
            cost(trips, least - 1, written),
        ];
        if written > 0 {
            // As when the trigger that counts users is gone.
            less.push(cost(trips, read, written - 1));
        }
        for less in less {
            assert_eq!(told(name, column, less).len(), 1, "{name}: {less:?}");
        }
    }
    let nothing = cost(0, 0, 0);
    assert_eq!(told("What nobody measured", "100", nothing).len(), 1);
    assert_eq!(told("POST user", "7", nothing), [""; 0]);
}

/// What 10,000 users in 61 groups, seven each, can be asked at once: many comparisons of their
/// links.
#[test]
fn no_search_keeps_the_database_from_others() {
    let pattern = Pattern::take();
    let users = USERS[1];
    let seed = pattern.seed_groups(users, seed::departments(users));
    let worker = Worker::start_on(&seed.folder, &[("REPORT_COST", "1")]).unwrap();
    let mut sheet = Sheet::default();
    let mut bench = Bench {
        worker: &worker,
        seed: &seed,
        sheet: &mut sheet,
        column: "61 groups".to_owned(),
    };
    bench.shapes();
    bench.filtered_removals(users);
    bench.sorted_page();
    let faults = sheet.faults();
    assert!(faults.is_empty(), "over budget:\n{}\n", faults.join("\n"));
}

/// The same of long texts, which are all alike: addresses of one domain.
#[test]
fn no_search_for_long_texts_keeps_the_database_from_others() {
    let seed = Pattern::take().seed_groups(USERS[1], Vec::new());
    let domain = "engineering.emea.corporation.headquarters.contoso.example.com";
    seed.move_to(domain);
    let worker = Worker::start_on(&seed.folder, &[("REPORT_COST", "1")]).unwrap();
    let mut sheet = Sheet::default();
    let mut bench = Bench {
        worker: &worker,
        seed: &seed,
        sheet: &mut sheet,
        column: "long texts".to_owned(),
    };
    bench.long_texts(domain);
}

/// The largest group is read whole by a Worker just started, which with its database grows by less
/// than a Worker may hold.
fn read_within_memory(seed: &Seed) {
    let worker = Worker::start_on(&seed.folder, &[]).unwrap();
    let path = format!("/Groups/{}", seed.group_id(Use::Sized(MEMBERS[2], 0)));
    let get = |path: &str| worker.request("GET", path, &[], None).unwrap();
    get(&format!("{path}?excludedAttributes=members"));
    let before = worker.memory();
    let reply = get(&path);
    let group: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(group["members"].as_array().unwrap().len(), MEMBERS[2]);
    if let (Some(before), Some(after)) = (before, worker.memory()) {
        let grown = after.saturating_sub(before);
        println!(
            "a group of {}: {} bytes, {grown} bytes of memory",
            MEMBERS[2],
            reply.body.len()
        );
        assert!(grown < MEMORY, "{grown} bytes");
    }
}
