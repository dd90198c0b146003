//! Playing a conversation.

use std::fmt;

use serde_json::Value;

use super::expected::Expected;
use super::file::{AwaitedBody, Content, Conversation, GIVEN, Place, Source, Step};
use super::template::{Variables, encoded, random};
use super::{Target, WireReply, WireRequest};

/// The endpoint that a target stands for.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint<'a> {
    /// The base URL, `…/scim/v2`.
    pub base: &'a str,
    /// The bearer token.
    pub token: &'a str,
}

/// How it went.
#[derive(Debug)]
pub struct Report {
    /// The file, as `folder/name.json`.
    pub file: String,
    /// The conversation's name.
    pub name: String,
    /// The steps that went as they should.
    pub passed: usize,
    /// All steps.
    pub steps: usize,
    /// The step that did not; the conversation ends with it.
    pub failure: Option<Failure>,
    /// What the clean-up after a failure could not delete.
    pub left: Vec<String>,
}

/// A step that did not go as it should.
#[derive(Debug)]
pub struct Failure {
    /// Its number, from 1.
    pub step: usize,
    /// Its purpose.
    pub does: String,
    /// What was sent, unless it could not be put together.
    pub request: Option<WireRequest>,
    /// What came back, if anything did.
    pub reply: Option<WireReply>,
    /// What differs, a line each.
    pub faults: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            name,
            passed,
            steps,
            failure,
            left,
        } = self;
        match failure {
            None => write!(f, "{file}: {name}: {steps} steps"),
            Some(failure) => {
                write!(
                    f,
                    "{file}: {name}: {passed} of {steps} steps, then\n{failure}"
                )?;
                left.iter()
                    .try_for_each(|left| write!(f, "\n  left behind: {left}"))
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  step {} \"{}\"", self.step, self.does)?;
        for fault in &self.faults {
            write!(f, "\n    {fault}")?;
        }
        if let Some(request) = &self.request {
            write!(f, "\n  sent: {}", indented(request))?;
        }
        if let Some(reply) = &self.reply {
            write!(f, "\n  came: {}", indented(reply))?;
        }
        Ok(())
    }
}

fn indented(text: &impl ToString) -> String {
    text.to_string().replace('\n', "\n        ")
}

impl Conversation {
    /// Plays the steps in order, up to the first that fails; then deletes what is left.
    pub fn play(&self, target: &dyn Target, endpoint: Endpoint<'_>) -> Report {
        self.play_as(target, endpoint, random())
    }

    /// The same with this for `{{run}}`.
    pub fn play_as(&self, target: &dyn Target, endpoint: Endpoint<'_>, run: String) -> Report {
        let base = endpoint.base.trim_end_matches('/');
        let given = [
            ("run", run),
            ("base", base.to_owned()),
            ("origin", origin(base).to_owned()),
            ("token", endpoint.token.to_owned()),
        ];
        let mut player = Player {
            conversation: self,
            target,
            variables: given.map(|(name, value)| (name.to_owned(), value)).into(),
        };
        let mut report = Report {
            file: self.file.clone(),
            name: self.name.clone(),
            passed: 0,
            steps: self.steps.len(),
            failure: None,
            left: Vec::new(),
        };
        for (index, step) in self.steps.iter().enumerate() {
            let before = player.variables.clone();
            if let Some(failure) = player.step(index + 1, step) {
                // What a failed step has kept is no reason to delete anything: a server that
                // ignores a filter has found somebody else. What has just been created is ours.
                player.variables = before;
                report.left =
                    player.clean_up(&failure, self.steps.get(index + 1..).unwrap_or_default());
                report.failure = Some(failure);
                break;
            }
            report.passed += 1;
        }
        report
    }
}

/// Scheme and authority of an address.
fn origin(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let end = url
        .get(authority..)
        .and_then(|rest| rest.find('/'))
        .map_or(url.len(), |at| authority + at);
    url.get(..end).unwrap_or(url)
}

struct Player<'a> {
    conversation: &'a Conversation,
    target: &'a dyn Target,
    variables: Variables,
}

