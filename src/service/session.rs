//! What a use case is given: the [`Session`] of one caller, over the [`Context`].
//!
//! A session needs no request: a job makes one as a request does. What it leaves besides its
//! replies is its [`Notes`].

use std::cell::{Cell, OnceCell, RefCell, RefMut};

use scim::habit::Habits;
use scim::index::Index;
use scim::patch::Operation;
use scim::patch::apply::{Looks, MAX_LOOKS, apply_within};
use scim::resource::set_lasting;
use scim::resource_type::ResourceType;
use serde_json::{Map, Value};

use super::context::Context;
use super::failure::{Failure, not_begun};
use super::gauge::Hold;
use super::member_ids::MemberIds;
use super::outside::Moment;
use super::rate::Rate;
use super::removals::Removals;
use super::settings::{InHand, Settings};
use store::batch::{Answers, Batch};
use store::directory::{house_events, tokens};
use store::expression::View;
use store::ledger::events::house;
use store::ledger::requests::Sender;
use store::tenant::{self, FactsWanted, Tenant, TokenFacts};
use store::{self, Addressed, Database, Statement};

mod operation;
mod room;
mod usage;

use usage::Usage;

/// How often an answer is in memory at once: as it is read and as it is passed on, or as it is put
/// together.
const COPIES: usize = 2;
/// Milliseconds between two looks for room.
const WAIT: u32 = 10;
/// Milliseconds that room is waited for.
const LONGEST_WAIT: u32 = 3_000;

/// On whose behalf something is done.
#[derive(Clone, Debug, PartialEq)]
pub struct Caller {
    /// Whose data.
    pub tenant: Tenant,
    /// The bearer token that the caller showed: cursors are encrypted with it.
    pub token: String,
    /// Whether it is about to write, which not every token may.
    pub is_write: bool,
    /// Who showed the credential.
    pub sender: Sender,
    /// The id of the request.
    pub request: String,
}

/// What one caller does, from beginning to end.
pub struct Session<'a, D> {
    /// What it shares with others.
    pub(super) context: &'a Context<'a, D>,
    pub(super) caller: Caller,
    /// Whether nothing is written of what it does.
    pub(super) is_dry: bool,
    /// The base URL of addresses, without a slash at the end.
    pub(super) base: String,
    /// The present moment, the same throughout.
    pub(super) now: Moment,
    /// What the operator set.
    settings: InHand,
    /// The version of the settings that batches ask for, until one has come back.
    settings_version: Cell<Option<i64>>,
    /// Whether there are others, so that nothing more is done.
    has_other_settings: Cell<bool>,
    usage: Cell<Usage>,
    /// Whether a batch came back, each of which authenticates the caller.
    is_checked: Cell<bool>,
    /// What the database told of the caller, who is good.
    facts: OnceCell<TokenFacts>,
    /// Which operation of a Bulk request is at work, from one.
    operation: Cell<Option<usize>>,
    is_braked: Cell<bool>,
    /// Members that turned out to name nobody, and are left out from then on.
    pub(super) unknown: RefCell<Index>,
    /// Whom values of members name, where that was looked up.
    pub(super) member_ids: RefCell<MemberIds>,
    pub(super) removals: RefCell<Removals>,
    notes: RefCell<Notes>,
}

/// What a session leaves besides its replies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notes {
    /// The tenant, where the caller is known to be good.
    pub tenant: Option<i64>,
    /// Lenient readings.
    pub habits: Habits,
    /// Why a part could not be done though the rest was; for the log.
    pub cause: Option<String>,
    /// Statements that may wait until the reply is out, and may be lost.
    pub later: Vec<Addressed>,
}

impl<'a, D: Database> Session<'a, D> {
    /// Begins one.
    pub fn new(
        context: &'a Context<'a, D>,
        mut caller: Caller,
        base: String,
        settings: InHand,
    ) -> Self {
        // Every batch looks the token up once, in front; the rest of it need not.
        if let Tenant::Token { number, .. } = &mut caller.tenant {
            *number = settings.tenant;
        }
        Self {
            now: context.clock.now(),
            context,
            caller,
            is_dry: false,
            base,
            settings_version: Cell::new(settings.version),
            settings,
            has_other_settings: Cell::default(),
            usage: Cell::default(),
            is_checked: Cell::default(),
            facts: OnceCell::new(),
            operation: Cell::default(),
            is_braked: Cell::default(),
            unknown: RefCell::default(),
            member_ids: RefCell::default(),
            removals: RefCell::default(),
            notes: RefCell::default(),
        }
    }

