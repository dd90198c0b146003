//! The use cases: what a client may ask for, one file each, over any [`Database`].
//!
//! A [`Service`] lives for one request. Clock, ids, storage and settings are given to it.

use std::cell::{Cell, RefCell};

use scim::config::Limits;
use scim::habit::Habits;
use scim::patch::Operation;
use scim::patch::apply::{Looks, apply_within};
use scim::projection::Projection;
use scim::resource::set_lasting;
use scim::resource_type::{GROUP_TYPE, ResourceType};
use serde_json::{Map, Value};

use crate::store::{
    self, Database, Results, Statement,
    expression::View,
    limits::{MEMBER_ROWS, STATEMENTS, TRIPS},
    read::{self, Key},
    record::Record,
    tenant::{Tenant, TokenFacts},
};

mod assemble;
pub mod bulk;
pub mod condition;
pub mod content;
pub mod create;
pub mod credential;
pub mod cursor;
pub mod delete;
pub mod discovery;
pub mod failure;
pub mod list;
pub mod members;
pub mod modify;
pub mod patch;
pub mod replace;
pub mod token;

use assemble::{has_more_members, parse_stored, push_shown, too_many_members};
pub use condition::Condition;
use content::Content;
pub use failure::Failure;

/// Bytes of the largest body: of a Bulk request, and of a group, which may have tens of thousands of members.
pub const MAX_LARGE_BODY: u32 = 4_194_304;

/// What an operator can set, and the limits that clients are told.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `ACCEPT_USER_GROUPS`: whether POST and PUT of a user set its teams from `groups`, which RFC 7643 makes readOnly.
    pub accept_user_groups: bool,
    /// `UNIQUE_GROUP_NAMES`: whether the name of a group is no other group's of its tenant.
    pub unique_group_names: bool,
    /// `BASE_URL`: the base URL of addresses in replies, without a slash at its end. By default the address that the request
    /// came to, up to `/scim/v2`, which is wrong where another Worker before this one has changed it.
    pub base_url: Option<String>,
    /// What `ServiceProviderConfig` tells.
    pub limits: Limits,
}

/// Pages: by default, at the most. Bulk: operations, bytes. A cursor: seconds.
impl Default for Settings {
    fn default() -> Self {
        Self {
            accept_user_groups: false,
            unique_group_names: true,
            base_url: None,
            limits: Limits {
                bulk_max_operations: 1_000,
                bulk_max_payload_size: MAX_LARGE_BODY,
                filter_max_results: 1_000,
                default_page_size: 100,
                max_page_size: 1_000,
                cursor_timeout: 3_600,
            },
        }
    }
}

/// The present moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// RFC 3339 in UTC with three digits of a second.
    pub text: String,
    /// Milliseconds since 1970.
    pub milliseconds: u64,
}

impl Moment {
    /// The moment this many milliseconds after 1970.
    pub fn at(milliseconds: u64) -> Self {
        Self {
            text: scim::date_time::from_milliseconds(milliseconds),
            milliseconds,
        }
    }
}

/// Makes what must be new.
pub trait Mint {
    /// A `UUIDv7`, later than those before it.
    fn id(&self) -> String;
    /// The version of a resource as just written: any text that was never used before.
    fn version(&self) -> String;
}

/// A resource for a reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The resource as JSON text, as far as the client asked for it.
    pub body: Content,
    /// Its version, without the marks of an `ETag`.
    pub version: String,
    /// Its address.
    pub location: String,
}

/// The attributes that the client asked for, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// `attributes`.
    pub attributes: Vec<String>,
    /// `excludedAttributes`.
    pub excluded: Vec<String>,
}

impl Asked {
    /// Whether nothing was asked for.
    pub fn is_default(&self) -> bool {
        self.attributes.is_empty() && self.excluded.is_empty()
    }

