//! The built Worker on workerd, over HTTP: every conversation, and what happens when requests come at the same time.

#[path = "../support/mod.rs"]
mod support;

mod concurrency;

mod doctor;

mod walk;

use support::conversation::{every_folder, faults_of};
use support::worker::shared;

every_folder!(played);

#[track_caller]
fn played(folder: &str) {
    let faults = match shared() {
        Ok(worker) => faults_of(folder, |conversation| {
            conversation.play(worker, worker.endpoint())
        }),
        Err(fault) => vec![fault],
    };
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n\n"));
}
