//! What the handler of an endpoint of the admin face is given.

use std::cell::Cell;

use crate::http::body::{ENDED_EARLY, LATE};
use crate::http::query::parameters;
use crate::http::request::{Request, Unread, Upload};
use service::admin::refusal::Refusal;
use service::admin::{Admin, Body, DEFAULT_LIMIT, MAX_LIMIT, PageRequest};

/// Bytes of the largest body.
pub const MAX_BODY: usize = 65_536;

/// A request of an operator.
pub struct Call<'c, D, B> {
    /// What the operator does.
    pub(super) admin: &'c Admin<'c, D>,
    /// The request.
    pub(super) request: &'c Request<B>,
    /// What the path has in place of the names in braces.
    pub(super) arguments: &'c [(&'static str, &'c str)],
    /// The parameters that are read.
    pub(super) query: &'static [&'static str],
    /// The address of the face.
    pub(super) base: String,
    /// Whether there is a job to go on with once the reply is out.
    pub(super) goes_on: &'c Cell<bool>,
}

impl<D, B: Upload> Call<'_, D, B> {
    /// What the path has in place of the last name in braces.
    pub(super) fn last(&self) -> &str {
        self.arguments.last().map_or("", |(_, text)| text)
    }

    /// What it has in place of this name.
    pub(super) fn argument(&self, name: &str) -> &str {
        let found = self.arguments.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, text)| text)
    }

    /// All parameters of the query that are read.
    pub(super) fn parameters(&self) -> Result<Vec<(String, String)>, Refusal> {
        parameters(&self.request.query, self.query)
            .map_err(|error| Refusal::invalid("invalid_query", error.detail()))
    }

    /// A parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Result<Option<String>, Refusal> {
        let named = self
            .parameters()?
            .into_iter()
            .rev()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        Ok(named.map(|(_, value)| value))
    }

    /// The part of a list that is asked for.
    pub(super) fn page(&self) -> Result<PageRequest, Refusal> {
        let limit = match self.parameter("limit")? {
            None => Some(DEFAULT_LIMIT),
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=MAX_LIMIT).contains(limit)),
        };
        let limit = limit.ok_or_else(|| {
            Refusal::invalid(
                "invalid_limit",
                format!("`limit` must be a whole number from 1 to {MAX_LIMIT}."),
            )
        })?;
        let after = self.parameter("after")?.filter(|after| !after.is_empty());
        Ok(PageRequest { after, limit })
    }

    /// The body, an object.
    pub(super) async fn body(&self) -> Result<Body, Refusal> {
        let media_type = self
            .request
            .content_type
            .as_deref()
            .unwrap_or("application/json");
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        let is_json = ["application/json", "application/merge-patch+json"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(media_type));
        if !is_json || self.request.content_encoding.is_some() {
            return Err(Refusal::invalid(
                "invalid_body",
                "Send the body as application/json, or a PATCH as application/merge-patch+json, in UTF-8 and not \
                 compressed.",
            ));
        }
        let bytes = self
            .request
            .body
            .read(MAX_BODY)
            .await
            .map_err(|why| match why {
                Unread::TooLong => Refusal::too_large(format!(
                    "The body is larger than the {MAX_BODY} bytes that are accepted. Send \
                                                less."
                )),
                Unread::Broken => Refusal::invalid("invalid_body", ENDED_EARLY),
                Unread::Late => Refusal::late(LATE),
                Unread::Busy => Refusal::busy(),
            })?;
        super::parse_body(&bytes)
    }
}
