//! The built Worker on workerd, started for tests: `scripts/serve.mjs` on a free port, over a fresh
//! database.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Value, json};

use super::contract::{self, Exchange};
use doctor::conversation::{Endpoint, Target, WireReply, WireRequest, random};
use doctor::http::Http;

/// The Worker of this test binary, started with the first call.
pub fn shared() -> Result<&'static Worker, String> {
    static WORKER: OnceLock<Result<Worker, String>> = OnceLock::new();
    WORKER
        .get_or_init(|| Worker::start(&[]))
        .as_ref()
        .map_err(Clone::clone)
}

/// The same with the example schemas (`examples/schemas`).
pub fn with_examples() -> Result<&'static Worker, String> {
    static WORKER: OnceLock<Result<Worker, String>> = OnceLock::new();
    WORKER
        .get_or_init(|| Worker::start_with_examples(&[]))
        .as_ref()
        .map_err(Clone::clone)
}

/// A build of the Worker: the variable with its folder (`buildForTests` in `scripts/build.mjs`),
/// and where it is without.
type Build = (&'static str, &'static str);
/// User, Group and the enterprise extension alone, whatever schemas the operator has.
const PLAIN: Build = ("PLAIN_WORKER", "build");
const EXAMPLES: Build = ("EXAMPLES_WORKER", "build/examples");

