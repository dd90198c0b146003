//! What is left to do once a reply is made: its line in the log, and statements that could wait.

use store::{Database, Statement};
use worker::{Context, Env};

use super::d1::D1;

/// Prints a line into the platform's log; one that tells of a fault as such.
pub fn print(line: &str, is_fault: bool) {
    if is_fault {
        worker::console_error!("{line}");
    } else {
        worker::console_log!("{line}");
    }
}

/// Runs statements when the reply is out.
pub fn run(env: &Env, context: &Context, statements: Vec<Statement>) {
    if statements.is_empty() {
        return;
    }
    let database = D1::new(env);
    context.wait_until(async move {
        // What is not noted now will be noted by a later request.
        let _ = database.batch(statements).await;
    });
}
