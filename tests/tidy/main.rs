//! The house is tidy: arrows between rooms, one room for SQL, short files, a sentence at the door
//! of each.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "clippy.toml allows them in tests, but does not see that these are called by tests only"
)]

mod circles;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Longest file, tests aside.
const LINES: usize = 400;
/// Columns of a comment.
const WIDTH: usize = 100;

/// Every file below a folder of the project with this ending, as its path from the root and its
/// text.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = vec![root.join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                let name = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_string_lossy()
                    .replace('\\', "/");
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder}");
    found
}

/// Whether a file of `src` is tests only.
fn is_tests(name: &str) -> bool {
    name.ends_with("/tests.rs") || name.contains("/tests/")
}

/// The code of `src`, tests aside: comments blanked, lines kept.
fn code() -> Vec<(String, String)> {
    let stripped = |text: &str| {
        let lines: Vec<&str> = text
            .lines()
            .map(|line| {
                if line.trim_start().starts_with("//") {
                    ""
                } else {
                    line
                }
            })
            .collect();
        lines.join("\n")
    };
    files("src", ".rs")
        .into_iter()
        .filter(|(name, _)| !is_tests(name))
        .map(|(name, text)| (name, stripped(&text)))
        .collect()
}

#[track_caller]
fn none(what: &[String]) {
    assert!(what.is_empty(), "\n{}", what.join("\n"));
}