/// A running Worker. It ends when this is dropped, or with this process, for its stdin is closed
/// then.
pub struct Worker {
    /// `http://127.0.0.1:PORT`
    pub origin: String,
    /// The base URL.
    pub base: String,
    /// The token of tenant 1.
    pub token: String,
    /// The admin token.
    pub admin_token: String,
    /// What node and workerd have written.
    pub log: PathBuf,
    /// The process of workerd.
    workerd: Option<u64>,
    http: Http,
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Worker {
    /// Sends a request with a token and a body of JSON.
    pub fn call(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> WireReply {
        let request = WireRequest {
            method: method.to_owned(),
            url: format!("{}{path}", self.origin),
            headers: vec![
                ("Authorization".to_owned(), format!("Bearer {token}")),
                ("Content-Type".to_owned(), "application/json".to_owned()),
            ],
            body: body.map(Value::to_string),
        };
        self.send(&request).unwrap()
    }

    /// The same: the status of the reply, and its body.
    pub fn ask(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let reply = self.call(token, method, path, body);
        let body = serde_json::from_str(&reply.body).unwrap_or_default();
        (reply.status, body)
    }

    /// Sends lines to the import of a tenant.
    pub fn import(&self, tenant: &str, query: &str, lines: String) -> WireReply {
        let request = WireRequest {
            method: "POST".to_owned(),
            url: format!("{}/admin/v1/tenants/{tenant}/import{query}", self.origin),
            headers: vec![
                (
                    "Authorization".to_owned(),
                    format!("Bearer {}", self.admin_token),
                ),
                ("Content-Type".to_owned(), "application/x-ndjson".to_owned()),
            ],
            body: Some(lines),
        };
        self.send(&request).unwrap()
    }

    /// Starts the Worker with these variables besides the token, and waits until it answers; what
    /// begins with `DB_` is another database, `ASSETS` has static assets served in front of it,
    /// `MIGRATED` is over a database that has its tables, `NO_QUEUE` has no queue, and `MINUTE`
    /// says how many milliseconds a minute of the cron has.
    pub fn start(variables: &[(&str, &str)]) -> Result<Self, String> {
        Self::start_fresh(PLAIN, variables)
    }

    /// The same with the example schemas.
    pub fn start_with_examples(variables: &[(&str, &str)]) -> Result<Self, String> {
        Self::start_fresh(EXAMPLES, variables)
    }

    fn start_fresh(build: Build, variables: &[(&str, &str)]) -> Result<Self, String> {
        let state =
            state_folder().map_err(|error| format!("no folder for the Worker's state: {error}"))?;
        Self::start_build(build, &state, variables)
    }

    /// Starts the Worker over the database in this folder.
    pub fn start_on(state: &Path, variables: &[(&str, &str)]) -> Result<Self, String> {
        Self::start_build(PLAIN, state, variables)
    }

    fn start_build(build: Build, state: &Path, variables: &[(&str, &str)]) -> Result<Self, String> {
        let log = state.join("worker.log");
        let token = format!("token-{}{}{}", random(), random(), random());
        Self::spawn(build, state, &log, &token, variables).map_err(|fault| {
            let said = fs::read_to_string(&log).unwrap_or_default();
            format!("the Worker did not start: {fault}\n{said}")
        })
    }

    fn spawn(
        (variable, folder): Build,
        state: &Path,
        log: &Path,
        token: &str,
        variables: &[(&str, &str)],
    ) -> Result<Self, String> {
        let told = |error: std::io::Error| error.to_string();
        let mut command = Command::new("node");
        command
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .args([
                "scripts/serve.mjs",
                "--port",
                "0",
                "--token",
                token,
                "--state",
            ])
            .arg(state)
            .arg("--worker")
            .arg(std::env::var_os(variable).unwrap_or_else(|| folder.into()));
        let admin_token = format!("admin-{}{}{}", random(), random(), random());
        command
            .arg("--var")
            .arg(format!("ADMIN_TOKEN={admin_token}"));
        for (name, value) in variables {
            if *name == "ASSETS" {
                command.arg("--assets");
            } else if *name == "NO_QUEUE" {
                command.arg("--no-queue");
            } else if *name == "MIGRATED" {
                command.arg("--migrated");
            } else if *name == "MINUTE" {
                command.args(["--minute", value]);
            } else if name.starts_with("DB_") {
                command.arg("--shard").arg(name);
            } else {
                command.arg("--var").arg(format!("{name}={value}"));
            }
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(log).map_err(told)?)
            .spawn()
            .map_err(|error| format!("node: {error}"))?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().ok_or("it has no stdout")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).map_err(told)?;
        let ready: Value =
            serde_json::from_str(&line).map_err(|_| format!("it said `{}`", line.trim()))?;
        let origin = ready
            .get("origin")
            .and_then(Value::as_str)
            .ok_or("it named no origin")?;
        Ok(Self {
            origin: origin.to_owned(),
            base: format!("{origin}/scim/v2"),
            token: token.to_owned(),
            admin_token,
            log: log.to_owned(),
            workerd: ready.get("workerd").and_then(Value::as_u64),
            http: Http::to(origin),
            child,
            stdin,
        })
    }

    /// What ends the runtime at once, whatever it is at.
    pub fn killer(&self) -> impl FnOnce() + Send + 'static {
        let pid = self.workerd.map(|pid| pid.to_string());
        move || {
            let pid = pid.unwrap_or_default();
            let killed = Command::new("kill").args(["-9", &pid]).status();
            assert!(killed.is_ok_and(|status| status.success()), "{pid}");
        }
    }

