//! A local D1 that is full already: rows by the hundred thousand, put in with SQL.
//!
//! They are copies of what the Worker itself wrote for one user, one group and one member, with
//! other numbers, so that a change of the tables, or of what is stored, needs no change here.

use std::fs;
use std::path::PathBuf;

use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use testing::worker::{Worker, database, state_folder};

/// Stands in the copied rows where each copy has its own number.
const NUMBER: &str = "9999999";
/// A token of tenant 1, in the table.
pub(crate) const TABLE_TOKEN: &str = "a-token-of-the-table";
/// The number of the first group; those of users are below.
const FIRST_GROUP: usize = 1_000_000;
/// Users, or groups, on a first page. Each of the users is in about five groups.
pub(crate) const PAGE: usize = 100;
/// Tokens that a client of the tenant got within the hour.
const GOT: usize = 1_000;
/// Groups that all users of the first page are in.
const SHARED: usize = 2;
/// Groups that one user is in.
pub(crate) const MANY_GROUPS: usize = 20;
/// Members of a department.
const DEPARTMENT: usize = 1_000;
/// Members of the groups of a page of groups.
pub(crate) const MEMBERS_EACH: usize = 3;

/// What one group of the seed is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// On the page of groups.
    Page(usize),
    /// One of those that the users of the first page are in.
    Shared(usize),
    /// One of those that a single user is in.
    Many(usize),
    /// So many members; the second number tells groups of one size apart.
    Sized(usize, usize),
    /// A department of [`DEPARTMENT`] users, among whom are some of the next one's.
    Department(usize),
}

/// One of each, as the Worker wrote it.
pub(crate) struct Pattern {
    folder: PathBuf,
    user: Row,
    group: Row,
    member: Row,
    /// That of the user.
    event: Row,
}

type Row = Vec<(String, Cell)>;

/// A number as it stands in names.
pub(crate) fn padded(number: usize) -> String {
    format!("{number:07}")
}

/// The id of the user with this number.
pub(crate) fn user_id(number: usize) -> String {
    format!("019a0000-0000-7000-8000-{number:012x}")
}

/// The same as SQL, of the number `n`.
const ID: &str = "printf('019a0000-0000-7000-8000-%012x', n)";

/// The user name of the user with this number.
pub(crate) fn user_name(number: &str) -> String {
    format!("Cost.User.{number}@example.com")
}

/// The display name of a group with this number.
pub(crate) fn group_name(number: &str) -> String {
    format!("Cost Group {number}")
}

/// What a provider sends to create a user.
pub(crate) fn user(number: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": user_name(number),
        "externalId": format!("ext-{number}"),
        "name": {"givenName": "Cost", "familyName": format!("User{number}")},
        "displayName": format!("Cost User {number}"),
        "emails": [{"value": user_name(number), "type": "work", "primary": true}],
        "title": "Engineer",
        "active": true,
    })
}

/// The same of a group.
pub(crate) fn group(number: &str, members: &[String]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": group_name(number),
        "members": members,
    })
}

/// The groups of a database with so many users, in order.
fn groups(users: usize, sizes: &[usize]) -> Vec<Use> {
    let mut groups: Vec<Use> = (0..PAGE).map(Use::Page).collect();
    groups.extend((0..SHARED).map(Use::Shared));
    groups.extend((0..MANY_GROUPS).map(Use::Many));
    for &size in sizes.iter().filter(|&&size| size <= users) {
        groups.extend((0..2).map(|place| Use::Sized(size, place)));
    }
    groups
}

/// Sixty departments, and one group of all.
pub(crate) fn departments(users: usize) -> Vec<Use> {
    let departments = (0..60).map(Use::Department);
    departments.chain([Use::Sized(users, 0)]).collect()
}

/// A seeded database.
pub(crate) struct Seed {
    /// Where it is.
    pub(crate) folder: PathBuf,
    /// How many users it has.
    pub(crate) users: usize,
    /// What cursors of tenant 1 are sealed with.
    pub(crate) cursor_key: String,
    groups: Vec<Use>,
}

