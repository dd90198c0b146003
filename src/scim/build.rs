//! Turns schema documents into attribute tables, or says what is wrong with them.
//!
//! Ours, because no other program knows these tables: what is read when the crate is built takes
//! neither time nor memory of a Worker that starts, and a wrong document never gets as far as one.
//!
//! Whoever builds names the folder of the documents in `SCIM_SCHEMAS`; without it there are none.
//! See `docs/extending.md` for what may be written. The work is in `build/`, which
//! `tests/configured.rs` tests.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use configuration::{File, tables};

/// The environment variable that names the folder.
const FOLDER: &str = "SCIM_SCHEMAS";

#[path = "build/configuration.rs"]
mod configuration;

fn main() {
    // Cargo takes each such line as an error of its own and stops the build.
    for fault in run().err().unwrap_or_default() {
        println!("cargo::error={fault}");
    }
}

fn run() -> Result<(), Vec<String>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-env-changed={FOLDER}");
    let (schemas, resource_types) = match folder()? {
        Some(folder) => {
            println!("cargo::rerun-if-changed={}", folder.display());
            (files(&folder)?, files(&folder.join("resource_types"))?)
        }
        None => (Vec::new(), Vec::new()),
    };
    let configuration = configuration::read(&schemas, &resource_types)?;
    let out = env::var_os("OUT_DIR").ok_or_else(|| vec!["cargo did not set OUT_DIR".to_owned()])?;
    let out = Path::new(&out).join("configured.rs");
    fs::write(&out, tables::tables(&configuration)).map_err(|error| broken(&out, &error))
}

/// The folder of the documents, if one is named.
fn folder() -> Result<Option<PathBuf>, Vec<String>> {
    let Some(folder) = env::var_os(FOLDER).filter(|folder| !folder.is_empty()) else {
        return Ok(None);
    };
    let folder = PathBuf::from(folder);
    let fault = if folder.is_relative() {
        // This runs in the folder of the crate, wherever cargo was called.
        "is no absolute path; write it in full, or in the [env] of .cargo/config.toml with `relative = true`"
    } else if !folder.is_dir() {
        "is no folder; correct the path, or leave the variable out to do without schemas of your own"
    } else {
        return Ok(Some(folder));
    };
    Err(vec![format!("{FOLDER}: {} {fault}", folder.display())])
}

/// The `.json` files of a folder by name; none if there is no such folder.
fn files(folder: &Path) -> Result<Vec<File>, Vec<String>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).map_err(|error| broken(folder, &error))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| broken(folder, &error))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let text = fs::read_to_string(&path).map_err(|error| broken(&path, &error))?;
            found.push(File {
                path: path.display().to_string(),
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
