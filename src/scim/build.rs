//! Turns the operator's documents in the folder `schemas/` into attribute tables, or says what is wrong with them.
//!
//! See `docs/extending.md` for what an operator may write. The work is in `build/`, which `tests/configured.rs` tests.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use configuration::{File, tables};

#[path = "build/configuration.rs"]
mod configuration;

fn main() {
    // Cargo takes each such line as an error of its own and stops the build.
    for fault in run().err().unwrap_or_default() {
        println!("cargo::error={fault}");
    }
}

fn run() -> Result<(), Vec<String>> {
    let place = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .ok_or_else(|| vec![format!("cargo did not set {name}")])
    };
    let root = place("CARGO_MANIFEST_DIR")?.join("../..");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed={}", root.join("schemas").display());
    let schemas = files(&root, "schemas")?;
    let resource_types = files(&root, "schemas/resource_types")?;
    let configuration = configuration::read(&schemas, &resource_types)?;
    let out = place("OUT_DIR")?.join("configured.rs");
    fs::write(&out, tables::tables(&configuration)).map_err(|error| broken(&out, &error))
}

/// The `.json` files of a folder by name; none if there is no such folder.
fn files(root: &Path, folder: &str) -> Result<Vec<File>, Vec<String>> {
    let directory = root.join(folder);
    if !directory.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&directory).map_err(|error| broken(&directory, &error))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| broken(&directory, &error))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let text = fs::read_to_string(&path).map_err(|error| broken(&path, &error))?;
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            found.push(File {
                path: format!("{folder}/{name}"),
                text,
            });
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn broken(path: &Path, error: &io::Error) -> Vec<String> {
    vec![format!("{}: {error}", path.display())]
}