impl Seed {
    /// The user who is in [`MANY_GROUPS`] groups.
    pub(crate) fn busy_user(&self) -> usize {
        self.users - 1
    }

    /// Has all users' addresses end so.
    pub(crate) fn move_to(&self, domain: &str) {
        let columns = ["user_name_folded", "document", "folded"];
        let moved =
            columns.map(|column| format!("{column} = replace({column}, '@example.com', ?1)"));
        let text = format!("UPDATE users SET {}", moved.join(", "));
        let connection = Connection::open(database(&self.folder)).unwrap();
        connection.execute(&text, [format!("@{domain}")]).unwrap();
    }

    /// The number of a group.
    pub(crate) fn group_number(&self, what: Use) -> usize {
        FIRST_GROUP
            + self
                .groups
                .iter()
                .position(|known| *known == what)
                .expect("a group of the seed")
    }

    /// The id of a group.
    pub(crate) fn group_id(&self, what: Use) -> String {
        user_id(self.group_number(what))
    }

    /// The numbers of a group's members: a run.
    pub(crate) fn members(&self, what: Use) -> std::ops::Range<usize> {
        match what {
            Use::Page(place) => {
                let start = place % (self.users - MEMBERS_EACH);
                start..start + MEMBERS_EACH
            }
            Use::Shared(_) => 0..PAGE.min(self.users - 1),
            Use::Many(_) => self.busy_user()..self.users,
            Use::Department(place) => {
                let start = place * (self.users - DEPARTMENT) / 60;
                start..start + DEPARTMENT
            }
            // Behind the first page; where there are not enough users, ids of nobody.
            Use::Sized(size, _) => {
                let start = PAGE.min(self.users / 2);
                start..start + size
            }
        }
    }
}

impl Pattern {
    /// Has the Worker write one of each, and takes the rows.
    pub(crate) fn take() -> Self {
        let folder = state_folder().unwrap();
        let worker = Worker::start_on(&folder, &[]).unwrap();
        let made = worker
            .request("POST", "/Users", &[], Some(&user(NUMBER)))
            .unwrap();
        let made: Value = serde_json::from_str(&made.body).unwrap();
        let id = made["id"].as_str().unwrap().to_owned();
        let body = group(NUMBER, &[id]);
        worker.request("POST", "/Groups", &[], Some(&body)).unwrap();
        drop(worker);

        let connection = Connection::open(database(&folder)).unwrap();
        let pattern = Self {
            user: row(&connection, "users", "seq"),
            group: row(&connection, "teams", "seq"),
            member: row(&connection, "team_members", ""),
            event: row(&connection, "events", "position"),
            folder,
        };
        connection
            .execute_batch("DELETE FROM users; DELETE FROM teams;")
            .unwrap();
        pattern
    }

    /// A database of its own with so many users, and two groups of each size that they can fill.
    pub(crate) fn seed(&self, users: usize, sizes: &[usize]) -> Seed {
        self.seed_groups(users, groups(users, sizes))
    }

    /// Gives the users of a seed their events.
    pub(crate) fn record(&self, seed: &Seed) {
        let connection = Connection::open(database(&seed.folder)).unwrap();
        let newest: usize = connection
            .query_row(
                "SELECT max(seq) FROM events WHERE tenant_id = 1",
                [],
                |row| row.get(0),
            )
            .unwrap();
        let long_ago = "UPDATE events SET at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-25 days')";
        connection.execute_batch(long_ago).unwrap();
        copies(
            &connection,
            "events",
            &self.event,
            0..seed.users,
            |column| match column {
                "seq" => Some(format!("{} + n", newest + 1)),
                // In their order, in the last weeks.
                "at" => Some(format!(
                    "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || (20 * ({} - n)) || ' seconds')",
                    seed.users
                )),
                "resource_id" => Some(ID.to_owned()),
                _ => None,
            },
        );
    }

