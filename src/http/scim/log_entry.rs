//! What the log of requests has of one (`store::ledger::requests`): never a secret, and of what was
//! sent no more than the values of attributes that schemas know.

use scim::habit::log_path;
use scim::json;
use scim::redact::{MessageKind, filter, is_plain, names, redact, sentence};
use scim::resource_type::ResourceType;
use serde_json::Value;

use super::call::{Arguments, Message};
use super::door::{Door, caller};
use super::query::SEARCH;
use super::routes::{Handler, Route};
use crate::http::auth;
use crate::http::environment::Environment;
use crate::http::log::{habit_lines, hide, of_bytes};
use crate::http::method::Method;
use crate::http::query::parameters;
use crate::http::reply::Reply;
use crate::http::request::Request;
use crate::http::trace::{LogEntry, Trace};
use service::settings::RequestLog;
use store::Database;
use store::ledger::requests::NewRequest;
use store::tenant::Tenant;

/// Bytes of a reply that is looked at; of a larger one its size is kept.
const MAX_REPLY: usize = 65_536;
/// Characters of the longest path, query or name of a client.
const MAX_TEXT: usize = 1_000;
/// What is known of a request before its reply is.
#[derive(Default)]
pub(super) struct LogDraft {
    /// Whether it may change something.
    pub is_write: bool,
    /// What its path says.
    pub arguments: Arguments,
    /// What a reply is that does what it asks for.
    kind: Option<MessageKind>,
    /// Its body.
    pub body: Option<String>,
    /// What its tenant wants logged, where that is known.
    pub log: Option<RequestLog>,
    /// Whose it is, if the credential is good, and the number of the database.
    pub caller: Option<(Tenant, u16)>,
    /// Whether nothing is to be written of it.
    pub is_off: bool,
}

impl LogDraft {
    /// Notes which endpoint it is for.
    pub(super) fn note(&mut self, row: &Route, arguments: &Arguments) {
        self.is_write = super::routes::is_write(row);
        self.arguments = arguments.clone();
        let is_list = row.method == Method::Get && matches!(row.pattern, "/" | "/{type}");
        self.kind = match row.body {
            _ if matches!(row.handler, Handler::Open(_)) => None,
            Some(Message::SearchRequest) => Some(MessageKind::List),
            Some(Message::BulkRequest) => Some(MessageKind::Reply),
            None if is_list => Some(MessageKind::List),
            None | Some(Message::Resource | Message::PatchOp) => Some(MessageKind::Resource),
        };
    }
}

/// What the log may have of a request that was answered; none where nobody is known to have sent
/// it, or its tenant does not want it.
pub(super) fn make<D: Database, B>(
    environment: &Environment<'_, D>,
    request: &Request<B>,
    (door, path): (&Door, &str),
    draft: LogDraft,
    reply: &Reply,
    trace: &Trace,
) -> Option<LogEntry> {
    let is_failure = reply.status >= 400 || reply.detail.is_some();
    let is_kept = match draft.log {
        Some(log) => log.has(draft.is_write, is_failure),
        None => is_failure,
    };
    if draft.is_off || reply.status == 401 || !is_kept {
        return None;
    }
    let credential = auth::credential(request.authorization.as_deref()).ok()?;
    let now = environment.context.clock.now();
    let (tenant, shard) = if let Some(caller) = draft.caller {
        caller
    } else {
        let (caller, context) = caller(environment, request, false, door).ok()?;
        (caller.tenant, context.database.number())
    };
    let sender = door.sender();
    let types = draft.arguments.types();
    let with_bodies = draft.log.is_none_or(|log| log.has_bodies);
    let path = path.strip_prefix("/scim").unwrap_or(path);
    let behind = path.strip_prefix("/v2");
    // What only begins so is no version that is served.
    let path = behind
        .filter(|rest| rest.is_empty() || rest.starts_with('/'))
        .unwrap_or(path);
    let hide_token = |text: &str| hide(text, credential.0);
    let request = NewRequest {
        id: trace.request_id.clone(),
        method: request.method.as_str(),
        path: hide_token(cut(path)),
        query: hide_token(&query(&types, &request.query)),
        status: reply.status,
        scim_type: reply.scim_type,
        detail: reply
            .detail
            .as_deref()
            .map(|detail| hide_token(&sentence(detail))),
        operation: reply.operation,
        attribute: reply.attribute.as_deref().map(hide_token),
        user_agent: request.user_agent.as_deref().map(cut).map(hide_token),
        provider: trace.provider,
        habits: habit_lines(&trace.notes.habits, credential.0),
        resources: hide_token(&json::text(&Value::from(ids(&draft.arguments, reply)))),
        request_body: draft
            .body
            .filter(|_| with_bodies)
            .as_deref()
            .map(hide_token),
        reply_body: reply_body(draft.kind, &types, reply)
            .filter(|_| with_bodies)
            .as_deref()
            .map(hide_token),
        is_write: draft.is_write,
        is_failure,
        at: now.text,
    };
    Some(LogEntry {
        tenant,
        shard,
        sender,
        request,
        now: now.milliseconds,
    })
}

#[inline(never)]
fn cut(text: &str) -> &str {
    let end = text.char_indices().nth(MAX_TEXT);
    end.and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// A query that can be read, without the values of its filter and of what is not known.
#[inline(never)]
fn query(types: &[&'static ResourceType], query: &str) -> String {
    let mut text = String::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        if text.len() > MAX_TEXT {
            break;
        }
        if !text.is_empty() {
            text.push('&');
        }
        let known = parameters(pair, SEARCH).unwrap_or_default();
        let Some((name, value)) = known.first() else {
            let name = pair.split('=').next().unwrap_or_default();
            text.extend([log_path(name).as_str(), "=…"]);
            continue;
        };
        let value = match name.to_ascii_lowercase().as_str() {
            "filter" => filter(types, value),
            "sortby" | "attributes" | "excludedattributes" => names(value),
            "sortorder" if value.eq_ignore_ascii_case("descending") => value.clone(),
            _ if value.parse::<i64>().is_ok() => value.clone(),
            _ => "…".to_owned(),
        };
        text.extend([name, "=", &value]);
    }
    text
}

/// The ids of the resources that a request was about, each once.
fn ids(arguments: &Arguments, reply: &Reply) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let named = arguments
        .text
        .as_deref()
        .filter(|_| arguments.resource_type.is_some());
    let headers = reply.headers.iter();
    let headers = headers.filter(|(name, _)| matches!(*name, "Location" | "Content-Location"));
    let addresses = headers.map(|(_, address)| address).chain(&reply.locations);
    let last = addresses.filter_map(|address| address.rsplit('/').next());
    for id in named.into_iter().chain(last) {
        if !ids.iter().any(|known| known == id) {
            ids.push(cut(id).to_owned());
        }
    }
    ids
}

/// The body of a reply, JSON.
fn reply_body(
    kind: Option<MessageKind>,
    types: &[&'static ResourceType],
    reply: &Reply,
) -> Option<String> {
    let content = reply.body.as_ref()?;
    let kind = if reply.status >= 400 {
        Some(MessageKind::Reply)
    } else {
        kind
    };
    let size = content.size();
    let text = (size <= MAX_REPLY).then(|| content.clone().into_text());
    match text {
        // Of what is stored there is hardly ever a value that no schema has: it need not be read.
        Some(text) if kind == Some(MessageKind::Resource) && is_plain(types, &text) => Some(text),
        Some(text) if let Ok(body) = json::parse(&text) => Some(redact(kind?, types, &body)),
        _ => Some(of_bytes(size)),
    }
}
