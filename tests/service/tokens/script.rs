//! What makes tokens on node, and what else the scripts read and write.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use service::token::Form;

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

/// Every environment has a queue of its own, which the Worker both sends to and takes from; one
/// that cannot be made is told with what works without.
#[test]
fn each_environment_has_a_queue() {
    let program = "import { readConfig } from './scripts/config.mjs';
         import { queues } from './scripts/serve.mjs';
         import { noQueue } from './scripts/deploy.mjs';
         const of = async (name) => queues(await readConfig(name));
         console.log(JSON.stringify([await of(), await of('staging'), noQueue('q', 'why', 'staging'), queues({ queues: {} })]));";
    let output = node(
        &["--input-type=module", "--eval", program],
        Path::new("nowhere"),
    );
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    for (index, name) in [(0, "scim-worker"), (1, "scim-worker-staging")] {
        assert_eq!(said[index]["queueProducers"], json!({ "QUEUE": name }));
        let consumer = json!({ "maxBatchSize": 100, "maxBatchTimeout": 1, "maxRetries": 1 });
        assert_eq!(said[index]["queueConsumers"], json!({ name: consumer }));
    }
    let words = said[2].as_str().unwrap();
    assert!(
        words.contains("(why)") && words.contains("-- --env staging"),
        "{words}"
    );
    assert_eq!(
        said[3],
        json!({ "queueProducers": {}, "queueConsumers": {} })
    );
}

/// What runs on a laptop has two databases, whatever is deployed has those that are named for it.
#[test]
fn a_laptop_has_two_databases() {
    let program = "import { readConfig, readLocalConfig, shards } from './scripts/config.mjs';
         import { main } from './scripts/deploy.mjs';
         const of = (config) => shards(config).map(({ binding, localId }) => [binding, localId]);
         const refusal = await main(['--env', 'local']).catch(({ message }) => message);
         console.log(JSON.stringify([of(await readLocalConfig()), of(await readConfig()), refusal]));";
    let output = node(
        &["--input-type=module", "--eval", program],
        Path::new("nowhere"),
    );
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        said[0],
        json!([["DB", "scim-local"], ["DB_2", "scim-2-local"]])
    );
    assert_eq!(said[1], json!([["DB", "scim-local"]]));
    let words = said[2].as_str().unwrap();
    assert!(words.contains("`npm start` serves with"), "{words}");
}