    /// What the operator set.
    pub fn settings(&self) -> &Settings {
        self.settings.of(self.context.settings)
    }

    /// Counts the operations of a Bulk, which share what one request may use.
    pub(crate) async fn count_operations(&self, count: usize) -> Result<(), Failure> {
        let mut usage = self.usage.get();
        usage.is_shared = true;
        self.usage.set(usage);
        let (tenant, settings) = (&self.caller.tenant, &self.settings);
        self.context
            .count(tenant, settings, Rate::Operations, count)
            .await
    }

    /// Whether the tenant's settings may yet turn out to be others.
    pub fn may_be_done_again(&self) -> bool {
        self.settings_version.get().is_some()
    }

    /// Whether the tenant's settings turned out to be others than those in hand. Nothing was done:
    /// it is to be done again by those.
    pub fn has_other_settings(&self) -> bool {
        self.has_other_settings.get()
    }

    /// What statements about a type need to know.
    pub(crate) fn view(&self, resource_type: &'static ResourceType) -> View<'_> {
        View {
            resource_type,
            tenant: &self.caller.tenant,
            base: &self.base,
            unique_group_names: self.settings().unique_group_names,
        }
    }

    /// Sends a batch, which authenticates the caller first.
    pub(crate) async fn send(&self, batch: Batch) -> Result<Answers, store::Error> {
        self.send_with_facts(batch, false)
            .await
            .map(|(answers, _)| answers)
    }

    /// Sends a batch of one statement, and gives its rows.
    pub(crate) async fn ask(&self, statement: Statement) -> Result<Vec<store::Row>, store::Error> {
        let mut batch = Batch::default();
        let handle = batch.add(statement);
        Ok(self.send(batch).await?.rows(handle))
    }

    /// The same as [`Session::send`], and gives what the database told of the caller; with the key
    /// of the tenant's cursors where that is asked for.
    pub(crate) async fn send_with_facts(
        &self,
        batch: Batch,
        with_cursor_key: bool,
    ) -> Result<(Answers, TokenFacts), store::Error> {
        if self.has_other_settings.get() {
            return Err(store::Error::OtherSettings);
        }
        if !batch.fits() {
            return Err(store::Error::Broken("too many parameters".to_owned()));
        }
        let (room, is_run) = (batch.room(), batch.is_run);
        if room > 0 {
            let reserve = |hold: &Hold, bytes| hold.reserve_for_answer(COPIES * bytes);
            self.find_room(room, reserve).await?;
        }
        let authentication = self.caller.tenant.facts(FactsWanted {
            cursor_key: with_cursor_key,
            is_write: self.caller.is_write,
            settings_version: self.settings_version.get(),
            is_dry: self.is_dry,
        });
        let mut usage = self.usage.get();
        usage.trips += 1;
        usage.statements += batch.len() + 1;
        self.usage.set(usage);
        let result = batch
            .send(self.context.database, Some(authentication))
            .await;
        if room > 0 {
            let bytes = result.as_ref().map_or(0, |(_, answers)| answers.bytes());
            self.context.hold.set_answer(COPIES * bytes);
        }
        if let Err(store::Error::Braked) = result
            && !is_run
        {
            self.engage_brake().await?;
        }
        // One that failed has told, too: either that the caller is not good, or what the reply will
        // say.
        self.is_checked.set(true);
        match &result {
            // The look-up stands in front of what failed.
            Ok(_) | Err(store::Error::Guard | store::Error::Unique(_) | store::Error::Braked) => {
                self.settings_version.set(None);
            }
            Err(error) => {
                let is_other = *error == store::Error::OtherSettings;
                self.has_other_settings.set(is_other);
            }
        }
        let (row, answers) = result?;
        let facts = Tenant::read_facts(&mut row.ok_or(store::Error::Unauthorized)?)?;
        // Those of the first batch are kept: the caller stays the same.
        let _ = self.facts.set(facts.clone());
        Ok((answers, facts))
    }

    /// Counts what a body holds.
    pub fn reserve_for_body(&self, bytes: usize) -> Result<(), Failure> {
        let is_there = self.context.hold.reserve_for_body(bytes);
        is_there.then_some(()).ok_or(Failure::Busy)
    }

    /// Counts what so many bytes would hold. Where there is no room for them, that of others is
    /// waited for.
    pub(crate) async fn find_room(
        &self,
        bytes: usize,
        reserve: fn(&Hold, usize) -> bool,
    ) -> Result<(), store::Error> {
        let hold = self.context.hold;
        // Those who wait hold nothing, or they would wait for each other.
        reserve(hold, 0);
        for _ in 0..LONGEST_WAIT / WAIT {
            if reserve(hold, bytes) {
                return Ok(());
            }
            self.context.database.pause(WAIT).await;
        }
        Err(store::Error::Busy)
    }

    /// Finds out whether a token is good before much is done for it, by a trip of its own where no
    /// batch has come back yet.
    pub async fn authenticate(&self) -> Result<(), store::Error> {
        match self.caller.tenant {
            Tenant::Token { .. } => self.check().await,
            Tenant::Known(_) => Ok(()),
        }
    }

    /// The same at the end, of every caller: a tenant may be suspended.
    pub async fn check(&self) -> Result<(), store::Error> {
        if self.is_checked.get() {
            return Ok(());
        }
        self.send(Batch::default()).await.map(|_| ())
    }

    /// Whether the caller showed a secret of the Worker, of which no row tells when it was last
    /// used.
    pub fn is_default(&self) -> bool {
        self.caller.tenant == Tenant::DEFAULT
    }

    /// The present day.
    fn today(&self) -> &str {
        self.now.text.get(..10).unwrap_or_default()
    }

    /// Applies operations to a document, within what may be looked at.
    pub(crate) fn apply(
        &self,
        resource_type: &'static ResourceType,
        operations: &[Operation],
        document: &mut Map<String, Value>,
        habits: &mut Habits,
    ) -> Result<(), Failure> {
        let mut usage = self.usage.get();
        let mut looks = Looks {
            left: MAX_LOOKS.saturating_sub(usage.looks),
            ..Looks::default()
        };
        // Those of a Bulk share what one request may look at.
        let is_share = usage.looks > 0 && usage.is_shared;
        let result = apply_within(resource_type, operations, document, habits, &mut looks);
        usage.looks = MAX_LOOKS.saturating_sub(looks.left);
        self.usage.set(usage);
        if looks.were_too_few && is_share {
            return Err(not_begun());
        }
        result?;
        self.find_room_to_grow(looks.copied)?;
        // One that was stored before every resource had it.
        set_lasting(resource_type, &Map::new(), document);
        Ok(())
    }

    /// Where lenient readings are noted while something is read.
    pub fn habits(&self) -> RefMut<'_, Habits> {
        RefMut::map(self.notes.borrow_mut(), |notes| &mut notes.habits)
    }

