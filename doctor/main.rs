//! Acts out identity providers' sessions against a running SCIM endpoint and says what does not
//! hold, so that an operator knows before the customer connects:
//!
//! ```text
//! SCIM_TOKEN=… npm run doctor -- https://scim.example.com/scim/v2 okta
//! ```
//!
//! The sessions are the conversations of `tests/conversations`. They create invented people and
//! groups and delete them again, after a failure too, and when the doctor is stopped; what an
//! earlier run has left all the same is deleted first. The token is never printed.
//!
//! A program without `unsafe` hears of no signal. So `scripts/doctor.mjs`, which does, holds this
//! one's stdin, and closes it to stop it; where it is killed outright, the system closes it.

use std::io::Read;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use doctor::examination;

static STOP: AtomicBool = AtomicBool::new(false);

/// Set where the end of stdin is to stop it.
const HELD: &str = "SCIM_DOCTOR_HELD";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let token = std::env::var("SCIM_TOKEN").unwrap_or_default();
    if std::env::var_os(HELD).is_some() {
        std::thread::spawn(|| {
            // An error is an end, too.
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            STOP.store(true, Ordering::Relaxed);
        });
    }
    let stop = || STOP.load(Ordering::Relaxed);
    match examination::doctor(&arguments, &token, &stop, &mut std::io::stdout()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}
