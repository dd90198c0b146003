//! OAuth 2.0 client credentials (RFC 6749 §4.4): a client proves itself and gets a token for an
//! hour.
//!
//! The token is a row as any other of its tenant, so that the SCIM face knows of no client, and
//! whoever revokes the client ends its tokens at once.

use super::context::Context;
use super::credential::{Credential, hash};
use super::outside::Moment;
use super::rate::{Rate, Rates};
use super::token::{CLIENT, Form, SCIM, last4, make_as};
use assertion::{Assertion, AssertionUse};
use store::batch::Batch;
use store::directory::clients;
use store::directory::key_sets::KeyName;
use store::directory::tokens::NewToken;
use store::{Addressed, Database};

mod assertion;
pub(crate) mod key_set;
mod refusal;

pub use refusal::GrantRefusal;

/// Characters of the hash of a secret by which its exchanges are counted.
const SHOWN: usize = 16;

/// Seconds that a token is good for.
pub const LIFETIME: u64 = 3_600;

/// What proves a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof<'a> {
    /// A secret of this server.
    Secret(&'a str),
    /// An assertion of another (RFC 7523 §2.2).
    Assertion(&'a str),
}

/// A client that asks for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenRequest<'a> {
    /// Its id.
    pub client: &'a str,
    /// What proves it.
    pub proof: Proof<'a>,
    /// The scopes that it asks for, as written.
    pub scope: &'a str,
    /// The address that it came to: scheme and authority.
    pub origin: &'a str,
}

/// A token that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// The token.
    pub token: String,
    /// What it is for.
    pub scope: &'static str,
    /// Whose data it opens.
    pub tenant: i64,
    /// What may wait until the reply is out.
    pub later: Vec<Addressed>,
}

/// The sentence for a client, or a secret, that is nobody's: which of the two is not told.
const UNKNOWN: &str = "The client is not known or was revoked, or its secret is wrong or has expired. Check both, or ask \
                       whoever runs this service for a new secret.";

/// The same for a client that shows an assertion.
const UNKNOWN_FEDERATED: &str = "The client is not known, was revoked, or is none that shows assertions. Check its id, or \
                                 ask whoever runs this service.";

/// Makes a token for a client that proves itself: one trip by a secret, and none for what cannot be
/// one.
pub async fn grant<D: Database>(
    context: &Context<'_, D>,
    request: &TokenRequest<'_>,
) -> Result<Grant, GrantRefusal> {
    let shard = shard_of(request.client).ok_or(GrantRefusal::Client(
        "This is no id of a client: one begins with cli_. Copy it again, all of it.",
    ))?;
    let rates = context.rates;
    let context = &context.on(shard).ok_or(GrantRefusal::Client(UNKNOWN))?;
    let now = context.clock.now();
    let mut batch = Batch::default();
    let (secret, unknown) = match request.proof {
        Proof::Secret(secret) => {
            check_secret(secret)?;
            let hash = hash(Credential(secret));
            let shown = hash.get(..SHOWN).unwrap_or_default();
            count(rates, &[request.client, " ", shown].concat()).await?;
            (Some(hash), UNKNOWN)
        }
        Proof::Assertion(assertion) => {
            prove(context, request, assertion, &now, &mut batch).await?;
            count(rates, request.client).await?;
            (None, UNKNOWN_FEDERATED)
        }
    };
    let secret = secret.as_deref();
    let new = IssuedToken::make(context, request.scope, &now)?;
    let issue = clients::issue(request.client, secret, &new.row(), &now.text);
    let grant_row = batch.add(issue);
    let mut answers = match context.send(batch).await {
        Err(store::Error::Unique(_)) => {
            return Err(GrantRefusal::Client(
                "The assertion was used before, and each can be used once. Send a new one, with another jti.",
            ));
        }
        Err(store::Error::Suspended) => return Err(GrantRefusal::Suspended),
        sent => sent?,
    };
    let row = answers
        .row(grant_row)
        .ok_or(GrantRefusal::Client(unknown))?;
    let tenant = row.count(0)?;
    let today = now.text.get(..10).unwrap_or_default();
    Ok(Grant {
        token: new.token,
        scope: new.scope,
        tenant,
        later: clients::touch(tenant, request.client, secret, today)
            .into_iter()
            .map(|statement| (context.database.number(), statement))
            .collect(),
    })
}

