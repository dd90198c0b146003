//! Acts out identity providers' sessions against a running SCIM endpoint and says what does not hold, so that an
//! operator knows before the customer connects:
//!
//! ```text
//! npm run doctor -- https://scim.example.com/scim/v2 TOKEN okta
//! ```
//!
//! The sessions are the conversations of `tests/conversations`. They create invented people and groups and delete them
//! again, after a failure too. The token is never printed.

#[path = "../tests/support/conversation.rs"]
#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "the doctor uses its part of what the tests share"
)]
mod conversation;
#[path = "doctor/examination.rs"]
mod examination;
#[path = "../tests/support/http.rs"]
mod http;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match examination::doctor(&arguments, &mut std::io::stdout()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}
