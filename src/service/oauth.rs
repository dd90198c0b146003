//! OAuth 2.0 client credentials (RFC 6749 §4.4): a client proves itself and gets a token for an
//! hour.
//!
//! The token is a row as any other of its tenant, so that the SCIM face knows of no client, and
//! whoever revokes the client ends its tokens at once.

use super::admin::last4;
use super::credential::{Credential, hash};
use super::token::{CLIENT, Form, SCIM, make_as};
use super::{Context, Moment};
use store::directory::clients;
use store::directory::tokens::NewToken;
use store::{Database, Statement};

/// Seconds that a token is good for.
pub const LIFETIME: u64 = 3_600;

/// What proves a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof<'a> {
    /// A secret of this server.
    Secret(&'a str),
}

/// A client that asks for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asking<'a> {
    /// Its id.
    pub client: &'a str,
    /// What proves it.
    pub proof: Proof<'a>,
    /// The scopes that it asks for, as written.
    pub scope: &'a str,
}

/// A token that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Granted {
    /// The token.
    pub token: String,
    /// What it is for.
    pub scope: &'static str,
    /// Whose data it opens.
    pub tenant: i64,
    /// What may wait until the reply is out.
    pub later: Vec<Statement>,
}

/// Why none was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The client does not prove itself; in words for the person who reads its log.
    Client(&'static str),
    /// A defect here; the cause is for the log.
    Broken(String),
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        Self::Broken(format!("{error:?}"))
    }
}

/// The sentence for a client, or a secret, that is nobody's: which of the two is not told.
const UNKNOWN: &str = "The client is not known or was revoked, or its secret is wrong or has expired. Check both, or ask \
                       whoever runs this service for a new secret.";

/// Makes a token for a client that proves itself: one trip.
pub async fn grant<D: Database>(
    context: &Context<'_, D>,
    asking: &Asking<'_>,
) -> Result<Granted, Refused> {
    if !is_client_id(asking.client) {
        return Err(Refused::Client(
            "This is no id of a client: one begins with cli_. Copy it again, all of it.",
        ));
    }
    let Proof::Secret(secret) = asking.proof;
    match Form::read(CLIENT, secret) {
        Form::Whole { .. } => {}
        Form::Altered => {
            return Err(Refused::Client(
                "The secret is not whole: its last characters do not fit the rest. Copy it again, all of it.",
            ));
        }
        Form::Other => {
            return Err(Refused::Client(
                "This is no secret of a client: one begins with scimsecret_. Copy it again, all of it.",
            ));
        }
    }
    let now = context.clock.now();
    let secret = hash(Credential(secret));
    let new = New::make(context, asking.scope, &now)?;
    let issue = clients::issue(asking.client, &secret, &new.row(), &now.text);
    let mut row = context.ask(issue).await?.into_iter();
    let row = row.next().ok_or(Refused::Client(UNKNOWN))?;
    let tenant = row.integer(0)?.unwrap_or_default();
    let today = now.text.get(..10).unwrap_or_default();
    Ok(Granted {
        token: new.token,
        scope: new.scope,
        tenant,
        later: clients::touch(tenant, asking.client, Some(&secret), today),
    })
}

/// Whether a text has the form of a client's id.
fn is_client_id(text: &str) -> bool {
    let parts = text
        .strip_prefix("cli_")
        .and_then(|rest| rest.split_once('_'));
    parts.is_some_and(|(shard, rest)| {
        let is_id = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
        shard.parse::<u16>().is_ok() && rest.len() == 32 && rest.bytes().all(is_id)
    })
}

/// A token that is about to be stored.
struct New {
    token: String,
    id: String,
    hash: String,
    scope: &'static str,
    scopes: &'static str,
    expires_at: String,
}

impl New {
    fn make<D>(context: &Context<'_, D>, scope: &str, now: &Moment) -> Result<Self, Refused> {
        let random = context.mint.secret();
        let random = random.ok_or_else(|| Refused::Broken("there is no randomness".to_owned()))?;
        let token = make_as(SCIM, super::admin::SHARD, random);
        // RFC 6749 §3.3 lets the server leave out what it does not know. Providers send scopes of
        // their own making (Entra ID: `scim`), which mean all that the client may do.
        let has = |name: &str| scope.split(' ').any(|scope| scope == name);
        let (scope, scopes) = if has("read") && !has("write") {
            ("read", "[\"read\"]")
        } else {
            ("write", "[\"write\"]")
        };
        Ok(Self {
            id: super::admin::id(context.mint, "tok_"),
            hash: hash(Credential(&token)),
            token,
            scope,
            scopes,
            expires_at: Moment::at(now.milliseconds + LIFETIME * 1_000).text,
        })
    }

    fn row(&self) -> NewToken<'_> {
        NewToken {
            id: &self.id,
            hash: &self.hash,
            label: "",
            scopes: self.scopes,
            subject: None,
            expires_at: Some(&self.expires_at),
            last4: last4(&self.token),
        }
    }
}
