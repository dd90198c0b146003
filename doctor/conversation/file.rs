//! A conversation's file, read strictly: whatever the format does not know is refused, for a slip
//! of the pen must not make a test weaker.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::expected::{Expected, Members};
use super::template::Template;

/// The variables that are set from the start.
pub(crate) const GIVEN: [&str; 4] = ["run", "base", "origin", "token"];

/// A whole session, ready to be played.
#[derive(Debug)]
pub struct Conversation {
    /// The file, as `folder/name.json`.
    pub file: String,
    /// What is played.
    pub name: String,
    /// The settings of the tenant that it is about, JSON; none where any will do.
    pub settings: Option<String>,
    pub(crate) headers: Vec<(String, Option<Template>)>,
    pub(crate) steps: Vec<Step>,
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) does: String,
    pub(crate) method: String,
    pub(crate) place: Place,
    pub(crate) headers: Vec<(String, Option<Template>)>,
    pub(crate) body: Option<Content>,
    pub(crate) reply: Awaited,
}

/// Where a request goes.
#[derive(Debug)]
pub(crate) enum Place {
    /// Behind the base URL.
    Base(Template),
    /// Behind the origin: `^`.
    Origin(Template),
}

/// What a request carries.
#[derive(Debug)]
pub(crate) enum Content {
    /// JSON, character by character as it stands in the file.
    Json(Template),
    Text(Template),
}

#[derive(Debug)]
pub(crate) struct Awaited {
    pub(crate) statuses: Vec<u16>,
    pub(crate) headers: Vec<(String, Expected)>,
    pub(crate) body: AwaitedBody,
    pub(crate) keep: Vec<(String, Source)>,
}

#[derive(Debug)]
pub(crate) enum AwaitedBody {
    Any,
    Empty,
    Json(Expected),
}

/// Where a variable is kept from.
#[derive(Debug)]
pub(crate) enum Source {
    /// A JSON Pointer into the body.
    Body(String),
    Header(String),
}

impl Conversation {
    /// Reads the text of a file; the error names what is wrong with it.
    pub fn parse(file: &str, text: &str) -> Result<Self, String> {
        let read = || {
            let written: Written = serde_json::from_str(text).map_err(|error| error.to_string())?;
            let settings = written.settings.as_ref().map(|set| set.get().to_owned());
            written.check().map(|checked| (settings, checked))
        };
        let (settings, (name, headers, steps)) =
            read().map_err(|fault| format!("{file}: {fault}"))?;
        Ok(Self {
            file: file.to_owned(),
            name,
            settings,
            headers,
            steps,
        })
    }
}

impl Place {
    pub(crate) fn template(&self) -> &Template {
        match self {
            Self::Base(template) | Self::Origin(template) => template,
        }
    }
}

impl Content {
    fn template(&self) -> &Template {
        match self {
            Self::Json(template) | Self::Text(template) => template,
        }
    }
}

impl Step {
    /// The variables that must be known before the request is sent.
    fn needed_by_request(&self) -> impl Iterator<Item = &str> {
        let headers = self.headers.iter().filter_map(|(_, value)| value.as_ref());
        let body = self.body.iter().map(Content::template);
        headers
            .chain(body)
            .chain([self.place.template()])
            .flat_map(Template::variables)
    }

