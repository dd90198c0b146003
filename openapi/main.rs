//! Prints the document: `scripts/build.mjs` keeps it beside the Worker, for `/openapi.json`.

use std::process::ExitCode;

fn main() -> ExitCode {
    match openapi::document() {
        Ok(document) => {
            println!("{document:#}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("openapi: {error}");
            ExitCode::FAILURE
        }
    }
}
