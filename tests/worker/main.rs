//! The built Worker on workerd, over HTTP: every conversation, and what happens when requests come at the same time.

#[path = "../support/mod.rs"]
mod support;

mod concurrency;

mod doctor;

mod walk;

use support::conversation::{OF_EXAMPLES, every_folder, faults_of};
use support::worker::{shared, with_examples};

every_folder!(played);

#[track_caller]
fn played(folder: &str) {
    let worker = if folder == OF_EXAMPLES {
        with_examples()
    } else {
        shared()
    };
    let faults = match worker {
        Ok(worker) => faults_of(folder, |conversation| {
            conversation.play(worker, worker.endpoint())
        }),
        Err(fault) => vec![fault],
    };
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n\n"));
}
