//! The service in memory as the target of conversations.

use doctor::conversation::{Target, WireReply, WireRequest};
use scim_worker::http::method::Method;
use scim_worker::http::request::{Body, Request};

use crate::memory::Memory;

impl Target for Memory {
    fn send(&self, request: &WireRequest) -> Result<WireReply, String> {
        let reply = self.respond(&as_request(request)?);
        Ok(WireReply {
            status: reply.status,
            headers: reply
                .headers
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            body: reply.body.unwrap_or_default().into_text(),
        })
    }
}

fn as_request(request: &WireRequest) -> Result<Request, String> {
    let target = request
        .url
        .strip_prefix(Memory::ORIGIN)
        .ok_or_else(|| format!("{} is elsewhere", request.url))?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let header = |name: &str| {
        let named = request
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        // As it arrives over HTTP: without the space around it (RFC 9110 §5.5).
        named.map(|(_, value)| value.trim().to_owned())
    };
    Ok(Request {
        method: Method::of(&request.method),
        origin: Memory::ORIGIN.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        authorization: header("Authorization"),
        accept: header("Accept"),
        content_type: header("Content-Type"),
        content_encoding: header("Content-Encoding"),
        if_match: header("If-Match"),
        if_none_match: header("If-None-Match"),
        user_agent: header("User-Agent"),
        body: Body::Bytes(request.body.clone().unwrap_or_default().into_bytes()),
    })
}
