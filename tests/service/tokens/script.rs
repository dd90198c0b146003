//! `npm run token` itself, on node: what its functions give, and what it does to a local database.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use scim::fold::fold_str;
use serde_json::{Value, json};
use service::token::Form;
use sha2::{Digest, Sha256};

fn node(arguments: &[&str], state: &Path) -> Output {
    Command::new("node")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("STATE_DIR", state)
        .args(arguments)
        .output()
        .unwrap()
}

/// What an expression of JavaScript gives, with `words` and `secret`, modules of the
/// script.
fn evaluate(expression: &str) -> Value {
    let program = format!(
        "import * as words from './scripts/arguments.mjs';
         import * as secret from './scripts/secret.mjs';
         console.log(JSON.stringify({expression}));"
    );
    let output = node(
        &["--input-type=module", "--eval", &program],
        Path::new("nowhere"),
    );
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// 256 bits of the platform's generator, RFC 7644 §7.4.
#[test]
fn tokens_are_long_and_random() {
    let tokens = evaluate("Array.from({ length: 200 }, () => secret.mintToken())");
    let tokens: Vec<&str> = tokens
        .as_array()
        .unwrap()
        .iter()
        .map(|token| token.as_str().unwrap())
        .collect();
    let secrets: Vec<&str> = tokens
        .iter()
        .map(|token| token.strip_prefix("scim_1_").unwrap())
        .collect();
    for (index, secret) in secrets.iter().enumerate() {
        assert_eq!(Form::of(tokens[index]), Form::Whole { shard: 1 });
        assert!(!secrets[..index].contains(secret), "{secret} again");
    }
    // Nor is any place of it the same in all.
    for place in 0..49 {
        let first = secrets[0].as_bytes()[place];
        let differs = |secret: &&str| secret.as_bytes()[place] != first;
        assert!(secrets.iter().any(differs), "place {place}");
    }
}

/// The Worker and the script make one form.
#[test]
fn tokens_are_made_as_the_vectors_have_them() {
    let vectors: Value = serde_json::from_str(super::VECTORS).unwrap();
    let made = evaluate(&format!(
        "{vectors}.map(({{ random, shard, kind }}) => secret.tokenOf(Buffer.from(random, 'hex'), shard, kind))"
    ));
    let made = made.as_array().unwrap();
    for (vector, token) in vectors.as_array().unwrap().iter().zip(made) {
        assert_eq!(&vector["token"], token);
    }
}

#[test]
fn an_expiry_is_a_time_that_there_is() {
    let read = |text: &str| {
        let now = "new Date('2026-01-01T00:00:00Z')";
        let read = format!("words.parseExpiry({}, {now})", json!(text));
        evaluate(&format!(
            "(() => {{ try {{ return {read}; }} catch (error) {{ return error.message; }} }})()"
        ))
    };
    for (text, time) in [
        ("2028-02-29", "2028-02-29T23:59:59.999Z"),
        ("2027-01-31T12:00:00+02:00", "2027-01-31T10:00:00.000Z"),
        ("30", "2026-01-31T00:00:00.000Z"),
    ] {
        assert_eq!(read(text), time, "{text}");
    }
    for (text, words) in [
        ("2027-02-31", "no day of the calendar"),
        ("2027-02-29T12:00:00Z", "no day of the calendar"),
        ("2027-13-01", "no day of the calendar"),
        ("2027-1-1", "not a time"),
        ("2025-12-31", "past"),
    ] {
        assert!(read(text).as_str().unwrap().contains(words), "{text}");
    }
}

/// `npm run token` with a database of its own.
struct Script(PathBuf);

impl Script {
    fn new() -> Self {
        Self::named("plain")
    }

    /// Each test has a database of its own.
    fn named(test: &str) -> Self {
        let name = format!("token-{test}-{}", std::process::id());
        Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name))
    }

    /// Puts a user into the database, between two runs.
    fn insert_user(&self, tenant: i64, id: &str, user_name: &str) {
        let connection = rusqlite::Connection::open(database_in(&self.0).unwrap()).unwrap();
        let document = json!({ "userName": user_name }).to_string();
        let folded = fold_str(user_name);
        connection
            .execute(
                "INSERT INTO users (tenant_id, id, version, created_at, updated_at, user_name_folded, document, folded) \
                 VALUES (?1, ?2, 'v', '', '', ?3, ?4, json_object('userName', ?3))",
                (tenant, id, folded, document),
            )
            .unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        node(
            &[&["scripts/run.cjs", "token"], arguments].concat(),
            &self.0,
        )
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

/// The database of a local D1 below a folder: the file with the tables in it.
fn database_in(folder: &Path) -> Option<PathBuf> {
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if let Some(found) = database_in(&path) {
                return Some(found);
            }
        } else if path
            .extension()
            .is_some_and(|extension| extension == "sqlite")
        {
            let connection = rusqlite::Connection::open(&path).ok()?;
            if connection.prepare("SELECT 1 FROM users").is_ok() {
                return Some(path.clone());
            }
        }
    }
    None
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