    /// Bytes of memory that workerd holds, the Worker and its database together; none where the
    /// system does not tell.
    pub fn memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.workerd?)).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kilobytes * 1024)
    }

    /// Milliseconds of CPU that workerd has used, the Worker and its database together; none where
    /// the system does not tell.
    pub fn cpu(&self) -> Option<u64> {
        // A hundred ticks a second, on any Linux that there is.
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.workerd?)).ok()?;
        let (_, rest) = stat.rsplit_once(')')?;
        let ticks = rest.split_whitespace().skip(11).take(2);
        let ticks: Option<u64> = ticks.map(|number| number.parse::<u64>().ok()).sum();
        Some(ticks? * 10)
    }

    /// Bytes of WebAssembly's memory; none where the system does not tell. It is what is mapped of
    /// a room of 4 GB.
    pub fn wasm_memory(&self) -> Option<u64> {
        let maps = fs::read_to_string(format!("/proc/{}/maps", self.workerd?)).ok()?;
        let regions: Vec<(u64, u64, bool)> = maps
            .lines()
            .filter_map(|line| {
                let (range, rest) = line.split_once(' ')?;
                let (start, end) = range.split_once('-')?;
                let address = |digits| u64::from_str_radix(digits, 16).ok();
                Some((address(start)?, address(end)?, rest.starts_with("rw-p")))
            })
            .collect();
        let room = |pair: &[(u64, u64, bool)]| match pair {
            [(start, middle, true), (next, end, false)] if middle == next => {
                (end - start == 1 << 32).then_some(middle - start)
            }
            _ => None,
        };
        regions.windows(2).filter_map(room).max()
    }

    /// A token of a new tenant with these settings.
    pub fn tenant(&self, settings: &Value) -> String {
        let admin = |path: &str, body: &Value| {
            let path = format!("/admin/v1/tenants{path}");
            let (status, made) = self.ask(&self.admin_token, "POST", &path, Some(body));
            assert_eq!(status, 201, "{made:#}");
            made
        };
        let tenant = admin("", &json!({ "name": "Safe", "settings": settings }));
        let path = format!("/{}/tokens", tenant["id"]);
        let made = admin(&path, &json!({ "label": "provider" }));
        made["token"].as_str().unwrap_or_default().to_owned()
    }

    /// What a conversation is played at.
    pub fn endpoint(&self) -> Endpoint<'_> {
        Endpoint {
            base: &self.base,
            token: &self.token,
        }
    }

    /// Sends a request of tenant 1 to a path behind the base URL.
    pub fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<WireReply, String> {
        let bearer = format!("Bearer {}", self.token);
        let own = [
            ("Authorization", bearer.as_str()),
            ("Content-Type", "application/scim+json"),
        ];
        let headers = own.iter().chain(headers);
        self.send(&WireRequest {
            method: method.to_owned(),
            url: format!("{}{path}", self.base),
            headers: headers
                .map(|&(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: body.map(Value::to_string),
        })
    }
}

impl Target for Worker {
    /// The reply is held to the document of the faces.
    fn send(&self, request: &WireRequest) -> Result<WireReply, String> {
        let reply = self.http.send(request)?;
        let headers = &mut reply.headers.iter();
        let named = headers.find(|(name, _)| name.eq_ignore_ascii_case("Content-Type"));
        let url = request.url.strip_prefix(&self.origin).unwrap_or_default();
        contract::check(&Exchange {
            method: &request.method,
            path: url.split('?').next().unwrap_or_default(),
            sent: request.body.as_deref(),
            status: reply.status,
            content_type: named.map(|(_, value)| value.as_str()),
            body: Some(reply.body.as_str()).filter(|body| !body.is_empty()),
        });
        Ok(reply)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.stdin.take());
        // It ends by itself now; the wait only leaves no zombie behind, and its failure changes
        // nothing.
        let _ = self.child.wait();
    }
}

/// A fresh folder under cargo's. A process that is over could not take its own away, so the next
/// one does it, an hour later.
pub fn state_folder() -> std::io::Result<PathBuf> {
    const OLD: Duration = Duration::from_hours(1);
    let parent = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tmp/worker");
    fs::create_dir_all(&parent)?;
    for entry in fs::read_dir(&parent)? {
        let entry = entry?;
        let age = entry
            .metadata()
            .and_then(|metadata| metadata.modified())
            .map(|time| time.elapsed());
        if age.is_ok_and(|age| age.is_ok_and(|age| age > OLD)) {
            // Another run may have been quicker.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    let folder = parent.join(random());
    fs::create_dir(&folder)?;
    Ok(folder)
}

/// The file of the one D1 database in a folder.
pub fn database(folder: &Path) -> PathBuf {
    let mut found = Vec::new();
    let mut folders = vec![folder.join("v3/d1")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|name| name == "sqlite") {
                found.push(path);
            }
        }
    }
    // workerd's own record of what there is goes by this name.
    found.retain(|path| path.file_stem().is_some_and(|stem| stem != "metadata"));
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}
