//! What the endpoints do: the parts of a request are read, a use case does the work, and its answer
//! becomes a reply.

use scim::message::bulk::BulkRequest;
use scim::message::error::Error;
use scim::message::search::SearchRequest;
use scim::show::etag;

use super::call::Call;
use super::{bulk, query};
use crate::http::fault::Fault;
use crate::http::reply::Reply;
use crate::http::request::Upload;
use service::Answer;
use store::Database;

/// `GET /`, `/Users`, … (RFC 7644 §3.4.2).
pub(super) async fn list<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Result<Reply, Fault> {
    page(call, &call.search()?).await
}

/// `POST /.search`, `/Users/.search`, … (§3.4.3).
pub(super) async fn search<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Result<Reply, Fault> {
    if query::has_filter(&call.request.query)? {
        return Err(Error::invalid_filter(
            "A search by POST takes its filter from the body (RFC 7644 §3.4.3), not from the URL. Move the filter into \
             the body.",
        )
        .into());
    }
    let body = call.json().await?;
    page(call, &SearchRequest::from_body(&body)?).await
}

/// The page that a search asks for.
async fn page<D: Database, B: Upload>(
    call: &Call<'_, D, B>,
    search: &SearchRequest,
) -> Result<Reply, Fault> {
    let page = call.session.list(&call.types(), search).await?;
    Ok(Reply::json(200, page))
}

/// `POST /Users`, … (§3.3).
pub(super) async fn create<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Result<Reply, Fault> {
    let (resource_type, _) = call.resource();
    let body = call.json().await?;
    let answer = call
        .session
        .create(resource_type, &body, &call.selection()?)
        .await?;
    Ok(resource(201, answer))
}

/// `GET /Users/{id}`, `/Me`, … (§3.4.1).
pub(super) async fn read<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Result<Reply, Fault> {
    let (resource_type, reference) = call.resource();
    let (selection, condition) = (call.selection()?, call.condition());
    let answer = call
        .session
        .read(resource_type, &reference, &selection)
        .await?;
    if condition.is_known(&answer.version) {
        // RFC 9110 §15.4.5: the headers that a 200 would have had.
        return Ok(Reply::empty(304)
            .with("ETag", etag(&answer.version))
            .with("Content-Location", answer.location));
    }
    condition.check(&answer.version)?;
    Ok(resource(200, answer))
}

/// `PUT /Users/{id}`, `/Me`, … (§3.5.1).
pub(super) async fn replace<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Result<Reply, Fault> {
    let (resource_type, reference) = call.resource();
    let (selection, condition) = (call.selection()?, call.condition());
    let body = call.json().await?;
    let answer = call
        .session
        .replace(resource_type, &reference, &body, &condition, &selection)
        .await?;
    Ok(resource(200, answer))
}

/// `PATCH /Users/{id}`, `/Me`, … (§3.5.2).
pub(super) async fn patch<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Result<Reply, Fault> {
    let (resource_type, reference) = call.resource();
    let (selection, condition) = (call.selection()?, call.condition());
    let body = call.json().await?;
    let answer = call
        .session
        .patch(resource_type, &reference, &body, &condition, &selection)
        .await?;
    Ok(if answer.body.is_empty() {
        Reply::empty(204).with("ETag", etag(&answer.version))
    } else {
        resource(200, answer)
    })
}

/// `DELETE /Users/{id}`, `/Me`, … (§3.6).
pub(super) async fn delete<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Result<Reply, Fault> {
    let (resource_type, reference) = call.resource();
    call.session
        .delete(resource_type, &reference, &call.condition())
        .await?;
    Ok(Reply::empty(204))
}

/// `POST /Me` (§3.11): the user that the token stands for is there already, or was deleted and is
/// not made again under an id of the client's choice.
pub(super) async fn create_me<D: Database, B: Upload>(
    call: &Call<'_, D, B>,
) -> Result<Reply, Fault> {
    let (resource_type, reference) = call.resource();
    let selection = call.selection()?;
    call.json().await?;
    let answer = call
        .session
        .read(resource_type, &reference, &selection)
        .await?;
    call.condition().check(&answer.version)?;
    Err(Error::uniqueness(
        "/Me is a user that exists already, so POST cannot create it. Change the user with PUT or \
                           PATCH of /Me.",
    )
    .into())
}

/// `POST /Bulk` (§3.7).
pub(super) async fn bulk<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Result<Reply, Fault> {
    let body = call.json().await?;
    let outcomes = call.session.bulk(BulkRequest::parse(body)?).await?;
    Ok(bulk::reply(&outcomes))
}

/// A reply with a resource: its version and its address are headers, too.
fn resource(status: u16, answer: Answer) -> Reply {
    let etag = etag(&answer.version);
    let reply = Reply::json(status, answer.body)
        .with("ETag", etag)
        .with("Location", answer.location.clone());
    if status == 201 {
        return reply;
    }
    reply.with("Content-Location", answer.location)
}