/// `npm run deploy` writes a new database's id behind its name, whichever environment's that is.
#[test]
fn the_id_of_a_database_stands_behind_its_name() {
    let none = "00000000-0000-0000-0000-000000000000";
    let entry =
        |name: &str, id: &str| format!("database_name = \"{name}\"\ndatabase_id = \"{id}\"\n");
    let text = entry("scim", none) + &entry("scim-staging", none);
    let program = format!(
        "import {{ withDatabaseId }} from './scripts/deploy.mjs';
         console.log(withDatabaseId({}, 'scim-staging', 'seven'));",
        json!(text)
    );
    let output = node(
        &["--input-type=module", "--eval", &program],
        Path::new("nowhere"),
    );
    let written = String::from_utf8(output.stdout).unwrap();
    let wanted = entry("scim", none) + &entry("scim-staging", "seven");
    assert_eq!(written.trim_end(), wanted.trim_end());
}

#[test]
fn a_token_is_made_and_revoked() {
    let script = Script::new();
    let made = script.json(&["create", "--label", "okta", "--json"]);
    let token = made["token"].as_str().unwrap();
    script.refused(&["create", "--label", "okta"], "valid token `okta` already");

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
    let other = ["--label", "okta", "--new-tenant", "Acme", "--json"];
    let other = script.json(&[&["create"], &other[..]].concat());
    assert_eq!([&made["tenant_id"], &other["tenant_id"]], [1, 2]);

    // A customer's second token is seldom meant for a second tenant.
    let again = ["create", "--label", "entra", "--new-tenant", "Acme"];
    script.refused(&again, "tenant 2 has the name `Acme` already");
    let again = script.json(&[&again[..], &["--again", "--json"]].concat());
    assert_eq!(again["tenant_id"], 3);
    script.refused(
        &["list", "--env", "staging"],
        "give it together with --remote",
    );

    assert!(
        script
            .run(&["revoke", "okta", "--tenant", "1"])
            .status
            .success()
    );
    let listed = script.json(&["list", "--json"]);
    let states: Vec<&Value> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["state"])
        .collect();
    assert_eq!(states, ["revoked", "valid", "valid"]);
    let hash = base16ct::lower::encode_string(&Sha256::digest(token));
    assert_eq!(listed[0]["hash"], json!(hash));
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
    assert_eq!(script.json(&other)["tenant_id"], 2);
    script.insert_user(1, "id-ada", "Ada.Straße@example.com");
    script.insert_user(1, "id-bob", "bob");
    // Called as another's id is: the id goes first.
    script.insert_user(1, "id-a", "id-bob");
    script.insert_user(2, "id-0", "ada.straße@example.com");
    script.insert_user(2, "id-zoe", "zoe");
    for (label, tenant, user, subject) in [
        ("a", "1", "ADA.STRASSE@example.com", "id-ada"),
        ("b", "1", "id-bob", "id-bob"),
        ("e", "1", "Ada.Straße@example.com", "id-ada"),
        ("c", "2", "ada.strasse@EXAMPLE.com", "id-0"),
    ] {
        let made = script.json(&create(label, ["--tenant", tenant, "--user", user]));
        assert_eq!(made["subject"], subject, "{user}");
        assert_eq!(made["tenant_id"].to_string(), tenant, "{user}");
    }
    for user in ["zoe", "id-zoe"] {
        script.refused(
            &create("d", ["--tenant", "1", "--user", user]),
            "no user with the id or userName",
        );
    }
    let listed = script.json(&["list", "--json"]);
    let rows = listed.as_array().unwrap().iter();
    let subjects: Vec<_> = rows
        .map(|row| row["subject"].as_str().unwrap_or("none"))
        .collect();
    assert_eq!(subjects, ["id-ada", "id-bob", "id-ada", "none", "id-0"]);
}