    /// Bound to a type.
    pub fn bind(&self, resource_type: &'static ResourceType) -> Result<Projection, Failure> {
        let attributes: Vec<&str> = self.attributes.iter().map(String::as_str).collect();
        let excluded: Vec<&str> = self.excluded.iter().map(String::as_str).collect();
        Ok(Projection::bind(resource_type, &attributes, &excluded)?)
    }
}

/// What a request sent to the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Batches.
    pub trips: usize,
    /// Statements in them.
    pub statements: usize,
}

/// One request's view of everything it needs.
pub struct Service<'a, D> {
    /// Where the data is.
    pub database: &'a D,
    /// What the operator set.
    pub settings: &'a Settings,
    /// Makes ids and versions.
    pub mint: &'a dyn Mint,
    /// The present moment, the same throughout the request.
    pub now: Moment,
    /// Whose data.
    pub tenant: Tenant,
    /// What the caller showed to be let in: cursors are encrypted with it.
    pub credential: String,
    /// The base URL of addresses, without a slash at the end.
    pub base: String,
    /// What the request sent to the database.
    pub sent: Cell<Sent>,
    /// How many values of attributes its operations may still look at.
    pub looks: Cell<usize>,
    /// Lenient readings of this request.
    pub habits: RefCell<Habits>,
    /// Statements that may wait until the reply is out, and may be lost.
    pub later: RefCell<Vec<Statement>>,
    /// Why a part of the request could not be done though the rest was; for the log.
    pub fault: RefCell<Option<String>>,
    /// What the database told of the token, once it was asked.
    pub known: RefCell<Option<TokenFacts>>,
}