    /// Notes why a part could not be done though the rest was.
    pub(crate) fn note_cause(&self, cause: String) {
        self.notes.borrow_mut().cause = Some(cause);
    }

    /// Notes statements that may wait until the reply is out, and may be lost.
    pub(crate) fn note_later(&self, statements: impl IntoIterator<Item = Statement>) {
        let shard = self.context.database.number();
        let mut notes = self.notes.borrow_mut();
        for statement in statements {
            notes.later.push((shard, statement));
        }
    }

    /// Notes that the tenant is in use today, and tells of its first request.
    pub fn note_used(&self, tenant: i64) {
        let today = self.today();
        let event = house(&self.origin(None), house_events::connected(tenant, today));
        self.note_later([event, tenant::touch_tenant(tenant, today)]);
    }

    /// Ends it, with what it leaves: that the token was used today is one of the statements for
    /// later.
    pub fn end(self) -> Notes {
        let today = self.today();
        if let Some(facts) = self.facts.get() {
            self.notes.borrow_mut().tenant = Some(facts.tenant);
            if self.settings.tenant.is_none() {
                self.context.note_tenant(&self.caller.tenant, facts.tenant);
            }
            if let Tenant::Token { hash, .. } = &self.caller.tenant
                && facts.last_used.as_deref() < Some(today)
            {
                self.note_later([tokens::touch(hash, today)]);
                self.note_used(facts.tenant);
            }
        } else if let Tenant::Known(id) = self.caller.tenant {
            self.notes.borrow_mut().tenant = Some(id);
        }
        self.notes.take()
    }
}
