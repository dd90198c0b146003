//! How what an operator asks for is done.
//!
//! Each endpoint is a plain function: it composes a batch and says what is made of the answers,
//! which may be another batch. [`answer`] sends them all. It is the only state machine, however
//! many endpoints there are, for a future of its own adds a kilobyte to the Worker.

use super::body::BodyObject;
use super::query::{PageRequest, last, number};
use super::refusal::Refusal;
use super::{Admin, no_tenant, page, shape, with_member};
use crate::context::Context;
use crate::outside::{Post, PostReply};
use crate::transfer::export::Export;
use crate::transfer::undo::{self, Undo, run};
use store::batch::{Answers, Batch, Handle};
use store::directory::tenants::{self, TenantSelector};
use store::{Database, Row, Statement};

/// What an endpoint is given.
pub struct Call<'c> {
    /// Who asks, and about whom.
    pub admin: &'c Admin<'c>,
    /// What the path has in place of the names in braces.
    pub arguments: &'c [(&'static str, &'c str)],
    /// The parameters of the query that are read.
    pub parameters: Vec<(String, String)>,
    /// Which part of a list.
    pub page: PageRequest,
    /// What is sent with it.
    pub body: BodyObject,
    /// The address of this server.
    pub origin: &'c str,
}

/// What an endpoint does.
pub type UseCase = for<'c> fn(&'c Call<'c>) -> Outcome<'c>;

/// What comes of it next.
pub type Outcome<'c> = Result<Step<'c>, Refusal>;

/// What came back for a batch.
pub type BatchResult = Result<Answers, store::Error>;

/// What is done next.
pub enum Step<'c> {
    /// Nothing: this is the answer.
    Done(Answer),
    /// A batch is sent to the shard of this number, and this is made of the answers.
    Send(u16, Batch, Box<dyn FnOnce(Answers) -> Outcome<'c> + 'c>),
    /// The same of a batch that may fail: this is made of what comes back.
    Attempt(u16, Batch, Box<dyn FnOnce(BatchResult) -> Outcome<'c> + 'c>),
    /// Something is posted to another server, and this is made of its reply, and of how many
    /// milliseconds that took.
    Post(
        Post,
        Box<dyn FnOnce(Option<PostReply>, i64) -> Outcome<'c> + 'c>,
    ),
    /// A part of some changes is taken back, and this is made of what came of it.
    Undo(Box<Undo>, AfterUndo<'c>),
}

/// What is made of an undo.
pub type AfterUndo<'c> = fn(&'c Call<'c>, Box<Undo>, undo::UndoEnd) -> Outcome<'c>;

/// What the operator is told.
#[derive(Debug)]
pub enum Answer {
    /// JSON text.
    Body(String),
    /// What was made.
    Creation(Creation),
    /// Nothing: it was removed.
    Empty,
    /// A job was made that does it.
    NewJob(Creation),
    /// A job that is not finished: whoever looks at one that nobody is at work on sets it going
    /// again.
    UnfinishedJob(String),
    /// Nothing yet of what is waited for, so many seconds: JSON text that says so.
    NothingYet(String, u32),
    /// An export, which is made as it is taken.
    Export(Box<Export>),
    /// The lines of an import are to be read.
    Upload(ImportUpload),
}

/// An import whose lines are to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportUpload {
    /// Its job.
    pub job: String,
    /// What that has noted.
    pub marker: String,
    /// Until when its lease is.
    pub until: String,
    /// The number of the first line.
    pub line: i64,
    /// Whether its job was made for these.
    pub is_first: bool,
    /// Whether others follow.
    pub has_more: bool,
}

/// What was made: by what it is found, and itself as JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creation {
    /// The last segment of its address.
    pub id: String,
    /// JSON text.
    pub body: String,
}

/// Parts of a dry run that a request looks at.
const PARTS: usize = 20;

/// The code and the sentence for what is not there.
pub(super) type Missing = (&'static str, &'static str);