impl Player<'_> {
    /// Plays a step; what it was, if it failed.
    fn step(&mut self, number: usize, step: &Step) -> Option<Failure> {
        let mut failure = Failure {
            step: number,
            does: step.does.clone(),
            request: None,
            reply: None,
            faults: Vec::new(),
        };
        match self.exchange(step, &mut failure) {
            Ok(faults) if faults.is_empty() => None,
            Ok(faults) => Some(Failure { faults, ..failure }),
            Err(fault) => Some(Failure {
                faults: vec![fault],
                ..failure
            }),
        }
    }

    fn exchange(&mut self, step: &Step, failure: &mut Failure) -> Result<Vec<String>, String> {
        let request = failure.request.insert(self.request(step)?);
        let reply = failure.reply.insert(self.target.send(request)?);
        Ok(self.faults(step, reply))
    }

    fn request(&self, step: &Step) -> Result<WireRequest, String> {
        let path = encoded(&step.place.template().fill(&self.variables)?);
        let before = match step.place {
            Place::Base(_) => "base",
            Place::Origin(_) => "origin",
        };
        let body = match &step.body {
            None => None,
            Some(Content::Json(json)) => Some(json.fill_json(&self.variables)?),
            Some(Content::Text(text)) => Some(text.fill(&self.variables)?),
        };
        Ok(WireRequest {
            method: step.method.clone(),
            url: format!("{}{path}", self.given(before)),
            headers: self.headers(step)?,
            body,
        })
    }

    fn given(&self, name: &str) -> &str {
        self.variables
            .get(name)
            .map(String::as_str)
            .unwrap_or_default()
    }

    /// The token's header, under those of the conversation, under those of the step; `null` takes
    /// one away.
    fn headers(&self, step: &Step) -> Result<Vec<(String, String)>, String> {
        let bearer = (
            "Authorization".to_owned(),
            format!("Bearer {}", self.given("token")),
        );
        let mut headers = vec![bearer];
        for (name, value) in self.conversation.headers.iter().chain(&step.headers) {
            headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            if let Some(value) = value {
                headers.push((name.clone(), value.fill(&self.variables)?));
            }
        }
        Ok(headers)
    }

    /// Keeps what is to be kept, and compares.
    fn faults(&mut self, step: &Step, reply: &WireReply) -> Vec<String> {
        let awaited = &step.reply;
        let body: Option<Value> = serde_json::from_str(&reply.body).ok();
        let mut faults = Vec::new();
        if !awaited.statuses.contains(&reply.status) {
            let wanted: Vec<String> = awaited.statuses.iter().map(u16::to_string).collect();
            faults.push(format!(
                "status: expected {}, got {}",
                wanted.join(" or "),
                reply.status
            ));
        }
        for (name, source) in &awaited.keep {
            match kept(source, reply, body.as_ref()) {
                Ok(value) => {
                    self.variables.insert(name.clone(), value);
                }
                Err(fault) => faults.push(format!("cannot keep `{name}`: {fault}")),
            }
        }
        for (name, expected) in &awaited.headers {
            let got = header_value(name, reply.header(name));
            let found = expected.faults(got.as_ref(), &self.variables);
            faults.extend(
                found
                    .into_iter()
                    .map(|fault| format!("header {name}: {fault}")),
            );
        }
        match &awaited.body {
            AwaitedBody::Any => {}
            AwaitedBody::Empty if reply.body.is_empty() => {}
            AwaitedBody::Empty => faults.push("body: expected none".to_owned()),
            AwaitedBody::Json(expected) => faults.extend(self.body_faults(expected, body.as_ref())),
        }
        faults
    }

    fn body_faults(&self, expected: &Expected, body: Option<&Value>) -> Vec<String> {
        if body.is_none() {
            return vec!["body: expected JSON".to_owned()];
        }
        let found = expected.faults(body, &self.variables);
        let told = found.into_iter().map(|fault| format!("body {fault}"));
        told.collect()
    }

    /// Sends what the remaining steps would delete, and deletes what the failed step has created
    /// against expectation. Returns what would not go.
    fn clean_up(&mut self, failure: &Failure, remaining: &[Step]) -> Vec<String> {
        let mut left = Vec::new();
        if let Some(mut request) = created(failure) {
            request.headers = failure
                .request
                .as_ref()
                .map(|sent| sent.headers.clone())
                .unwrap_or_default();
            left.extend(self.delete(&request));
        }
        for step in remaining.iter().filter(|step| step.method == "DELETE") {
            let names_something_kept = step
                .place
                .template()
                .variables()
                .any(|name| !GIVEN.contains(&name));
            if names_something_kept && let Ok(mut request) = self.request(step) {
                request
                    .headers
                    .retain(|(name, _)| !name.to_ascii_lowercase().starts_with("if-"));
                left.extend(self.delete(&request));
            }
        }
        left
    }

    fn delete(&self, request: &WireRequest) -> Option<String> {
        match self.target.send(request) {
            Ok(reply) if (200..300).contains(&reply.status) || reply.status == 404 => None,
            Ok(reply) => Some(format!("{} ({})", request.url, reply.status)),
            Err(fault) => Some(format!("{} ({fault})", request.url)),
        }
    }
}