/// Counts an exchange of a client: by the secret that it shows, or once its assertion is known to
/// be good, so that nobody else uses up what it may.
async fn count(rates: &dyn Rates, client: &str) -> Result<(), GrantRefusal> {
    let is_within = rates.take(Rate::Client(client), 1).await;
    is_within.then_some(()).ok_or(GrantRefusal::TooFast)
}

/// Refuses what cannot be a secret of a client.
fn check_secret(secret: &str) -> Result<(), &'static str> {
    match Form::read(CLIENT, secret) {
        Form::Whole { .. } => Ok(()),
        Form::Altered => Err(
            "The secret is not whole: its last characters do not fit the rest. Copy it again, all of it.",
        ),
        Form::Other => Err(
            "This is no secret of a client: one begins with scimsecret_. Copy it again, all of it.",
        ),
    }
}

/// Looks whether an assertion proves a client: one trip more where its key is known. What it says
/// is looked at first, so that it costs no fetch and no signature where that is wrong. That it is
/// taken is kept in the batch of the token.
async fn prove<D: Database>(
    context: &Context<'_, D>,
    request: &TokenRequest<'_>,
    assertion: &str,
    now: &Moment,
    batch: &mut Batch,
) -> Result<(), GrantRefusal> {
    let assertion = Assertion::parse(assertion)?;
    let name = KeyName {
        kid: &assertion.kid,
        kty: assertion.algorithm.kty(),
    };
    let find = clients::find_federated(request.client, name);
    let found = context.ask(find).await?.into_iter().next();
    let mut row = found.ok_or(GrantRefusal::Client(UNKNOWN_FEDERATED))?;
    let client = clients::read_federated(&mut row)?;
    let seen = assertion.check(&client.federation, now)?;
    let address = client.key_set.address.clone();
    let key = key_set::find(context, request.origin, name, client.key_set).await?;
    if let Err(why) = verify(context, &assertion, &key).await {
        let key = key_set::find_anew(context, request.origin, name, &address).await?;
        verify(context, &assertion, &key.ok_or(why)?).await?;
    }
    if let Some(AssertionUse { jti, expires_at }) = seen {
        batch.add(clients::keep_assertion(client.tenant, &jti, &expires_at));
    }
    Ok(())
}

/// Looks whether a key has signed an assertion.
async fn verify<D: Database>(
    context: &Context<'_, D>,
    assertion: &Assertion<'_>,
    key: &str,
) -> Result<(), &'static str> {
    let Assertion {
        algorithm,
        signed,
        signature,
        ..
    } = assertion;
    key_set::check_key(key, *algorithm)?;
    let is_signed = context
        .keys
        .verify(*algorithm, key, signed, signature.clone());
    is_signed.await.then_some(()).ok_or(
        "The signature of the assertion is not that of the key that it names. Sign it with that key; where its issuer has \
         another of that name by now, that is looked for once a minute.",
    )
}

/// The number of the database that knows a client, as its id has it; none of what is no such id.
fn shard_of(client: &str) -> Option<u16> {
    let (shard, rest) = client.strip_prefix("cli_")?.split_once('_')?;
    let is_id = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    let shard = shard.parse().ok()?;
    (rest.len() == 32 && rest.bytes().all(is_id)).then_some(shard)
}

/// A token that is about to be stored.
struct IssuedToken {
    token: String,
    id: String,
    hash: String,
    scope: &'static str,
    scopes: &'static str,
    expires_at: String,
}

impl IssuedToken {
    fn make<D: Database>(
        context: &Context<'_, D>,
        scope: &str,
        now: &Moment,
    ) -> Result<Self, GrantRefusal> {
        let random = context.mint.secret();
        let random =
            random.ok_or_else(|| GrantRefusal::Broken("there is no randomness".to_owned()))?;
        let token = make_as(SCIM, context.database.number(), random);
        // RFC 6749 §3.3 lets the server leave out what it does not know. Providers send scopes of
        // their own making (Entra ID: `scim`), which mean all that the client may do.
        let has = |name: &str| scope.split(' ').any(|scope| scope == name);
        let (scope, scopes) = if has("read") && !has("write") {
            ("read", "[\"read\"]")
        } else {
            ("write", "[\"write\"]")
        };
        Ok(Self {
            id: context.mint.id_with("tok_"),
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