impl<D: Database> Service<'_, D> {
    /// What statements about a type need to know.
    pub fn view(&self, resource_type: &'static ResourceType) -> View<'_> {
        View {
            resource_type,
            tenant: &self.tenant,
            base: &self.base,
            unique_group_names: self.settings.unique_group_names,
        }
    }

    /// Runs a batch, with the look-up of the token in front where there is one.
    pub async fn run(&self, statements: Vec<Statement>) -> Result<Results, store::Error> {
        self.run_with_facts(statements, false)
            .await
            .map(|(results, _)| results)
    }

    /// The same, and tells what is known of the token's tenant.
    pub async fn run_with_facts(
        &self,
        mut statements: Vec<Statement>,
        with_cursor_key: bool,
    ) -> Result<(Results, TokenFacts), store::Error> {
        let facts = self.tenant.facts(with_cursor_key);
        let asked = facts.is_some();
        if let Some(facts) = facts {
            statements.insert(0, facts);
        }
        if statements.iter().any(|statement| !statement.fits()) {
            return Err(store::Error::Broken("too many parameters".to_owned()));
        }
        let mut sent = self.sent.get();
        sent.trips += 1;
        sent.statements += statements.len();
        self.sent.set(sent);
        let mut results = self.database.batch(statements).await?;
        if !asked {
            return Ok((results, TokenFacts::default()));
        }
        let mut rows = if results.is_empty() {
            Vec::new()
        } else {
            results.remove(0)
        };
        let row = rows.first_mut().ok_or(store::Error::Unauthorized)?;
        let facts = Tenant::read_facts(row)?;
        self.known.replace(Some(facts.clone()));
        Ok((results, facts))
    }

    /// Whether the request sent so much to the database that it shall begin nothing more.
    pub(crate) fn is_spent(&self) -> bool {
        let sent = self.sent.get();
        sent.trips >= TRIPS || sent.statements >= STATEMENTS
    }

    /// Applies operations to a document, within what the request may look at.
    pub(crate) fn apply(
        &self,
        resource_type: &'static ResourceType,
        operations: &[Operation],
        document: &mut Map<String, Value>,
        habits: &mut Habits,
    ) -> Result<(), Failure> {
        let mut looks = Looks(self.looks.get());
        let applied = apply_within(resource_type, operations, document, habits, &mut looks);
        self.looks.set(looks.0);
        applied?;
        // One that was stored before every resource had it.
        set_lasting(resource_type, &Map::new(), document);
        Ok(())
    }

    /// Looks a token of the table up, and does nothing else.
    pub async fn check_token(&self) -> Result<(), store::Error> {
        match self.tenant {
            Tenant::Default => Ok(()),
            Tenant::Token { .. } => self.run(Vec::new()).await.map(|_| ()),
        }
    }

    /// Reads one resource (RFC 7644 §3.4.1).
    pub async fn read(
        &self,
        resource_type: &'static ResourceType,
        key: &Key,
        asked: &Asked,
    ) -> Result<Answer, Failure> {
        self.read_as(resource_type, key, &asked.bind(resource_type)?)
            .await
    }

    /// The same, as far as a projection goes.
    async fn read_as(
        &self,
        resource_type: &'static ResourceType,
        key: &Key,
        projection: &Projection,
    ) -> Result<Answer, Failure> {
        let results = self
            .run(self.reading(resource_type, key, projection))
            .await?;
        self.answer(resource_type, results, projection)?
            .ok_or_else(|| self.not_found(resource_type, key))
    }

    /// The statements that fetch a resource for a reply: itself, then the members of a group.
    fn reading(
        &self,
        resource_type: &'static ResourceType,
        key: &Key,
        projection: &Projection,
    ) -> Vec<Statement> {
        let view = self.view(resource_type);
        let mut statements = vec![read::resource(&view, key, projection.wants("groups"))];
        if *resource_type == GROUP_TYPE && projection.wants("members") {
            statements.push(read::members(&view, 1 + MEMBER_ROWS, |statement| {
                read::push_one_group(statement, &view, key);
            }));
        }
        statements
    }

    /// Makes the answer of the last results: the row of a resource, then, of a group, the rows of its members.
    fn answer(
        &self,
        resource_type: &'static ResourceType,
        results: Results,
        projection: &Projection,
    ) -> Result<Option<Answer>, Failure> {
        let mut results = results.into_iter();
        let Some(mut row) = results.next().unwrap_or_default().into_iter().next() else {
            return Ok(None);
        };
        let text = row.required_text(0)?;
        let record = Record::read(&text)?;
        let rows = results.next().unwrap_or_default();
        if has_more_members(rows.len(), 1) {
            return Err(too_many_members());
        }
        let mut runs = Vec::new();
        for mut row in rows {
            runs.extend(row.text(1)?);
        }
        self.shown(resource_type, &record, runs, projection)
            .map(Some)
    }

    /// The answer that shows a resource, with the runs of a group's members.
    fn shown(
        &self,
        resource_type: &'static ResourceType,
        record: &Record<'_>,
        runs: Vec<String>,
        projection: &Projection,
    ) -> Result<Answer, Failure> {
        let mut body = Content::default();
        push_shown(
            &mut body,
            resource_type,
            &self.base,
            record,
            runs,
            projection,
        )?;
        Ok(Answer {
            body,
            version: record.shown.version.to_owned(),
            location: self.location(resource_type, record.shown.id),
        })
    }

    /// The address of a resource.
    pub fn location(&self, resource_type: &'static ResourceType, id: &str) -> String {
        format!("{}{}/{id}", self.base, resource_type.endpoint)
    }

    /// The failure of a request for a resource that is not there.
    pub fn not_found(&self, resource_type: &'static ResourceType, key: &Key) -> Failure {
        match key {
            Key::Id(id) => Failure::NotFound(format!(
                "There is no {} with id \"{}\". It may have been deleted; look it up with a filter.",
                resource_type.name,
                id.chars().take(100).collect::<String>(),
            )),
            Key::Subject => Failure::NotFound(
                "This token does not stand for a user, so there is no /Me. Find the user with a filter on userName, or ask \
                 whoever runs this service for a token that stands for one."
                    .to_owned(),
            ),
        }
    }
}