/// The request that deletes what a failed step has created.
fn created(failure: &Failure) -> Option<WireRequest> {
    let (request, reply) = (failure.request.as_ref()?, failure.reply.as_ref()?);
    if request.method != "POST" || reply.status != 201 {
        return None;
    }
    let body: Value = serde_json::from_str(&reply.body).ok()?;
    let id = body.get("id")?.as_str().filter(|id| !id.is_empty())?;
    let collection = request.url.split('?').next()?.trim_end_matches('/');
    Some(WireRequest {
        method: "DELETE".to_owned(),
        url: format!("{collection}/{}", encoded(id)),
        ..WireRequest::default()
    })
}

fn kept(source: &Source, reply: &WireReply, body: Option<&Value>) -> Result<String, String> {
    match source {
        Source::Header(name) => reply
            .header(name)
            .ok_or_else(|| format!("there is no header {name}")),
        Source::Body(pointer) => match body.and_then(|body| body.pointer(pointer)) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            Some(other) => Err(format!("{pointer} is {other}")),
            None => Err(format!("there is nothing at {pointer}")),
        },
    }
}

/// A `Content-Type` is compared without its parameters.
fn header_value(name: &str, value: Option<String>) -> Option<Value> {
    let value = value?;
    if name.eq_ignore_ascii_case("content-type") {
        let bare = value.split(';').next().unwrap_or_default().trim();
        return Some(Value::from(bare));
    }
    Some(Value::from(value))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use serde_json::json;

    use super::*;

    /// Answers with what it is given, in order, and remembers what it was sent.
    struct Stub {
        replies: RefCell<Vec<WireReply>>,
        sent: RefCell<Vec<WireRequest>>,
    }

    impl Target for Stub {
        fn send(&self, request: &WireRequest) -> Result<WireReply, String> {
            self.sent.borrow_mut().push(request.clone());
            let mut replies = self.replies.borrow_mut();
            if replies.is_empty() {
                return Err("nobody answers".to_owned());
            }
            Ok(replies.remove(0))
        }
    }

    fn reply(status: u16, body: &str) -> WireReply {
        let headers = [
            ("content-type", "application/scim+json; charset=utf-8"),
            ("etag", "W/\"1\""),
        ];
        WireReply {
            status,
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            body: body.to_owned(),
        }
    }

    fn play(steps: &Value, replies: &[WireReply]) -> (Report, Vec<WireRequest>) {
        let text = json!({
            "name": "a name", "sources": ["RFC 7644"], "steps": steps,
            "headers": {"Accept": "application/scim+json", "Content-Type": "application/scim+json"},
        });
        let stub = Stub {
            replies: RefCell::new(replies.to_vec()),
            sent: RefCell::default(),
        };
        let endpoint = Endpoint {
            base: "https://x.example/scim/v2/",
            token: "t0ken",
        };
        let report = Conversation::parse("a/b.json", &text.to_string())
            .unwrap()
            .play(&stub, endpoint);
        (report, stub.sent.into_inner())
    }

    fn header(request: &WireRequest, name: &str) -> Option<String> {
        let found = request.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    }

    #[track_caller]
    fn fails(step: &Value, reply: &WireReply, faults: &[&str]) {
        let (report, _) = play(&json!([step]), std::slice::from_ref(reply));
        assert_eq!(
            report
                .failure
                .map(|failure| failure.faults)
                .unwrap_or_default(),
            faults
        );
    }

    #[test]
    fn a_session_is_played() {
        let steps = json!([
            {
                "does": "creates",
                "request": {"method": "POST", "path": "/Users", "body": {"b": "ada-{{run}}", "a": 1.0}},
                "reply": {"status": [200, 201], "headers": {"Content-Type": "application/scim+json", "ETag": "{{version}}"},
                    "body": {"id": "{{ada}}"}, "keep": {"ada": "/id", "version": "header:ETag"}}
            },
            {
                "does": "reads",
                "request": {"method": "GET", "path": "^/scim/Users/{{ada}}?filter=a eq \"b\"",
                    "headers": {"authorization": null, "If-Match": "{{version}}", "ACCEPT": "*/*"}},
                "reply": {"status": 200, "body": null}
            },
            {
                "does": "sends text",
                "request": {"method": "PUT", "path": "?x", "text": "{{base}} {{origin}} {{token}}"},
                "reply": {"status": 200}
            },
        ]);
        let replies = [
            reply(201, r#"{"id": "17"}"#),
            reply(200, ""),
            reply(200, "what"),
        ];
        let (report, sent) = play(&steps, &replies);
        assert!(report.failure.is_none(), "{report}");
        assert_eq!((report.passed, report.steps), (3, 3));
        assert_eq!(sent[0].url, "https://x.example/scim/v2/Users");
        assert_eq!(header(&sent[0], "Authorization").unwrap(), "Bearer t0ken");
        assert_eq!(header(&sent[0], "Accept").unwrap(), "application/scim+json");
        let body = sent[0].body.clone().unwrap();
        assert!(body.starts_with(r#"{"a":1.0,"b":"ada-r"#), "{body}");
        assert_eq!(
            sent[1].url,
            "https://x.example/scim/Users/17?filter=a%20eq%20%22b%22"
        );
        assert_eq!(header(&sent[1], "Authorization"), None);
        assert_eq!(header(&sent[1], "If-Match").unwrap(), "W/\"1\"");
        assert_eq!(header(&sent[1], "Accept"), None);
        assert_eq!(header(&sent[1], "ACCEPT").unwrap(), "*/*");
        assert_eq!(sent[1].body, None);
        assert_eq!(sent[2].url, "https://x.example/scim/v2?x");
        assert_eq!(
            sent[2].body.as_deref(),
            Some("https://x.example/scim/v2 https://x.example t0ken")
        );
    }

    #[test]
    fn a_step_can_fail() {
        let step = |awaited: Value| json!({"does": "reads", "request": {"method": "GET", "path": "/Users/1"}, "reply": awaited});
        let one = reply(200, r#"{"id": "17"}"#);
        fails(
            &step(json!({"status": 200, "body": {"id": "17"}})),
            &one,
            &[],
        );
        fails(
            &step(json!({"status": 201})),
            &one,
            &["status: expected 201, got 200"],
        );
        fails(
            &step(json!({"status": [201, 204]})),
            &one,
            &["status: expected 201 or 204, got 200"],
        );
        fails(
            &step(json!({"status": 200, "body": {"id": "18"}})),
            &one,
            &[r#"body /id: expected "18", got "17""#],
        );
        fails(
            &step(json!({"status": 200, "body": null})),
            &one,
            &["body: expected none"],
        );
        fails(
            &step(json!({"status": 200, "body": {}})),
            &reply(200, ""),
            &["body: expected JSON"],
        );
        fails(
            &step(json!({"status": 200, "body": {}})),
            &reply(200, "<html>"),
            &["body: expected JSON"],
        );
        fails(
            &step(json!({"status": 200, "headers": {"Location": "<any>", "ETag": "W/\"2\""}})),
            &one,
            &[
                "header ETag: expected \"W/\\\"2\\\"\", got \"W/\\\"1\\\"\"",
                "header Location: expected anything, got nothing",
            ],
        );
        fails(
            &step(json!({"status": 200, "headers": {"Content-Type": "application/json"}})),
            &one,
            &["header Content-Type: expected \"application/json\", got \"application/scim+json\""],
        );
        fails(
            &step(json!({"status": 200, "keep": {"a": "/no", "b": "header:No"}})),
            &one,
            &[
                "cannot keep `a`: there is nothing at /no",
                "cannot keep `b`: there is no header No",
            ],
        );
    }

    #[test]
    fn a_target_that_does_not_answer_is_a_failure() {
        let steps = json!([{"does": "reads", "request": {"method": "GET", "path": "/"}, "reply": {"status": 200}}]);
        let (report, _) = play(&steps, &[]);
        let told = report.to_string();
        assert!(told.contains("a/b.json: a name: 0 of 1 steps"), "{told}");
        assert!(
            told.contains("step 1 \"reads\"") && told.contains("nobody answers"),
            "{told}"
        );
        assert!(told.contains("GET https://x.example/scim/v2/"), "{told}");
    }

    fn session() -> Value {
        json!([
            {"does": "creates", "request": {"method": "POST", "path": "/Users", "body": {}},
                "reply": {"status": 201, "keep": {"ada": "/id"}}},
            {"does": "finds", "request": {"method": "GET", "path": "/Users?filter=x"},
                "reply": {"status": 200, "body": {"totalResults": 1}, "keep": {"found": "/Resources/0/id"}}},
            {"does": "creates twice", "request": {"method": "POST", "path": "/Users", "body": {}}, "reply": {"status": 409}},
            {"does": "changes", "request": {"method": "PATCH", "path": "/Users/{{ada}}", "body": {}}, "reply": {"status": 200}},
            {"does": "may not", "request": {"method": "DELETE", "path": "/Users"}, "reply": {"status": 405}},
            {"does": "deletes the one found", "request": {"method": "DELETE", "path": "/Users/{{found}}"}, "reply": {"status": 204}},
            {"does": "deletes", "request": {"method": "DELETE", "path": "/Users/{{ada}}",
                "headers": {"If-Match": "W/\"3\""}}, "reply": {"status": 204}},
        ])
    }

    fn lines(sent: &[WireRequest]) -> Vec<String> {
        sent.iter()
            .map(|request| request.to_string().replace("https://x.example/scim/v2", ""))
            .collect()
    }

    #[test]
    fn after_a_failure_only_what_is_ours_is_deleted() {
        let replies = [
            reply(201, r#"{"id": "1"}"#),
            reply(
                200,
                r#"{"totalResults": 9, "Resources": [{"id": "someone-else"}]}"#,
            ),
            reply(204, ""),
        ];
        let (report, sent) = play(&session(), &replies);
        assert_eq!((report.passed, report.failure.unwrap().step), (1, 2));
        assert_eq!(
            lines(&sent),
            ["POST /Users\n{}", "GET /Users?filter=x", "DELETE /Users/1"]
        );
        assert_eq!(header(&sent[2], "If-Match"), None);
        assert!(report.left.is_empty());
    }

    #[test]
    fn what_was_created_against_expectation_is_deleted() {
        let replies = [
            reply(201, r#"{"id": "1"}"#),
            reply(200, r#"{"totalResults": 1, "Resources": [{"id": "1"}]}"#),
            reply(201, r#"{"id": "2"}"#),
            reply(500, ""),
            reply(204, ""),
            reply(404, ""),
        ];
        let (report, sent) = play(&session(), &replies);
        assert_eq!(
            report.failure.unwrap().faults,
            ["status: expected 409, got 201"]
        );
        assert_eq!(
            lines(&sent[3..]),
            ["DELETE /Users/2", "DELETE /Users/1", "DELETE /Users/1"]
        );
        assert_eq!(report.left, ["https://x.example/scim/v2/Users/2 (500)"]);
    }
}