/// The lines of code that contain any of these words, in the files chosen.
fn lines_with(words: &[&str], chosen: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in code() {
        if !chosen(&name) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) {
                found.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    found
}

/// The room that a file is in.
fn room(name: &str) -> &str {
    let path = name.strip_prefix("src/").unwrap();
    let first = path.split('/').next().unwrap();
    first.strip_suffix(".rs").unwrap_or(first)
}

/// The name at the beginning of a text.
fn first_name(text: &str) -> &str {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let name = text.trim_start();
    name.split(|character: char| !is_part(character))
        .next()
        .unwrap()
}

/// What stands behind `crate::` and `scim_worker::`, alone or in braces, with the line where that
/// begins.
fn named(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for root in ["crate::", "scim_worker::"] {
        for (position, _) in text.match_indices(root) {
            let line = text[..position].matches('\n').count() + 1;
            let behind = &text[position + root.len()..];
            let Some(group) = behind.strip_prefix('{') else {
                found.push((line, first_name(behind)));
                continue;
            };
            let (mut depth, mut start) = (0, 0);
            for (end, character) in group.char_indices() {
                match character {
                    '{' => depth += 1,
                    '}' if depth > 0 => depth -= 1,
                    ',' | '}' if depth == 0 => {
                        found.push((line, first_name(&group[start..end])));
                        start = end + 1;
                        if character == '}' {
                            break;
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    found.retain(|(_, name)| !name.is_empty());
    found
}

/// The files of a crate, from the folder of its first; the program that builds it is none of them.
fn house(root: &str, code: &[(String, String)]) -> circles::House {
    let crates = ["src/scim/", "src/store/", "src/service/"];
    let files = code.iter().filter_map(|(name, text)| {
        let is_other = root == "src/" && crates.iter().any(|other| name.starts_with(other));
        let path = name.strip_prefix(root).filter(|_| !is_other)?;
        Some((path, text.as_str()))
    });
    let files = files.filter(|(path, _)| *path != "build.rs" && !path.starts_with("build/"));
    let house = circles::House::of(files);
    assert!(house.len() > 20, "{root}");
    house
}

/// Which of two files comes first is the same wherever one asks.
#[test]
fn no_files_name_each_other_in_a_circle() {
    let code = code();
    let mut wrong = Vec::new();
    for root in ["src/scim/", "src/store/", "src/service/", "src/"] {
        let circles = house(root, &code).circles();
        wrong.extend(circles.iter().map(|arrow| format!("{root}: {arrow}")));
    }
    none(&wrong);
}

/// A front page names the rooms behind it: whoever needs a thing names the room that it is in.
#[test]
fn front_pages_are_named_from_outside_only() {
    let code = code();
    let mut wrong = Vec::new();
    for root in ["src/scim/", "src/service/"] {
        let names = house(root, &code).names_of_the_front();
        wrong.extend(names.iter().map(|name| format!("{root}{name}")));
    }
    none(&wrong);
}

#[test]
fn rooms_are_seen_in_braces() {
    let text = "use scim::json;\nuse crate::{\n    store::{Row, read},\n    http,\n};\nlet d1 = crate::platform::d1::D1;";
    assert_eq!(named(text), [(2, "store"), (2, "http"), (6, "platform")]);
    assert_eq!(named("use scim_worker::{service::list}"), [(1, "service")]);
}

#[test]
fn arrows_point_one_way() {
    // `lib -> http -> service -> store -> scim`, and `platform`, which fills in what those leave
    // open. What a crate may name stands in its manifest; `http` and `platform` are rooms of one
    // crate.
    let mut wrong = Vec::new();
    let mut rooms = BTreeSet::new();
    for (name, text) in code() {
        let from = room(&name).to_owned();
        for (line, other) in named(&text) {
            if from == "http" && other == "platform" {
                wrong.push(format!("{name}:{line}: {other}"));
            }
        }
        rooms.insert(from);
    }
    none(&wrong);
    let known = [
        "http", "lib", "platform", "scim", "service", "store", "unicode",
    ];
    assert_eq!(rooms, known.map(str::to_owned).into());
    let manifests: [(&str, &[&str]); 3] = [
        ("scim", &[]),
        ("store", &["scim"]),
        ("service", &["scim", "store"]),
    ];
    for (crate_name, allowed) in manifests {
        let ours: Vec<String> = dependencies(crate_name)
            .into_iter()
            .filter(|name| rooms.contains(name))
            .collect();
        assert_eq!(ours, allowed, "{crate_name}");
    }
}

/// The crates that a crate of `src` depends on.
fn dependencies(crate_name: &str) -> Vec<String> {
    let manifest = format!("src/{crate_name}/Cargo.toml");
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(manifest)).unwrap();
    let (_, behind) = text.split_once("\n[dependencies]\n").unwrap();
    let names = behind.split("\n[").next().unwrap().lines();
    names
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[test]
fn the_platform_is_named_at_the_edge_only() {
    none(&lines_with(
        &["worker::", "wasm_bindgen", "js_sys", "web_sys", "getrandom"],
        // Letters are asked of it from below.
        |name| !["lib", "platform", "unicode"].contains(&room(name)),
    ));
}

/// The text of every string literal of a line, roughly.
fn literals(line: &str) -> String {
    let (_, inside) = line.replace("\\\"", "'").split('"').fold(
        (false, String::new()),
        |(inside, mut text), part| {
            if inside {
                text.push_str(part);
                text.push(' ');
            }
            (!inside, text)
        },
    );
    inside
}

#[test]
fn sql_is_in_store_and_migrations_only() {
    let words = [
        "SELECT ",
        "INSERT ",
        "UPDATE ",
        "DELETE FROM",
        " WHERE ",
        "ORDER BY",
        "GROUP BY",
        "json_each",
        "json_extract",
        "CREATE ",
        "PRAGMA",
        " JOIN ",
        "RETURNING",
    ];
    let mut wrong = Vec::new();
    for (name, text) in code() {
        if room(&name) == "store" {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let text = literals(line);
            if words.iter().any(|word| text.contains(word)) {
                wrong.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    none(&wrong);
}

/// A client's reader is a customer's administrator, who has no terminal of the operator's.
#[test]
fn sentences_name_no_command_of_the_operator() {
    none(&lines_with(&["npm run", "npx ", "wrangler"], |_| true));
}

/// Every write is a `Change`: what is to stand beside each of them is added in one file.
#[test]
fn writes_pass_one_seam() {
    let is_seam =
        |name: &str| name == "src/service/write.rs" || name.starts_with("src/service/write/");
    none(&lines_with(&["add_write(", "add_writes("], |name| {
        !is_seam(name) && name != "src/store/batch.rs"
    }));
    assert!(!lines_with(&["add_write("], is_seam).is_empty());
}

/// What stands beside every write is added in one file: no other names the event of a resource.
/// (That of an erasure tells of no write.)
#[test]
fn events_of_writes_are_added_in_one_file() {
    let words = [
        "events::of_",
        "events::members(",
        "events::first_members(",
        "events::teams(",
    ];
    let is_one = |name: &str| name == "src/service/write/event.rs";
    let is_other = |name: &str| room(name) == "service" && !is_one(name);
    let mut wrong = lines_with(&words, is_other);
    wrong.retain(|line| !line.contains("ledger::events::of_erasure;"));
    none(&wrong);
    assert!(lines_with(&words, is_one).len() > 10);
}

/// A batch gives handles, by which its answers are asked for: nobody counts them.
#[test]
fn answers_are_asked_for_by_handle() {
    let of_answers = lines_with(&["answers", "rows_of("], |name| room(name) == "service");
    let by_place = [
        ".pop()",
        ".split_off(",
        ".insert(0",
        ".remove(0",
        ".swap_remove(",
    ];
    let wrong = of_answers.into_iter();
    let wrong = wrong.filter(|line| by_place.iter().any(|word| line.contains(word)));
    none(&wrong.collect::<Vec<_>>());
}

/// What a resource type has its table says: `Table::of`.
#[test]
fn only_tables_ask_which_type_it_is() {
    let is_there = |name: &str| ["service", "store"].contains(&room(name));
    let words = ["== USER_TYPE", "== GROUP_TYPE", "== Some(&GROUP_TYPE)"];
    let mut found = lines_with(&words, is_there);
    found.retain(|line| !line.starts_with("src/store/table.rs:"));
    // The brake counts users.
    found.retain(|line| !line.contains("self.is_braked() &&"));
    none(&found);
}

/// Files and folders that ARCHITECTURE.md and CONTRIBUTING.md name are there, from the root or from
/// one of these folders.
#[test]
fn the_map_names_what_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [
        "",
        "src",
        "src/scim",
        "src/store",
        "src/service",
        "src/http",
        "tests/conversations",
    ];
    let is_there = |path: &str| {
        let is_in = |folder: &str| {
            let path = root.join(folder).join(path);
            path.exists() || path.with_extension("rs").exists()
        };
        folders.iter().any(|folder| is_in(folder))
    };
    let is_path = |text: &&str| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || "/_-.".contains(c);
        text.contains('/') && !text.starts_with('/') && text.chars().all(is_part)
    };
    let mut missing = Vec::new();
    for name in ["ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root.join(name)).unwrap();
        let named = text.split('`').skip(1).step_by(2);
        let gone = named.filter(is_path).filter(|path| !is_there(path));
        missing.extend(gone.map(|path| format!("{name}: {path}")));
    }
    none(&missing);
}

/// A word is used for one thing in the whole house: two types with one name mean two things by it.
#[test]
fn types_have_names_of_their_own() {
    let same = [
        // Of each crate, as everywhere.
        "Error",
        // Each face has its own of these: a row of its table, what answers there, what that does,
        // and what it is given.
        "Route", "Handler", "UseCase", "Call",
    ];
    let items = ["struct ", "enum ", "trait ", "type "];
    let mut types: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, text) in code() {
        for (number, line) in text.lines().enumerate() {
            let is_item = |line: &&str| items.iter().any(|item| line.starts_with(item));
            let item = match line.split_once(' ') {
                Some((public, item)) if public.starts_with("pub") => item,
                _ => line,
            };
            let Some((_, item)) = Some(item)
                .filter(is_item)
                .and_then(|line| line.split_once(' '))
            else {
                continue;
            };
            let place = format!("{name}:{}", number + 1);
            types
                .entry(first_name(item).to_owned())
                .or_default()
                .push(place);
        }
    }
    assert!(types.len() > 300, "{}", types.len());
    types.retain(|name, places| places.len() > 1 && !same.contains(&name.as_str()));
    let wrong: Vec<String> = types
        .into_iter()
        .map(|(name, places)| format!("{name}: {}", places.join(", ")))
        .collect();
    none(&wrong);
}

/// Locals stand beside what tells what they are: of these alone nobody can guess it.
#[rustfmt::skip]
const OF_LOCALS: &[&str] = &[
    "announced", "answered", "asked", "awaited", "called", "chosen", "counted", "done", "dressed",
    "ended", "fetched", "forgotten", "gone", "granted", "hidden", "issued", "kept", "listed",
    "made", "merged", "negated", "posted", "received", "restored", "sealed", "settled", "signed",
    "told", "touched", "tried", "unmapped", "used", "waited", "walked", "went",
];

/// An item is named by what it is or does, not by what was done to something.
#[test]
fn names_are_no_riddles() {
    let participles = [
        "accepted",
        "announced",
        "asked",
        "called",
        "changed",
        "closed",
        "decoded",
        "denied",
        "described",
        "done",
        "dressed",
        "expected",
        "fetched",
        "filled",
        "gone",
        "grown",
        "guarded",
        "held",
        "hidden",
        "ignored",
        "indexed",
        "inherited",
        "joined",
        "kept",
        "known",
        "left",
        "listed",
        "made",
        "malformed",
        "marked",
        "meant",
        "modified",
        "named",
        "negated",
        "quoted",
        "renamed",
        "reserved",
        "said",
        "seen",
        "sent",
        "shifted",
        "shown",
        "sorted",
        "streamed",
        "supported",
        "taken",
        "told",
        "tried",
        "typed",
        "unassigned",
        "unbound",
        "unmapped",
        "unproven",
        "varied",
        "walked",
        "went",
        "woken",
        "written",
    ];
    let items = ["fn", "struct", "enum", "type", "mod", "trait"];
    let mut wrong = Vec::new();
    for (name, text) in code() {
        for (number, line) in text.lines().enumerate() {
            let words: Vec<&str> = line.split_whitespace().filter(|w| *w != "mut").collect();
            let is_wrong = words.windows(2).any(|pair| {
                let item = first_name(pair[1]).to_lowercase();
                items.contains(&pair[0]) && participles.contains(&item.as_str())
                    || pair[0] == "let" && OF_LOCALS.contains(&item.as_str())
            });
            if is_wrong {
                wrong.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    none(&wrong);
}

#[test]
fn statuses_and_headers_are_in_http_only() {
    none(&lines_with(
        &[
            "Reply::",
            "\"ETag\"",
            "\"Location\"",
            "\"Content-Type\"",
            "\"Authorization\"",
            "WWW-Authenticate",
        ],
        |name| !["http", "platform"].contains(&room(name)),
    ));
}

/// Outside of its face nothing answers in SCIM's name.
#[test]
fn forms_of_scim_are_in_its_face_only() {
    let words = ["scim+json", "messages:2.0:Error", "media::"];
    let is_face = |name: &str| name == "src/http/scim.rs" || name.starts_with("src/http/scim/");
    none(&lines_with(&words, |name| {
        room(name) == "http" && !is_face(name)
    }));
    assert!(!lines_with(&words, is_face).is_empty());
}

#[test]
fn the_protocol_needs_no_operating_system() {
    let (_, front) = code()
        .into_iter()
        .find(|(name, _)| name == "src/scim/lib.rs")
        .unwrap();
    assert!(front.contains("#![no_std]"));
    assert!(
        !front
            .replace("#[cfg(test)]\nextern crate std;", "")
            .contains("extern crate std")
    );
    none(&lines_with(&["std::", "async ", "println!"], |name| {
        // The build script runs on the machine that builds.
        room(name) == "scim" && name != "src/scim/build.rs" && !name.starts_with("src/scim/build/")
    }));
    let names = dependencies("scim");
    assert!(
        names
            .iter()
            .all(|name| ["icu_normalizer", "serde", "serde_json"].contains(&name.as_str())),
        "{names:?}"
    );
}

#[test]
fn files_are_short() {
    let long: Vec<String> = files("src", ".rs")
        .into_iter()
        .filter(|(name, text)| !is_tests(name) && text.lines().count() > LINES)
        .map(|(name, text)| {
            format!(
                "{name}: {} lines, {LINES} at the most",
                text.lines().count()
            )
        })
        .collect();
    none(&long);
}

/// Comments end at the hundredth column, tables and code in them aside.
#[test]
fn comments_are_not_wide() {
    let rust = ["src", "tests", "testing", "doctor", "openapi", "benches"];
    let manifests = ["src", "doctor", "openapi", "testing", "examples", ".cargo"];
    let scripts = ["scripts", "bench", "src", "tests", "examples"];
    let below = |folders: &[&str], ending: &str| -> Vec<(String, String)> {
        let all = folders.iter().flat_map(|folder| files(folder, ending));
        all.collect()
    };
    let mut all = below(&rust, ".rs");
    all.extend(below(&scripts, "js"));
    all.extend(below(&manifests, ".toml"));
    for name in ["Cargo", "clippy", "deny", "rust-toolchain", "wrangler"] {
        let name = format!("{name}.toml");
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&name)).unwrap();
        all.push((name, text));
    }
    let mut wide = Vec::new();
    for (name, text) in all {
        let marks: &[&str] = match name.rsplit('.').next() {
            Some("toml") => &["# "],
            _ => &["//", "/*", "* "],
        };
        let mut is_code = false;
        for (number, line) in text.lines().enumerate() {
            let line_start = line.trim_start();
            let mut comment = marks
                .iter()
                .filter_map(|mark| line_start.strip_prefix(mark));
            let Some(comment) = comment.next() else {
                is_code = false;
                continue;
            };
            let prose = comment.trim_start_matches(['/', '!']).trim_start();
            is_code ^= prose.starts_with("```");
            let is_table = prose.starts_with('|') || prose.contains("\\n");
            let is_prose = !is_code && !is_table && prose.contains(' ');
            if is_prose && line.chars().count() > WIDTH {
                wide.push(format!("{name}:{}", number + 1));
            }
        }
    }
    none(&wide);
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = ["src", "tests", "testing", "doctor", "openapi", "examples"]
        .iter()
        .flat_map(|folder| files(folder, ".rs"))
        // Below a file of tests there may be a part without a word of its own.
        .filter(|(name, text)| !is_tests(name) && !text.starts_with("//! "))
        .map(|(name, _)| name)
        .collect();
    none(&silent);
    assert!(
        files("src", ".rs")
            .iter()
            .all(|(name, _)| !name.ends_with("/mod.rs"))
    );
}

#[test]
fn nothing_is_left_undone() {
    let words = [
        ["to", "do!("].concat(),
        ["unimple", "mented!("].concat(),
        ["FIX", "ME"].concat(),
        ["TO", "DO"].concat(),
        ["#[ig", "nore"].concat(),
        ["XX", "X"].concat(),
    ];
    let mut wrong = Vec::new();
    for folder in [
        "src",
        "tests",
        "testing",
        "doctor",
        "openapi",
        "examples",
        "scripts",
        "migrations",
        "docs",
    ] {
        for ending in [".rs", ".mjs", ".cjs", ".sql", ".md"] {
            let folder_has = |name: &str| name.ends_with(ending);
            for (name, text) in files(folder, "")
                .into_iter()
                .filter(|(name, _)| folder_has(name))
            {
                for (number, line) in text.lines().enumerate() {
                    if words.iter().any(|word| line.contains(word.as_str())) {
                        wrong.push(format!("{name}:{}: {}", number + 1, line.trim()));
                    }
                }
            }
        }
    }
    none(&wrong);
}

#[test]
fn lints_are_excused_with_a_reason() {
    let mut wrong = Vec::new();
    for (name, text) in ["src", "tests", "testing", "doctor", "openapi"]
        .iter()
        .flat_map(|folder| files(folder, ".rs"))
    {
        for opening in ["#[allow(", "#[expect(", "#![allow(", "#![expect("] {
            for (position, _) in text.match_indices(opening) {
                let attribute = text[position..].split(")]").next().unwrap_or_default();
                let at_line_start = text[..position]
                    .rsplit('\n')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .is_empty();
                if at_line_start && !attribute.contains("reason = ") {
                    wrong.push(format!(
                        "{name}: {}",
                        attribute.lines().next().unwrap_or_default()
                    ));
                }
            }
        }
    }
    none(&wrong);
}

/// The words with a hyphen among the literals of a text.
fn hyphened(text: &str) -> impl Iterator<Item = String> {
    let literals = text.split('"').skip(1).step_by(2);
    let is_name = |word: &&str| {
        let in_name = |byte: u8| byte == b'-' || byte.is_ascii_alphanumeric();
        word.contains('-') && word.bytes().all(in_name)
    };
    literals.filter(is_name).map(str::to_owned)
}

/// The names of habits: those of the table in `scim::habit`, where all that are noted must be.
fn habits() -> Vec<String> {
    let (mut known, mut noted) = (Vec::new(), Vec::new());
    for (name, text) in code() {
        // Tests within a file of code are behind it.
        let text = text.split("mod tests {").next().unwrap_or_default();
        if name == "src/scim/habit.rs" {
            let lines = text.lines().filter(|line| !line.trim().starts_with("//"));
            known = hyphened(&lines.collect::<Vec<_>>().join("\n")).collect();
        }
        for call in [".note(", ".note_at("] {
            for (position, _) in text.match_indices(call) {
                noted.extend(hyphened(
                    text[position..].split(';').next().unwrap_or_default(),
                ));
            }
        }
    }
    assert!(known.len() > 30 && noted.len() > 20, "{known:?} {noted:?}");
    noted.retain(|name| !known.contains(name));
    assert!(
        noted.is_empty(),
        "scim::habit does not say what these mean: {noted:?}"
    );
    known.sort();
    known.dedup();
    known
}

/// One version, in Cargo.toml, package.json and the changelog.
#[test]
fn the_version_is_one() {
    let read =
        |name: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    for name in ["package.json", "package-lock.json"] {
        let json: serde_json::Value = serde_json::from_str(&read(name)).unwrap();
        assert_eq!(json["version"], version, "{name}");
    }
    let changes = read("CHANGELOG.md");
    let versions: Vec<&str> = changes
        .lines()
        .filter_map(|line| line.strip_prefix("## ["))
        .collect();
    assert!(versions[0].starts_with("Unreleased]"));
    assert!(versions[1].starts_with(&format!("{version}]")));
}

/// docs/habits.md explains every habit of the log, and no other.
#[test]
fn the_glossary_has_every_habit() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/habits.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    let mut told: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    assert!(told.is_sorted(), "the rows stand in order of their names");
    let noted = habits();
    told.retain(|name| !noted.iter().any(|habit| habit == name));
    let told = told
        .iter()
        .map(|name| format!("docs/habits.md: `{name}` is noted nowhere"));
    let missing = noted
        .iter()
        .filter(|name| !text.contains(&format!("| `{name}` |")))
        .map(|name| format!("docs/habits.md lacks a row for `{name}`"));
    none(&told.chain(missing).collect::<Vec<_>>());
}

/// A page of a provider is the customer's administrator's, but for its last section.
#[test]
fn provider_pages_part_administrator_and_operator() {
    let mut wrong = Vec::new();
    for (name, text) in files("docs/providers", ".md") {
        let Some((above, below)) = text.split_once("\n## For the operator\n") else {
            wrong.push(format!("{name} has no section for the operator"));
            continue;
        };
        let rest = below.split_once("\n## ").map_or("", |(_, rest)| rest);
        if [above, rest].iter().any(|part| part.contains("npm run")) {
            wrong.push(format!(
                "{name} has an operator's command for the administrator"
            ));
        }
    }
    none(&wrong);
}

/// Names of tests in a table are those of tests that there are.
#[test]
fn conformance_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/conformance.md")).unwrap();
    let mut wrong = Vec::new();
    let mut shown = 0;
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let last = line
            .trim_end_matches(['|', ' '])
            .rsplit(" | ")
            .next()
            .unwrap_or_default();
        for name in last.split('`').skip(1).step_by(2) {
            let conversation = root
                .join("tests/conversations/rfc")
                .join(format!("{name}.json"));
            let is_conversation =
                name.starts_with("7643-") || name.starts_with("7644-") || name.starts_with("9865-");
            let is_path = ["tests/", "src/", "scripts/"]
                .iter()
                .any(|folder| name.starts_with(folder));
            if is_conversation || is_path {
                shown += 1;
                if !conversation.exists() && !root.join(name).exists() {
                    wrong.push(format!("{name}: {line}"));
                }
            }
        }
    }
    assert!(shown > 200, "{shown}");
    none(&wrong);
}

/// Every conversation with a section in its name is found in the table.
#[test]
fn conformance_names_every_conversation() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/conformance.md"))
            .unwrap();
    let missing: Vec<String> = files("tests/conversations/rfc", ".json")
        .into_iter()
        .filter_map(|(name, _)| {
            name.rsplit('/')
                .next()
                .map(|file| file.trim_end_matches(".json").to_owned())
        })
        .filter(|name| !text.contains(&format!("`{name}`")))
        .collect();
    none(&missing);
}
