//! The examination: which sessions, whether the endpoint can be spoken to at all, and what is said
//! of each session.

use std::fmt::Display;
use std::io::Write;

use super::conversation::{
    Conversation, Endpoint, OF_EXAMPLES, Report, Target, WireReply, WireRequest, folders, read,
    read_folder,
};
use super::http::Http;
use super::traces::{self, Watched};

const USAGE: &str = "usage: doctor BASE [SESSION ...]
       doctor list

BASE is the base URL, https://HOST/scim/v2; SESSION is a folder or file that `list` names, or `all`. The token is taken from
the environment, SCIM_TOKEN.";

/// The sessions played when none is named: the two providers that most customers have.
const USUAL: [&str; 2] = ["okta", "entra"];

/// What is said where the brake of the tenant keeps what was made from going.
const BRAKED: &str = "the brake of the tenant is on, so the rest was not played: have it released (`npm run admin -- brake release`), \
    run this again, which deletes what is left, and better at a tenant without a brake.";

/// Does what the arguments ask for, until it is to stop; whether everything held. The error is what
/// kept it from finding out.
pub fn doctor(
    arguments: &[&str],
    token: &str,
    stop: &dyn Fn() -> bool,
    out: &mut dyn Write,
) -> Result<bool, String> {
    match arguments {
        ["list"] => list(out).map(|()| true),
        [base, sessions @ ..] => {
            let patient = Patient::new(base, token)?;
            patient
                .examine(sessions, stop, out)
                .map_err(|problem| patient.without_token(&problem))
        }
        [] => Err(USAGE.to_owned()),
    }
}

fn list(out: &mut dyn Write) -> Result<(), String> {
    for folder in folders()? {
        let conversations = read_folder(&folder)?;
        let usual = if USUAL.contains(&folder.as_str()) {
            ", played when none is named"
        } else {
            ""
        };
        say(
            out,
            format_args!("{folder} ({} conversations{usual})", conversations.len()),
        )?;
        for conversation in conversations {
            say(
                out,
                format_args!("  {:<55} {}", short(&conversation.file), conversation.name),
            )?;
        }
    }
    Ok(())
}

/// The endpoint examined.
struct Patient {
    base: String,
    token: String,
    http: Http,
}

impl Patient {
    fn new(base: &str, token: &str) -> Result<Self, String> {
        let base = base.trim().trim_end_matches('/');
        let host = base
            .strip_prefix("https://")
            .or_else(|| base.strip_prefix("http://"));
        if host.is_none_or(str::is_empty) || base.contains(['?', '#', ' ']) {
            return Err(format!(
                "`{base}` is not a base URL: give one like https://scim.example.com/scim/v2."
            ));
        }
        let token = token.trim();
        let token = token.strip_prefix("Bearer ").unwrap_or(token).trim();
        if token.is_empty() {
            return Err(
                "the token is empty: set SCIM_TOKEN to the one that the provider is to send."
                    .to_owned(),
            );
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(
                "the token has a character that no Authorization header may carry: is it whole?"
                    .to_owned(),
            );
        }
        Ok(Self {
            base: base.to_owned(),
            token: token.to_owned(),
            http: Http::to(base),
        })
    }

    fn examine(
        &self,
        sessions: &[&str],
        stop: &dyn Fn() -> bool,
        out: &mut dyn Write,
    ) -> Result<bool, String> {
        let conversations = chosen(sessions)?;
        self.answers()?;
        if conversations.iter().any(of_examples) {
            self.has_examples()?;
        }
        let watched = Watched::new(&self.http, &self.base, &self.token, stop);
        match watched.clear_earlier() {
            Ok(0) => {}
            Ok(count) => say(
                out,
                format_args!("Deleted what an earlier run had left: {count} users and groups"),
            )?,
            Err(problem) => say(out, self.without_token(&problem))?,
        }
        say(
            out,
            format_args!("{}: {} conversations", self.base, conversations.len()),
        )?;
        let mut failed = 0;
        for conversation in &conversations {
            let endpoint = Endpoint {
                base: &self.base,
                token: &self.token,
            };
            let report = conversation.play_as(&watched, endpoint, traces::run());
            let left = watched.clear();
            if stop() {
                return Err(stopped(&left));
            }
            say(out, self.without_token(&told(&report, &left)))?;
            let reply = report.failure.as_ref();
            let reply = reply.and_then(|failure| failure.reply.as_ref());
            if reply.is_some_and(traces::is_braked)
                || left.iter().any(|place| place.contains(traces::BRAKED))
            {
                return Err(BRAKED.to_owned());
            }
            if let Some(failure) = &report.failure {
                failed += 1;
                if failure.request.is_some() && failure.reply.is_none() {
                    return Err(format!(
                        "{} has stopped answering; the rest was not played.",
                        self.base
                    ));
                }
            }
        }
        let passed = conversations.len() - failed;
        say(
            out,
            format_args!(
                "\n{passed} of {} conversations held, {failed} did not.",
                conversations.len()
            ),
        )?;
        Ok(failed == 0)
    }

