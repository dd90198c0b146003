//! What the endpoints do: the parts of a request are read, a use case does the work, and its answer
//! becomes a reply.

use std::mem::take;

use scim::error::Error;
use scim::message::bulk::BulkRequest;
use scim::show::etag;

use super::bulk;
use super::call::Call;
use crate::http::fault::Fault;
use crate::http::reply::Reply;
use service::{Condition, ResourceReply};
use store::Database;

/// What is done at an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UseCase {
    /// `GET /`, `/Users`, … (RFC 7644 §3.4.2).
    List,
    /// `POST /.search`, `/Users/.search`, … (§3.4.3).
    Search,
    /// `POST /Users`, … (§3.3).
    Create,
    /// `GET /Users/{id}`, `/Me`, … (§3.4.1).
    Read,
    /// `PUT /Users/{id}`, `/Me`, … (§3.5.1).
    Replace,
    /// `PATCH /Users/{id}`, `/Me`, … (§3.5.2).
    Patch,
    /// `DELETE /Users/{id}`, `/Me`, … (§3.6).
    Delete,
    /// `POST /Me` (§3.11): the user that the token stands for is there already, or was deleted and
    /// is not made again under an id of the client's choice.
    CreateMe,
    /// `POST /Bulk` (§3.7).
    Bulk,
}

/// Does it. It is one future for all of them, for each adds to the Worker what it carries.
pub(super) async fn answer<D: Database, B>(
    act: UseCase,
    mut call: Call<'_, D, B>,
) -> Result<Reply, Fault> {
    let (session, body) = (call.session, take(&mut call.body));
    let (of, at) = call.resource();
    let condition = call.condition();
    let answer = match act {
        UseCase::List | UseCase::Search => {
            let search = if act == UseCase::List {
                call.search()?
            } else {
                call.search_of(&body)?
            };
            let page = session.list(&call.types(), &search).await?;
            return Ok(Reply::json(200, page));
        }
        UseCase::Bulk => {
            let outcomes = session.bulk(BulkRequest::parse(body)?).await?;
            return Ok(bulk::reply(&outcomes));
        }
        UseCase::Delete => {
            session.delete(of, &at, &condition).await?;
            return Ok(Reply::empty(204));
        }
        UseCase::Create => session.create(of, &body, &call.selection()?).await?,
        UseCase::Read | UseCase::CreateMe => session.read(of, &at, &call.selection()?).await?,
        UseCase::Replace => {
            let selection = call.selection()?;
            let replace = session.replace(of, &at, &body, &condition, &selection);
            replace.await?
        }
        UseCase::Patch => {
            let selection = call.selection()?;
            let patch = session.patch(of, &at, &body, &condition, &selection);
            patch.await?
        }
    };
    reply(act, answer, &condition)
}

/// The reply with one resource.
fn reply(act: UseCase, answer: ResourceReply, condition: &Condition) -> Result<Reply, Fault> {
    if matches!(act, UseCase::Read | UseCase::CreateMe) {
        if act == UseCase::Read && condition.is_known(&answer.version) {
            // RFC 9110 §15.4.5: the headers that a 200 would have had.
            return Ok(Reply::empty(304)
                .with("ETag", etag(&answer.version))
                .with("Content-Location", answer.location));
        }
        condition.check(&answer.version)?;
    }
    if act == UseCase::CreateMe {
        return Err(Error::uniqueness(
            "/Me is a user that exists already, so POST cannot create it. Change the user with PUT or PATCH of /Me.",
        )
        .into());
    }
    let etag = etag(&answer.version);
    if answer.body.is_empty() {
        return Ok(Reply::empty(204).with("ETag", etag));
    }
    let status = if act == UseCase::Create { 201 } else { 200 };
    // Its version and its address are headers, too.
    let reply = Reply::json(status, answer.body)
        .with("ETag", etag)
        .with("Location", answer.location.clone());
    Ok(match act {
        UseCase::Create => reply,
        _ => reply.with("Content-Location", answer.location),
    })
}
