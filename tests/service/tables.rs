//! The sum of the migrations, as `migrations/README.md` prints it.
//!
//! `WRITE_TABLES=1 cargo test --test service tables::` writes it anew.

use std::fs;

use testing::memory::Memory;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/README.md");
const START: &str = "<!-- printed: WRITE_TABLES=1 cargo test --test service tables:: -->\n";

/// Every table, index and trigger, as it stands when all migrations are applied.
fn sum() -> String {
    let memory = Memory::new();
    let connection = memory.database.connection.borrow();
    let mut statement = connection
        .prepare(
            "SELECT sql FROM sqlite_master \
             WHERE sql IS NOT NULL AND name <> 'd1_migrations' AND name NOT LIKE '%\\_text\\_%' ESCAPE '\\' \
             ORDER BY tbl_name, type = 'trigger', type = 'index', name",
        )
        .unwrap();
    let texts: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let texts: Vec<String> = texts.iter().map(|text| format!("{text};\n")).collect();
    format!("\n```sql\n{}```\n", texts.join("\n"))
}

#[test]
fn the_sum_of_the_migrations_is_printed() {
    let page = fs::read_to_string(FILE).unwrap();
    let (before, printed) = page.split_once(START).unwrap();
    let sum = sum();
    if std::env::var_os("WRITE_TABLES").is_some() {
        fs::write(FILE, [before, START, &sum].concat()).unwrap();
    } else {
        assert_eq!(printed, sum, "write it anew with WRITE_TABLES=1");
    }
}

/// Without its row an index is taken for a short one: an index that is led by `tenant_id` would be
/// walked for the whole tenant.
#[test]
fn every_index_has_its_statistics() {
    let memory = Memory::new();
    let connection = memory.database.connection.borrow();
    let mut statement = connection
        .prepare(
            "SELECT name FROM sqlite_master i WHERE type = 'index' AND sql IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM sqlite_stat1 s WHERE s.tbl = i.tbl_name AND s.idx = i.name)",
        )
        .unwrap();
    let names: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(names, [""; 0]);
}