    /// The two requests that tell whether there is any sense in going on.
    fn answers(&self) -> Result<(), String> {
        let base = &self.base;
        let reply = self.get("/ServiceProviderConfig")?;
        match reply.status {
            200 if serde_json::from_str::<serde_json::Value>(&reply.body).is_ok() => {}
            200 => {
                let what = reply
                    .header("Content-Type")
                    .unwrap_or_else(|| "no Content-Type".to_owned());
                return Err(format!(
                    "{base} answers, but not with SCIM ({what}): is it the right base URL?"
                ));
            }
            301 | 302 | 303 | 307 | 308 => {
                let place = reply
                    .header("Location")
                    .unwrap_or_else(|| "another address".to_owned());
                return Err(format!(
                    "{base} redirects to {place}: providers do not follow; give the base URL behind it."
                ));
            }
            401 | 403 => return Err(self.refused(&reply)),
            400 | 404 | 405 => {
                return Err(format!(
                    "there is no SCIM 2.0 at {base} ({} for {base}/ServiceProviderConfig): the base URL is wrong. \
                     That of scim-worker ends in /scim/v2.",
                    reply.status
                ));
            }
            _ => {
                return Err(format!(
                    "{base}/ServiceProviderConfig does not work: {reply}"
                ));
            }
        }
        let reply = self.get("/Users?count=1")?;
        match reply.status {
            200 => Ok(()),
            401 | 403 => Err(self.refused(&reply)),
            _ => Err(format!("{base}/Users?count=1 does not work: {reply}")),
        }
    }

    /// The sessions of the example schemas can be played only where those are.
    fn has_examples(&self) -> Result<(), String> {
        let reply = self.get("/ResourceTypes")?;
        if reply.status == 200 && reply.body.contains("\"/Devices\"") {
            return Ok(());
        }
        Err(format!(
            "{} has no resource type Device, of which the sessions in `{OF_EXAMPLES}` are: they are for a deployment with \
             the schemas of examples/schemas (docs/extending.md). Name other sessions.",
            self.base
        ))
    }

    fn get(&self, path: &str) -> Result<WireReply, String> {
        let headers = [
            ("Accept", "application/scim+json".to_owned()),
            ("Authorization", format!("Bearer {}", self.token)),
        ];
        let request = WireRequest {
            method: "GET".to_owned(),
            url: format!("{}{path}", self.base),
            headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
            body: None,
        };
        self.http
            .send(&request)
            .map_err(|fault| format!("{} cannot be reached: {fault}", self.base))
    }

    fn refused(&self, reply: &WireReply) -> String {
        format!(
            "{} refuses the token ({}): it is mistyped, expired, revoked, or another deployment's.",
            self.base, reply.status
        )
    }

    fn without_token(&self, text: &str) -> String {
        text.replace(&self.token, "(token)")
    }
}

/// Whether a conversation is about the example schemas.
fn of_examples(conversation: &Conversation) -> bool {
    conversation
        .file
        .split_once('/')
        .is_some_and(|(folder, _)| folder == OF_EXAMPLES)
}

fn chosen(sessions: &[&str]) -> Result<Vec<Conversation>, String> {
    let folders = folders()?;
    let sessions: Vec<&str> = match sessions {
        [] => USUAL.to_vec(),
        // An endpoint need not have the schemas of the examples.
        ["all"] => folders
            .iter()
            .map(String::as_str)
            .filter(|folder| *folder != OF_EXAMPLES)
            .collect(),
        _ => sessions.to_vec(),
    };
    let mut chosen = Vec::new();
    for session in sessions {
        if folders.iter().any(|folder| folder == session) {
            chosen.extend(read_folder(session)?);
        } else if session
            .split_once('/')
            .is_some_and(|(folder, _)| folders.iter().any(|known| known == folder))
        {
            chosen.push(read(session)?);
        } else {
            let known = folders.join(", ");
            return Err(format!(
                "there is no session `{session}`: there are {known}, `all`, and the files that `list` names."
            ));
        }
    }
    // What an endpoint is set to is not known here.
    chosen.retain(|conversation| conversation.settings.is_none());
    Ok(chosen)
}

/// What is said when it was to stop.
fn stopped(left: &[String]) -> String {
    if left.is_empty() {
        return "stopped; what it had made is deleted.".to_owned();
    }
    format!("stopped; {}", undeleted(left))
}

fn undeleted(left: &[String]) -> String {
    format!("could not be deleted, please do: {}", left.join(", "))
}

/// One line for what held; for what did not, also the step, what was sent and what came back.
fn told(report: &Report, left: &[String]) -> String {
    let line = |word: &str| format!("{word:<6} {:<55} {}", short(&report.file), report.name);
    match &report.failure {
        None => line("ok"),
        Some(failure) => {
            let mut text = format!("{}\n{failure}", line("FAILED"));
            // What the runner could not delete, the doctor has tried again.
            if !left.is_empty() {
                text.push_str("\n  ");
                text.push_str(&undeleted(left));
            }
            text
        }
    }
}

fn short(file: &str) -> &str {
    file.strip_suffix(".json").unwrap_or(file)
}

fn say(out: &mut dyn Write, words: impl Display) -> Result<(), String> {
    writeln!(out, "{words}").map_err(|error| format!("cannot write: {error}"))
}
