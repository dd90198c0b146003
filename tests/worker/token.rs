//! `npm run token` over a local database: what `npm run admin` does, without an admin token.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy.toml allows them in tests, but does not see that these are called by tests only"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use scim::fold::fold_str;
use serde_json::{Value, json};
use service::token::Form;

/// `npm run token` with a database of its own.
struct Script(PathBuf);

impl Script {
    /// Each test has a database of its own.
    fn named(test: &str) -> Self {
        let name = format!("token-{test}-{}", std::process::id());
        Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name))
    }

    /// Puts a user into the databases, between two runs.
    fn insert_user(&self, tenant: i64, id: &str, user_name: &str) {
        let document = json!({ "userName": user_name }).to_string();
        let folded = fold_str(user_name);
        for connection in databases_in(&self.0) {
            connection
                .execute(
                    "INSERT INTO users (tenant_id, id, version, created_at, updated_at, user_name_folded, document, folded) \
                     VALUES (?1, ?2, 'v', '', '', ?3, ?4, json_object('userName', ?3))",
                    (tenant, id, &folded, &document),
                )
                .unwrap();
        }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new("node")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("STATE_DIR", &self.0)
            .args(["scripts/run.cjs", "token"])
            .args(arguments)
            // The operator's schemas, not those that cargo compiles the tests with.
            .env_remove("SCIM_SCHEMAS")
            .output()
            .unwrap()
    }

    #[track_caller]
    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {said}"))
    }

    #[track_caller]
    fn refused(&self, arguments: &[&str], words: &str) {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
}

/// The databases of a local D1 below a folder: the files with the tables in them.
fn databases_in(folder: &Path) -> Vec<rusqlite::Connection> {
    let mut databases = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            databases.extend(databases_in(&path));
        } else if path.extension().is_some_and(|name| name == "sqlite") {
            let connection = rusqlite::Connection::open(&path).unwrap();
            let has_tables = connection.prepare("SELECT 1 FROM users").is_ok();
            databases.extend(has_tables.then_some(connection));
        }
    }
    databases
}

impl Drop for Script {
    fn drop(&mut self) {
        // What is left is cargo's to clean.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What stands in the local database is for its owner alone.
#[cfg(unix)]
#[test]
fn the_local_database_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let script = Script(Path::new(env!("CARGO_TARGET_TMPDIR")).join("token-private"));
    let old = script.0.join("v3/d1");
    fs::create_dir_all(&old).unwrap();
    fs::write(old.join("old"), "").unwrap();
    fs::set_permissions(old.join("old"), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(script.run(&["list"]).status.success());
    let mut folders = vec![script.0.join("v3")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{}", path.display());
            if path.is_dir() {
                folders.push(path);
            } else {
                files += 1;
            }
        }
    }
    assert!(files > 1, "{files}");
}

#[test]
fn a_token_is_made_and_revoked() {
    let script = Script::named("plain");
    let made = script.json(&["create", "--label", "okta", "--json"]);
    let token = made["token"].as_str().unwrap();
    assert_eq!(Form::of(token), Form::Whole { shard: 1 });

    // What is refused leaves no tenant behind: the next one has the next number.
    let nobody = ["--new-tenant", "Acme", "--user", "nobody"];
    script.refused(
        &[&["create", "--label", "entra"], &nobody[..]].concat(),
        "no users yet",
    );
    script.refused(
        &["create", "--label", "entra", "--user", "nobody"],
        "no user with the id or userName `nobody`",
    );
    let other = [
        "create",
        "--label",
        "okta",
        "--new-tenant",
        "Acme",
        "--json",
    ];
    script.json(&other);

    // A customer's second token is seldom meant for a second tenant.
    let again = ["create", "--label", "entra", "--new-tenant", "Acme"];
    script.refused(&again, "tenant 2 has the name `Acme` already");
    script.json(&[&again[..], &["--again", "--json"]].concat());
    script.refused(
        &["list", "--env", "staging"],
        "give it together with --remote",
    );
    script.refused(&["revoke", "okta"], "could be any of these");
    script.refused(&["revoke", "entra", "--tenant", "9"], "no such tenant");
    script.json(&["revoke", "okta", "--tenant", "1", "--json"]);
    script.refused(&["revoke", "okta", "--tenant", "1"], "is revoked already");

    let listed = script.json(&["list", "--json"]);
    let rows = listed.as_array().unwrap();
    let tenants: Vec<&Value> = rows.iter().map(|row| &row["tenant"]).collect();
    assert_eq!(tenants, [1, 2, 3]);
    let revoked: Vec<bool> = rows
        .iter()
        .map(|row| row["revoked_at"].is_string())
        .collect();
    assert_eq!(revoked, [true, false, false]);
    assert!(!listed.to_string().contains(token));
}

/// The user that `/Me` means, by id or by name in any letters, and of that tenant alone.
#[test]
fn a_token_is_made_for_a_user() {
    let script = Script::named("user");
    let create = |label: &'static str, more: [&'static str; 4]| {
        [&["create", "--json", "--label", label], &more[..]].concat()
    };
    // A tenant beside the first; this makes the database, too.
    let other = ["create", "--json", "--label", "x", "--new-tenant", "Acme"];
    assert_eq!(script.json(&other)["tenant"], 2);
    script.insert_user(1, "id-ada", "Ada.Straße@example.com");
    script.insert_user(1, "id-bob", "bob");
    // Called as another's id is: the id goes first.
    script.insert_user(1, "id-a", "id-bob");
    script.insert_user(2, "id-0", "ada.straße@example.com");
    script.insert_user(2, "id-zoe", "zoe");
    for (label, tenant, user, subject) in [
        ("a", "1", "ADA.STRASSE@example.com", "id-ada"),
        ("b", "1", "id-bob", "id-bob"),
        ("c", "2", "ada.strasse@EXAMPLE.com", "id-0"),
    ] {
        let made = script.json(&create(label, ["--tenant", tenant, "--user", user]));
        assert_eq!(made["subject"], subject, "{user}");
        assert_eq!(made["tenant"].to_string(), tenant, "{user}");
    }
    script.refused(
        &create("d", ["--tenant", "1", "--user", "id-zoe"]),
        "no user with the id or userName",
    );
}
