//! Plays every conversation against the service over `SQLite` in memory, a fresh one for each file.

use doctor::conversation::{Conversation, Endpoint, Report, faults_of};
use doctor::every_folder;
use testing::memory::Memory;

every_folder!(played);

const BASE: &str = "https://scim.example.com/scim/v2";

#[track_caller]
fn played(folder: &str) {
    let faults = faults_of(folder, play);
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n\n"));
}

fn play(conversation: &Conversation) -> Report {
    let memory = Memory::new();
    if let Some(settings) = &conversation.settings {
        memory.sql(&format!("UPDATE tenants SET settings = '{settings}'"));
    }
    conversation.play(
        &memory,
        Endpoint {
            base: BASE,
            token: Memory::TOKEN,
        },
    )
}
