//! What the doctor has made and takes away again: in this run, however it ends, and in an earlier
//! one that was killed.

use std::cell::RefCell;

use serde_json::Value;

use super::conversation::{Target, WireReply, WireRequest, random};

/// Stands in the name of every user and group that a doctor makes, so that a later one knows them.
pub const MARK: &str = "scimdoctor";

/// Where such names are looked for.
const NAMES: [(&str, &str); 2] = [("Users", "userName"), ("Groups", "displayName")];
/// Searches of one kind, each for a page, before it is given up.
const ROUNDS: usize = 50;

/// The `{{run}}` of a conversation.
pub fn run() -> String {
    format!("{MARK}{}", random())
}

/// Whether a name has a run of the doctor in it. Nobody is deleted because a server has ignored a
/// filter.
fn is_marked(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let length = random().len();
    name.match_indices(MARK).any(|(at, _)| {
        let run = name.get(at + MARK.len()..at + MARK.len() + length);
        run.is_some_and(|run| {
            run.starts_with('r') && run.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    })
}

/// The endpoint, watched: what is made there is remembered until it is deleted, and nothing more is
/// made once the doctor is to stop.
pub struct Watched<'a> {
    target: &'a dyn Target,
    base: &'a str,
    token: &'a str,
    stop: &'a dyn Fn() -> bool,
    /// As `Users/<id>`.
    made: RefCell<Vec<String>>,
}

impl<'a> Watched<'a> {
    /// Watches what is sent to this target.
    pub fn new(
        target: &'a dyn Target,
        base: &'a str,
        token: &'a str,
        stop: &'a dyn Fn() -> bool,
    ) -> Self {
        Self {
            target,
            base,
            token,
            stop,
            made: RefCell::default(),
        }
    }

    /// Deletes what is there of this run; the addresses of what would not go.
    pub fn clear(&self) -> Vec<String> {
        let made = self.made.take();
        // The newest first: a group before its members.
        let left = made.iter().rev().filter_map(|place| self.delete(place));
        left.collect()
    }

    /// Deletes what an earlier run has left, and says how many that were.
    pub fn clear_earlier(&self) -> Result<usize, String> {
        let mut deleted = 0;
        for (endpoint, attribute) in NAMES {
            for _ in 0..ROUNDS {
                let found = self.marked(endpoint, attribute)?;
                let gone = found.iter().filter(|place| self.delete(place).is_none());
                let gone = gone.count();
                deleted += gone;
                if gone == 0 {
                    break;
                }
            }
        }
        Ok(deleted)
    }

    fn marked(&self, endpoint: &str, attribute: &str) -> Result<Vec<String>, String> {
        let filter = format!("{attribute}%20co%20%22{MARK}%22");
        let reply = self.target.send(&self.request(
            "GET",
            &format!("{endpoint}?filter={filter}&attributes={attribute}&count=100"),
        ))?;
        if reply.status != 200 {
            return Err(format!(
                "{endpoint} could not be searched for what an earlier run has left: {reply}"
            ));
        }
        let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
        let resources = body.get("Resources").and_then(Value::as_array);
        let text = |resource: &Value, name: &str| Some(resource.get(name)?.as_str()?.to_owned());
        let found = resources.into_iter().flatten().filter_map(|resource| {
            let id = text(resource, "id").filter(|id| !id.is_empty())?;
            text(resource, attribute)
                .is_some_and(|name| is_marked(&name))
                .then(|| format!("{endpoint}/{id}"))
        });
        Ok(found.collect())
    }

    fn request(&self, method: &str, below: &str) -> WireRequest {
        let headers = [
            ("Accept", "application/scim+json".to_owned()),
            ("Authorization", format!("Bearer {}", self.token)),
        ];
        WireRequest {
            method: method.to_owned(),
            url: format!("{}/{below}", self.base),
            headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
            body: None,
        }
    }

    fn delete(&self, place: &str) -> Option<String> {
        let request = self.request("DELETE", place);
        match self.target.send(&request) {
            Ok(reply) if (200..300).contains(&reply.status) || reply.status == 404 => None,
            Ok(reply) if is_braked(&reply) => Some(format!("{} ({BRAKED})", request.url)),
            Ok(reply) => Some(format!("{} ({})", request.url, reply.status)),
            Err(fault) => Some(format!("{} ({fault})", request.url)),
        }
    }

    fn note(&self, request: &WireRequest, reply: &WireReply) {
        let path = request.url.split('?').next().unwrap_or_default();
        let mut made = self.made.borrow_mut();
        if request.method == "DELETE" {
            if (200..300).contains(&reply.status) {
                made.retain(|known| Some(known) != place(path).as_ref());
            }
        } else if request.method == "POST" && reply.status < 300 {
            let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
            if reply.status == 201 {
                let id = body.get("id").and_then(Value::as_str).unwrap_or_default();
                made.extend(place(&format!("{}/{id}", path.trim_end_matches('/'))));
            }
            let operations = body.get("Operations").and_then(Value::as_array);
            for operation in operations.into_iter().flatten() {
                if operation.get("method").and_then(Value::as_str) == Some("POST") {
                    let location = operation.get("location").and_then(Value::as_str);
                    made.extend(location.and_then(place));
                }
            }
        }
    }
}

impl Target for Watched<'_> {
    fn send(&self, request: &WireRequest) -> Result<WireReply, String> {
        if request.method != "DELETE" && (self.stop)() {
            return Err("not sent: the doctor is to stop".to_owned());
        }
        let reply = self.target.send(request)?;
        self.note(request, &reply);
        Ok(reply)
    }
}

/// What a removal is told that the brake of the tenant refuses.
pub const BRAKED: &str = "the brake is on";

/// Whether it was refused so.
pub fn is_braked(reply: &WireReply) -> bool {
    reply.status == 429 && reply.body.contains(BRAKED)
}

/// The last two parts of an address: endpoint and id.
fn place(url: &str) -> Option<String> {
    let mut parts = url.rsplit('/');
    let (id, endpoint) = (parts.next()?, parts.next()?);
    (!id.is_empty() && !endpoint.is_empty()).then(|| format!("{endpoint}/{id}"))
}