/// What becomes of the row that shows something.
pub(super) enum End {
    /// The row is shown.
    Body,
    /// Nothing is: what it is a row of was removed.
    Empty,
    /// It was made with this id.
    Creation(String),
    /// It was made with this id, and has a secret, which is shown this once in the member of this
    /// name.
    Secret(String, &'static str, String),
}

/// Does what an endpoint says.
pub async fn answer<'c, D: Database>(
    directory: &Context<'_, D>,
    act: UseCase,
    call: &'c Call<'c>,
) -> Result<Answer, Refusal> {
    let mut step = act(call)?;
    loop {
        step = match step {
            Step::Done(answer) => return Ok(answer),
            Step::Send(shard, batch, then) => then(send(directory, shard, batch).await??)?,
            Step::Attempt(shard, batch, then) => then(send(directory, shard, batch).await?)?,
            Step::Post(post, then) => {
                let start = directory.clock.now().milliseconds;
                let reply = directory.fetch.post(&post).await;
                let took = directory.clock.now().milliseconds.saturating_sub(start);
                then(reply, i64::try_from(took).unwrap_or_default())?
            }
            Step::Undo(mut undo, then) => {
                let tenant = call.admin.tenant()?;
                let shard = directory.on(tenant.shard);
                let shard = shard.ok_or_else(|| Refusal::no_shard(tenant.shard))?;
                let settings = shard.settings_of(tenant.id, &tenant.settings);
                let end = Box::pin(run(&shard, settings, &mut undo, PARTS)).await?;
                then(call, undo, end)?
            }
        }
    }
}

/// Sends a batch to a shard.
async fn send<D: Database>(
    directory: &Context<'_, D>,
    shard: u16,
    batch: Batch,
) -> Result<BatchResult, Refusal> {
    let shard = directory
        .on(shard)
        .ok_or_else(|| Refusal::no_shard(shard))?;
    Ok(shard.send(batch).await)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "an endpoint ends with one of these"
)]
impl<'c> Step<'c> {
    /// Sends a batch.
    pub(super) fn send(
        shard: u16,
        batch: Batch,
        then: impl FnOnce(Answers) -> Outcome<'c> + 'c,
    ) -> Outcome<'c> {
        Ok(Self::Send(shard, batch, Box::new(then)))
    }

    /// Sends a batch that may fail.
    pub(super) fn attempt(
        shard: u16,
        batch: Batch,
        then: impl FnOnce(BatchResult) -> Outcome<'c> + 'c,
    ) -> Outcome<'c> {
        Ok(Self::Attempt(shard, batch, Box::new(then)))
    }

    /// Posts something to another server.
    pub(super) fn post(
        post: Post,
        then: impl FnOnce(Option<PostReply>, i64) -> Outcome<'c> + 'c,
    ) -> Outcome<'c> {
        Ok(Self::Post(post, Box::new(then)))
    }

    /// Shows JSON text.
    pub(super) fn show(body: String) -> Outcome<'c> {
        Ok(Self::Done(Answer::Body(body)))
    }

    /// Shows what was made.
    pub(super) fn show_new(id: String, body: String) -> Outcome<'c> {
        Ok(Self::Done(Answer::Creation(Creation { id, body })))
    }

    /// Ends with the first row, if there is one.
    pub(super) fn end(rows: Vec<Row>, missing: Missing, end: End) -> Outcome<'c> {
        let (code, detail) = missing;
        let body = shape(rows)?.ok_or_else(|| Refusal::missing(code, detail))?;
        match end {
            End::Body => Self::show(body),
            End::Empty => Ok(Self::Done(Answer::Empty)),
            End::Creation(id) => Self::show_new(id, body),
            End::Secret(id, name, secret) => {
                Self::show_new(id, with_member(body, name, &secret.into()))
            }
        }
    }
}

