//! What the endpoints of the admin face do: the parts of a request are read, a use case does the
//! work, its answer becomes a reply.

use super::call::Call;
use crate::http::reply::Reply;
use crate::http::request::Upload;
use service::admin::client::{ClientAnswer, ClientCall, ClientVerb};
use service::admin::refusal::Refusal;
use service::admin::{Body, Creation};
use store::Database;

type Answer = Result<Reply, Refusal>;

pub(super) async fn list_tenants<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    Ok(Reply::json(200, call.admin.tenants(&call.page()?).await?))
}

pub(super) async fn create_tenant<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    let made = call.admin.create_tenant(&call.body().await?).await?;
    Ok(created(201, &call.base, "/tenants/", made))
}

pub(super) async fn read_tenant<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    Ok(Reply::json(200, call.admin.read_tenant().await?))
}

pub(super) async fn change_tenant<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    Ok(Reply::json(
        200,
        call.admin.change_tenant(&call.body().await?).await?,
    ))
}

pub(super) async fn delete_tenant<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    let confirm = call.parameter("confirm")?;
    let made = call.admin.delete_tenant(confirm.as_deref()).await?;
    call.goes_on.set(true);
    Ok(created(202, &call.base, "/jobs/", made))
}

pub(super) async fn list_tokens<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    Ok(Reply::json(200, call.admin.tokens(&call.page()?).await?))
}

pub(super) async fn create_token<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    let made = call.admin.create_token(&call.body().await?).await?;
    let tenant = call.admin.tenant()?.id;
    Ok(created(
        201,
        &call.base,
        &format!("/tenants/{tenant}/tokens/"),
        made,
    ))
}

pub(super) async fn read_token<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    Ok(Reply::json(200, call.admin.read_token(call.last()).await?))
}

pub(super) async fn change_token<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    let body = call.body().await?;
    Ok(Reply::json(
        200,
        call.admin.change_token(call.last(), &body).await?,
    ))
}

pub(super) async fn revoke_token<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    call.admin.revoke_token(call.last()).await?;
    Ok(Reply::empty(204))
}

/// All that is done with clients and their secrets.
pub(super) async fn client<D: Database, B: Upload>(
    call: &Call<'_, D, B>,
    verb: ClientVerb,
) -> Answer {
    use ClientVerb::{Change, Create, CreateSecret};
    let body = if matches!(verb, Create | Change | CreateSecret) {
        call.body().await?
    } else {
        Body::new()
    };
    let (client, secret) = (call.argument("client"), call.argument("secret"));
    let answer = call
        .admin
        .client(&ClientCall {
            verb,
            client,
            secret,
            page: call.page()?,
            body,
            origin: &call.request.origin,
        })
        .await?;
    Ok(match answer {
        ClientAnswer::Shown(body) => Reply::json(200, body),
        ClientAnswer::Gone => Reply::empty(204),
        ClientAnswer::Made(made) => {
            let mut path = format!("/tenants/{}/clients/", call.admin.tenant()?.id);
            if verb == CreateSecret {
                path.extend([client, "/secrets/"]);
            }
            created(201, &call.base, &path, made)
        }
    })
}

pub(super) async fn list_requests<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    let part = call.page()?;
    let list = call.admin.requests(&part, call.parameters()?);
    Ok(Reply::json(200, list.await?))
}

pub(super) async fn read_request<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    Ok(Reply::json(
        200,
        call.admin.read_request(call.last()).await?,
    ))
}

pub(super) async fn list_operator_tokens<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    Ok(Reply::json(
        200,
        call.admin.operator_tokens(&call.page()?).await?,
    ))
}

pub(super) async fn create_operator_token<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    let made = call
        .admin
        .create_operator_token(&call.body().await?)
        .await?;
    Ok(created(201, &call.base, "/operator-tokens/", made))
}

pub(super) async fn read_operator_token<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    Ok(Reply::json(
        200,
        call.admin.read_operator_token(call.last()).await?,
    ))
}

pub(super) async fn revoke_operator_token<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    call.admin.revoke_operator_token(call.last()).await?;
    Ok(Reply::empty(204))
}

/// Whoever looks at a job that nobody is at work on sets it going again.
pub(super) async fn read_job<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    let (job, goes_on) = call.admin.job(call.last()).await?;
    call.goes_on.set(goes_on);
    Ok(Reply::json(200, job))
}

pub(super) async fn status<D: Database, B: Upload>(call: &Call<'_, D, B>) -> Answer {
    Ok(Reply::json(
        200,
        call.admin.status(env!("CARGO_PKG_VERSION")).await?,
    ))
}

/// The reply with what was made, and its address.
fn created(status: u16, base: &str, path: &str, made: Creation) -> Reply {
    let location = [base, path, &made.id].concat();
    Reply::json(status, made.body).with("Location", location)
}