    /// The same with these groups.
    pub(crate) fn seed_groups(&self, users: usize, groups: Vec<Use>) -> Seed {
        let folder = state_folder().unwrap();
        let from = database(&self.folder);
        let to = folder.join(from.strip_prefix(&self.folder).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&from, &to).unwrap();
        let connection = Connection::open(to).unwrap();
        let seed = Seed {
            folder,
            users,
            cursor_key: connection
                .query_row("SELECT cursor_key FROM tenants WHERE id = 1", [], |row| {
                    row.get(0)
                })
                .unwrap(),
            groups,
        };
        connection
            .execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN;")
            .unwrap();
        let ids = |_: &str| Some(ID.to_owned());
        let own = |column: &str| if column == "id" { ids(column) } else { None };
        copies(&connection, "users", &self.user, 0..users, own);
        let numbers = FIRST_GROUP..FIRST_GROUP + seed.groups.len();
        copies(&connection, "teams", &self.group, numbers, own);
        for &what in &seed.groups {
            let group = seed.group_id(what);
            copies(
                &connection,
                "team_members",
                &self.member,
                seed.members(what),
                |column| match column {
                    "team_id" => Some(format!("'{group}'")),
                    "member_id" => ids(column),
                    _ => None,
                },
            );
        }
        let hash = base16ct::lower::encode_string(&Sha256::digest(TABLE_TOKEN));
        connection
            .execute(
                "INSERT INTO tokens (hash, tenant_id, label, created_at, last_used_at) \
                 VALUES (?1, 1, 'costs', '2026-01-01T00:00:00.000Z', '9999-12-31')",
                [hash],
            )
            .unwrap();
        // Those that a client got within the hour.
        connection
            .execute(
                "INSERT INTO tokens (hash, tenant_id, label, created_at, expires_at, id, client_id) \
                 WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1) \
                 SELECT 'got-' || n, 1, 'costs', '2026-01-01T00:00:00.000Z', '9999-12-31', 'tok_' || n, 'cli_1_x' FROM n",
                [GOT],
            )
            .unwrap();
        connection.execute_batch("COMMIT;").unwrap();
        seed
    }
}

/// The row of a table, without its key and what is generated; of events that of the user.
fn row(connection: &Connection, table: &str, key: &str) -> Row {
    let mut columns = connection
        .prepare("SELECT name FROM pragma_table_xinfo(?1) WHERE hidden = 0 AND name <> ?2")
        .unwrap();
    let names: Vec<String> = columns
        .query_map([table, key], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let only = if table == "events" {
        "WHERE type = 'user.created'"
    } else {
        ""
    };
    let text = format!("SELECT {} FROM {table} {only}", names.join(", "));
    connection
        .query_row(&text, [], |row| {
            names
                .iter()
                .enumerate()
                .map(|(index, name)| Ok((name.clone(), row.get(index)?)))
                .collect()
        })
        .unwrap()
}

/// Inserts copies of a row with these numbers; `own` gives columns as SQL over the number `n`.
fn copies(
    connection: &Connection,
    table: &str,
    pattern: &Row,
    numbers: std::ops::Range<usize>,
    own: impl Fn(&str) -> Option<String>,
) {
    let names: Vec<&str> = pattern.iter().map(|(name, _)| name.as_str()).collect();
    let values: Vec<String> = pattern
        .iter()
        .enumerate()
        .map(|(index, (name, value))| {
            let place = format!("?{}", index + 1);
            match (own(name), value) {
                (Some(sql), _) => format!("iif({place} IS NULL, NULL, {sql})"),
                (None, Cell::Text(text)) if text.contains(NUMBER) => {
                    format!("replace({place}, '{NUMBER}', printf('%07d', n))")
                }
                (None, _) => place,
            }
        })
        .collect();
    let text = format!(
        "INSERT INTO {table} ({}) WITH RECURSIVE n(n) AS (SELECT {} UNION ALL SELECT n + 1 FROM n WHERE n < {}) \
         SELECT {} FROM n WHERE 1",
        names.join(", "),
        numbers.start,
        numbers.end - 1,
        values.join(", "),
    );
    let values = pattern.iter().map(|(_, value)| value);
    connection.execute(&text, params_from_iter(values)).unwrap();
}