    fn needed_by_reply(&self) -> impl Iterator<Item = &str> {
        let mut templates = Vec::new();
        for (_, value) in &self.reply.headers {
            value.templates(&mut templates);
        }
        if let AwaitedBody::Json(expected) = &self.reply.body {
            expected.templates(&mut templates);
        }
        templates.into_iter().flat_map(Template::variables)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    sources: Vec<String>,
    settings: Option<Box<RawValue>>,
    #[serde(default)]
    headers: Members<Option<String>>,
    steps: Vec<WrittenStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStep {
    does: String,
    request: WrittenRequest,
    reply: WrittenReply,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRequest {
    method: String,
    path: String,
    #[serde(default)]
    headers: Members<Option<String>>,
    #[serde(default, deserialize_with = "even_null")]
    body: Option<Box<RawValue>>,
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenReply {
    status: WrittenStatus,
    #[serde(default)]
    headers: Members<String>,
    #[serde(default, deserialize_with = "even_null")]
    body: Option<Expected>,
    #[serde(default)]
    keep: Members<String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a status, or a list of them")]
enum WrittenStatus {
    One(u16),
    Several(Vec<u16>),
}

/// A member that is `null` is not one that is missing.
fn even_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

type Checked = (String, Vec<(String, Option<Template>)>, Vec<Step>);

impl Written {
    fn check(self) -> Result<Checked, String> {
        said("name", &self.name)?;
        if self.sources.is_empty() {
            return Err("`sources` names nothing".to_owned());
        }
        self.sources
            .iter()
            .try_for_each(|source| said("sources", source))?;
        let headers = request_headers(self.headers)?;
        let mut known: BTreeSet<String> = GIVEN.map(str::to_owned).into();
        for (_, value) in &headers {
            all_known(&known, value.iter().flat_map(Template::variables))?;
        }
        if self.steps.is_empty() {
            return Err("`steps` is empty".to_owned());
        }
        let mut steps = Vec::new();
        for (index, step) in self.steps.into_iter().enumerate() {
            let step = step
                .check(&mut known)
                .map_err(|fault| format!("step {}: {fault}", index + 1))?;
            steps.push(step);
        }
        Ok((self.name, headers, steps))
    }
}

impl WrittenStep {
    fn check(self, known: &mut BTreeSet<String>) -> Result<Step, String> {
        said("does", &self.does)?;
        let Self {
            does,
            request,
            reply,
        } = self;
        if request.method.is_empty()
            || !request.method.bytes().all(|byte| byte.is_ascii_uppercase())
        {
            return Err(format!("`{}` is not a method", request.method));
        }
        let place = match request.path.strip_prefix('^') {
            Some(path) => Place::Origin(Template::parse(path)?),
            None => Place::Base(Template::parse(&request.path)?),
        };
        let path = request.path.trim_start_matches('^');
        if !(path.is_empty() || path.starts_with(['/', '?'])) {
            return Err(format!("the path `{path}` starts with neither `/` nor `?`"));
        }
        let body = match (request.body, request.text) {
            (None, None) => None,
            (Some(json), None) => Some(Content::Json(Template::parse(json.get())?)),
            (None, Some(text)) => Some(Content::Text(Template::parse(&text)?)),
            (Some(_), Some(_)) => return Err("both `body` and `text`".to_owned()),
        };
        let headers = request_headers(request.headers)?;
        let step = Step {
            does,
            method: request.method,
            place,
            headers,
            body,
            reply: reply.check()?,
        };
        all_known(known, step.needed_by_request())?;
        for (name, _) in &step.reply.keep {
            if GIVEN.contains(&name.as_str()) {
                return Err(format!("`{name}` cannot be kept: it is set from the start"));
            }
            known.insert(name.clone());
        }
        all_known(known, step.needed_by_reply())?;
        Ok(step)
    }
}

impl WrittenReply {
    fn check(self) -> Result<Awaited, String> {
        let statuses = match self.status {
            WrittenStatus::One(status) => vec![status],
            WrittenStatus::Several(statuses) => statuses,
        };
        if statuses.is_empty() || !statuses.iter().all(|status| (100..600).contains(status)) {
            return Err(format!("{statuses:?} is not a status"));
        }
        let headers = self.headers.0.into_iter().map(|(name, value)| {
            let expected = Expected::text(&value)?;
            Ok((name, expected))
        });
        let headers = headers.collect::<Result<_, String>>()?;
        let body = match self.body {
            None => AwaitedBody::Any,
            Some(Expected::Null) => AwaitedBody::Empty,
            Some(expected) => AwaitedBody::Json(expected),
        };
        let keep = self.keep.0.into_iter().map(|(name, source)| {
            // As strict as it is in a use of the variable.
            Template::parse(&format!("{{{{{name}}}}}"))?;
            Ok((name, Source::parse(&source)?))
        });
        let keep: Vec<(String, Source)> = keep.collect::<Result<_, String>>()?;
        if matches!(body, AwaitedBody::Empty)
            && keep
                .iter()
                .any(|(_, source)| matches!(source, Source::Body(_)))
        {
            return Err("nothing can be kept from a body that is empty".to_owned());
        }
        Ok(Awaited {
            statuses,
            headers,
            body,
            keep,
        })
    }
}

impl Source {
    fn parse(text: &str) -> Result<Self, String> {
        match text.strip_prefix("header:") {
            Some(name) if !name.is_empty() => Ok(Self::Header(name.to_owned())),
            None if text.starts_with('/') => Ok(Self::Body(text.to_owned())),
            _ => Err(format!(
                "`{text}` is neither a JSON Pointer nor `header:` with a name"
            )),
        }
    }
}

fn said(part: &str, text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err(format!("`{part}` says nothing"));
    }
    Ok(())
}

fn request_headers(
    headers: Members<Option<String>>,
) -> Result<Vec<(String, Option<Template>)>, String> {
    let parsed = headers.0.into_iter().map(|(name, value)| {
        let value = value.as_deref().map(Template::parse).transpose()?;
        Ok((name, value))
    });
    parsed.collect()
}

fn all_known<'a>(
    known: &BTreeSet<String>,
    mut used: impl Iterator<Item = &'a str>,
) -> Result<(), String> {
    match used.find(|name| !known.contains(*name)) {
        Some(name) => Err(format!("`{{{{{name}}}}}` is used before any step keeps it")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{
        "name": "a name", "sources": ["RFC 7644 §3.3"], "headers": {"Accept": "{{run}}"},
        "steps": [{
            "does": "something",
            "request": {"method": "POST", "path": "/Users", "body": {"userName": "{{run}}"}},
            "reply": {"status": 201, "headers": {"ETag": "<string>"}, "body": {"id": "{{ada}}"}, "keep": {"ada": "/id"}}
        }]
    }"#;

    #[track_caller]
    fn refused(from: &str, to: &str, words: &str) {
        let text = GOOD.replace(from, to);
        assert_ne!(text, GOOD, "`{from}` is not in the example");
        let fault = Conversation::parse("a/b.json", &text).unwrap_err();
        assert!(
            fault.starts_with("a/b.json: ") && fault.contains(words),
            "{fault}"
        );
    }

    #[test]
    fn a_good_file_is_read() {
        let conversation = Conversation::parse("a/b.json", GOOD).unwrap();
        assert_eq!(conversation.name, "a name");
        assert_eq!(conversation.steps.len(), 1);
    }

    #[test]
    fn null_is_not_missing() {
        let awaits = |reply: &str| {
            let text = GOOD.replace(
                r#""body": {"id": "{{ada}}"}, "keep": {"ada": "/id"}"#,
                reply,
            );
            Conversation::parse("", &text)
                .unwrap()
                .steps
                .remove(0)
                .reply
                .body
        };
        assert!(matches!(awaits(r#""body": null"#), AwaitedBody::Empty));
        assert!(matches!(awaits(r#""keep": {}"#), AwaitedBody::Any));
        assert!(matches!(awaits(r#""body": {}"#), AwaitedBody::Json(_)));
    }

    #[test]
    fn what_the_format_does_not_know_is_refused() {
        refused("\"does\"", "\"Does\"", "unknown field `Does`");
        refused("\"sources\"", "\"source\"", "unknown field `source`");
        refused(
            "\"body\": {\"id\"",
            "\"bodies\": {\"id\"",
            "unknown field `bodies`",
        );
        refused("\"path\"", "\"url\"", "unknown field `url`");
        refused("\"status\": 201", "\"state\": 201", "unknown field `state`");
        refused(
            "\"status\": 201",
            "\"status\": \"201\"",
            "a status, or a list of them",
        );
        refused("\"status\": 201", "\"status\": []", "[] is not a status");
        refused(
            "\"status\": 201",
            "\"status\": 201, \"status\": 200",
            "duplicate field `status`",
        );
        refused("\"status\": 201", "\"status\": 2010", "is not a status");
        refused(
            "\"ETag\": \"<string>\"",
            "\"ETag\": \"<strings>\"",
            "`<strings>` is not a matcher",
        );
        refused("\"ETag\": \"<string>\"", "\"ETag\": null", "null");
        refused(
            "\"body\": {\"userName\"",
            "\"text\": \"\", \"body\": {\"userName\"",
            "both",
        );
        refused("\"POST\"", "\"post\"", "`post` is not a method");
        refused("\"/Users\"", "\"Users\"", "starts with neither");
        refused("\"something\"", "\" \"", "step 1: `does` says nothing");
        refused("[\"RFC 7644 §3.3\"]", "[]", "`sources` names nothing");
    }

    #[test]
    fn variables_are_kept_before_they_are_used() {
        refused(
            "\"id\": \"{{ada}}\"",
            "\"id\": \"{{bob}}\"",
            "step 1: `{{bob}}` is used before any step keeps it",
        );
        refused(
            "\"/Users\"",
            "\"/Users/{{ada}}\"",
            "`{{ada}}` is used before",
        );
        refused(
            "\"Accept\": \"{{run}}\"",
            "\"Accept\": \"{{ada}}\"",
            "`{{ada}}` is used before",
        );
        refused("\"ada\": \"/id\"", "\"run\": \"/id\"", "set from the start");
        refused(
            "\"ada\": \"/id\"",
            "\"ada\": \"id\"",
            "neither a JSON Pointer",
        );
        refused(
            "\"body\": {\"id\": \"{{ada}}\"}",
            "\"body\": null",
            "a body that is empty",
        );
    }
}