impl Call<'_> {
    /// What the path has in place of this name.
    pub fn argument(&self, name: &str) -> &str {
        let pair = self.arguments.iter().find(|(key, _)| *key == name);
        pair.map_or("", |(_, text)| text)
    }

    /// A parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        last(&self.parameters, name)
    }

    /// The base URL of addresses in the SCIM face, without a slash at the end.
    pub(super) fn base(&self) -> String {
        let set = self.admin.settings.base_url.clone();
        set.unwrap_or_else(|| format!("{}/scim/v2", self.origin))
    }

    /// The key behind which a list begins.
    pub(super) fn after(&self) -> &str {
        self.page.after.as_deref().unwrap_or_default()
    }

    /// The same, of a list of things whose ids begin so.
    pub(super) fn after_id(&self, prefix: &str) -> Result<&str, Refusal> {
        let after = self.after();
        let is_id = |rest: &str| {
            let is_in_one = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            !rest.is_empty() && rest.bytes().all(is_in_one)
        };
        if after.is_empty() || after.strip_prefix(prefix).is_some_and(is_id) {
            return Ok(after);
        }
        Err(Refusal::cursor())
    }

    /// The same, of a list of things that have numbers, from one on; none for the first page.
    pub(super) fn after_number(&self) -> Result<Option<i64>, Refusal> {
        match (self.after(), number(self.after())) {
            ("", _) => Ok(None),
            (_, 0) => Err(Refusal::cursor()),
            (_, number) => Ok(Some(number)),
        }
    }

    /// How many rows of a list are asked for: one more than are shown tells whether there are more.
    pub(super) fn most(&self) -> usize {
        self.page.limit + 1
    }
}

impl<'c> Call<'c> {
    /// Shows a page of the rows of a statement.
    pub(super) fn list(&'c self, statement: Statement) -> Outcome<'c> {
        let (batch, rows) = Batch::of(statement);
        Step::send(self.admin.shard, batch, move |mut answers| {
            self.show_page(answers.rows(rows))
        })
    }

    /// Shows a page of rows.
    pub(super) fn show_page(&self, rows: Vec<Row>) -> Outcome<'c> {
        Step::show(page(rows, self.page.limit)?)
    }

    /// Goes on with the number of the only tenant that is asked for, where there is one: the
    /// parameter `tenant` names it, or the operator is bound to it. The house has the number 0.
    pub(super) fn of_named(
        &'c self,
        then: impl FnOnce(Option<i64>) -> Outcome<'c> + 'c,
    ) -> Outcome<'c> {
        let only = self.admin.operator.tenant;
        let Some(text) = self.parameter("tenant") else {
            return then(only);
        };
        let check = move |tenant| {
            if only.is_some_and(|only| only != tenant) {
                return Err(no_tenant());
            }
            then(Some(tenant))
        };
        if let Some(id) = text.strip_prefix("ext:") {
            let which = TenantSelector::External(id.to_owned());
            let (batch, row) = Batch::of(tenants::find(&which));
            return Step::send(1, batch, move |mut answers| {
                check(answers.row(row).ok_or_else(no_tenant)?.count(0)?)
            });
        }
        match number(text) {
            0 if text != "0" => Err(Refusal::invalid_query(
                "tenant",
                "the number of a tenant, or `ext:` and its external_id",
            )),
            tenant => check(tenant),
        }
    }

    /// Asks for one row, which must be there.
    pub(super) fn ask(&'c self, statement: Statement, missing: Missing, end: End) -> Outcome<'c> {
        let (batch, row) = Batch::of(statement);
        self.send(batch, row, missing, end)
    }

    /// Sends a batch to the tenant's shard, and ends with the row of a statement, which must be
    /// there.
    pub(super) fn send(
        &'c self,
        batch: Batch,
        row: Handle,
        missing: Missing,
        end: End,
    ) -> Outcome<'c> {
        Step::send(self.admin.shard, batch, move |mut answers| {
            Step::end(answers.rows(row), missing, end)
        })
    }
}
