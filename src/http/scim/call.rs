//! What the handler of an endpoint is given.

use scim::error::Error;
use scim::list::List;
use scim::message::entity_tags::EntityTags;
use scim::message::search::SearchRequest;
use scim::redact::{MessageKind, redact};
use scim::resource_type::{ResourceType, USER_TYPE};
use serde_json::Value;

use super::media::MediaType;
use super::query;
use crate::http::body::{self, MAX_BODY, ReceivedBody};
use crate::http::fault::Fault;
use crate::http::request::{Request, Upload};
use service::{Condition, MAX_LARGE_BODY, Selection, Session, Settings};
use store::Database;
use store::read::ResourceRef;
use store::table::Table;

/// What a path says besides its pattern.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Arguments {
    /// `{type}`.
    pub resource_type: Option<&'static ResourceType>,
    /// Any other name in braces, of which a pattern has one at the most.
    pub text: Option<String>,
}

impl Arguments {
    /// The types that a path is about: one, or all where it names none.
    pub(super) fn types(&self) -> Vec<&'static ResourceType> {
        match self.resource_type {
            Some(resource_type) => vec![resource_type],
            None => ResourceType::all().list(),
        }
    }
}

/// The messages that endpoints read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// RFC 7644 §3.4.3.
    SearchRequest,
    /// A resource of the type that the path names (§3.3, §3.5.1).
    Resource,
    /// §3.5.2.
    PatchOp,
    /// §3.7.
    BulkRequest,
}

impl Message {
    /// Its kind, for the log.
    const fn kind(self) -> MessageKind {
        match self {
            Self::SearchRequest => MessageKind::Search,
            Self::Resource => MessageKind::Resource,
            Self::PatchOp | Self::BulkRequest => MessageKind::Operations,
        }
    }
}

/// A request that needs no token.
pub struct Question<'c> {
    /// What the operator set.
    pub settings: &'c Settings,
    /// The base URL.
    pub base: &'c str,
    pub(super) arguments: &'c Arguments,
}

impl Question<'_> {
    /// What the path has in place of the name in braces.
    pub(super) fn text(&self) -> &str {
        self.arguments.text.as_deref().unwrap_or_default()
    }
}

/// A request of a caller.
pub struct Call<'c, D, B> {
    /// What the caller does.
    pub(super) session: &'c Session<'c, D>,
    /// The request.
    pub(super) request: &'c Request<B>,
    /// What the path says.
    pub(super) arguments: &'c Arguments,
    /// The parameters that are read.
    pub(super) query: &'static [&'static str],
    /// The message that is read.
    pub(super) message: Option<Message>,
    /// The body as JSON; null where none is read.
    pub(super) body: Value,
}

impl<D: Database, B> Call<'_, D, B> {
    /// The types that the path is about.
    pub(super) fn types(&self) -> Vec<&'static ResourceType> {
        self.arguments.types()
    }

    /// The resource that the path names: without type and id it is `/Me`.
    pub(super) fn resource(&self) -> (&'static ResourceType, ResourceRef) {
        let resource_type = self.arguments.resource_type.unwrap_or(&USER_TYPE);
        let reference = match &self.arguments.text {
            Some(id) => ResourceRef::Id(id.clone()),
            None => ResourceRef::Subject,
        };
        (resource_type, reference)
    }

    /// The search that the query asks for.
    pub(super) fn search(&self) -> Result<SearchRequest, Fault> {
        Ok(query::search(&self.request.query, self.query)?)
    }

    /// The attributes that the query asks for.
    pub(super) fn selection(&self) -> Result<Selection, Fault> {
        Ok(query::selection(&self.request.query, self.query)?)
    }

    /// The versions that the request is meant for.
    pub(super) fn condition(&self) -> Condition {
        Condition::new(
            EntityTags::parse(self.request.if_match.as_deref()),
            EntityTags::parse(self.request.if_none_match.as_deref()),
        )
    }

    /// The search that a body asks for.
    pub(super) fn search_of(&self, body: &Value) -> Result<SearchRequest, Fault> {
        if query::has_filter(&self.request.query)? {
            return Err(Error::invalid_filter(
                "A search by POST takes its filter from the body (RFC 7644 §3.4.3), not from the URL. Move the filter into \
                 the body.",
            )
            .into());
        }
        Ok(SearchRequest::from_body(body)?)
    }

    /// Reads the body as JSON; what is done again has it from `for_log`.
    pub(super) async fn read_body(&mut self, for_log: &ReceivedBody) -> Result<(), Fault>
    where
        B: Upload,
    {
        let Some(message) = self.message else {
            return Ok(());
        };
        if !MediaType::readable(self.request.content_type.as_deref()) {
            return Err(Fault::MediaType(
                "Send the body as application/scim+json or application/json, in UTF-8.",
            ));
        }
        let limit = self.limit();
        let too_long = || self.too_long(limit);
        let body = body::json(self.session, self.request, for_log, limit, too_long).await?;
        // Those who work on it take it apart.
        if self.session.settings().request_log.has_bodies {
            let redacted = redact(message.kind(), &self.types(), &body);
            for_log.redacted.set(Some(redacted));
        }
        self.body = body;
        Ok(())
    }

    /// Bytes of the largest body.
    fn limit(&self) -> usize {
        match self.message {
            None => 0,
            Some(Message::SearchRequest) => MAX_BODY,
            Some(Message::Resource | Message::PatchOp) => {
                // A group may have tens of thousands of members.
                if Table::of(self.resource().0).has_members() {
                    MAX_LARGE_BODY as usize
                } else {
                    MAX_BODY
                }
            }
            Some(Message::BulkRequest) => {
                self.session.settings().limits.bulk_max_payload_size as usize
            }
        }
    }

    /// The sentence for a larger one; RFC 7644 §3.7.4 wants the limit of a Bulk named.
    fn too_long(&self, limit: usize) -> String {
        match self.message {
            Some(Message::BulkRequest) => format!(
                "The request is larger than {limit} bytes (`bulk.maxPayloadSize` of /ServiceProviderConfig). Send it \
                 in parts."
            ),
            None | Some(Message::SearchRequest | Message::Resource | Message::PatchOp) => format!(
                "The body is larger than the {limit} bytes that this endpoint takes. Send it in \
                 parts."
            ),
        }
    }
}
