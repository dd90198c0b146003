//! What all use cases are given, whoever the caller is: where the data is, what operators set, time
//! and chance.

use scim::list::List;
use std::rc::Rc;

use super::failure::Failure;
use super::gauge::Hold;
use super::outside::{Clock, Fetch, Keys, Mint};
use super::rate::{Rate, Rates};
use super::settings::{InHand, Remembered, Settings};
use store::batch::{Answers, Batch};
use store::tenant::{self, Tenant};
use store::{self, Database, Row, Statement};

/// What is given from outside, whoever the caller is: a job has one without any.
pub struct Context<'a, D> {
    /// Where the data is.
    pub database: &'a D,
    /// What the operator set.
    pub settings: &'a Settings,
    /// Makes ids and versions.
    pub mint: &'a dyn Mint,
    /// Tells the time.
    pub clock: &'a dyn Clock,
    /// Asks other servers.
    pub fetch: &'a dyn Fetch,
    /// Verifies signatures.
    pub keys: &'a dyn Keys,
    /// What the request holds of the memory that all have together.
    pub hold: &'a Hold,
    /// What the instance remembers of the settings of tenants.
    pub remembered: &'a Remembered,
    /// Counts what comes.
    pub rates: &'a dyn Rates,
}

impl<D> Clone for Context<'_, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Copy for Context<'_, D> {}

impl<'a, D: Database> Context<'a, D> {
    /// The same with the database of a shard; none where there is none of this number.
    pub fn on(&self, shard: u16) -> Option<Context<'a, D>> {
        let database = self.database.shard(shard)?;
        Some(Context { database, ..*self })
    }

    /// The same, each time another first.
    pub(crate) fn all_from(&self, turn: u64) -> Vec<(u16, Context<'a, D>)> {
        let mut all = self.all();
        let count = u64::try_from(all.len()).unwrap_or(1).max(1);
        let mut first = all.split_off(usize::try_from(turn % count).unwrap_or_default());
        first.append(&mut all);
        first
    }

    /// The same with each of the databases, with its number.
    pub(crate) fn all(&self) -> Vec<(u16, Context<'a, D>)> {
        let numbers = self.database.shards().into_iter();
        numbers
            .filter_map(|number| Some((number, self.on(number)?)))
            .list()
    }

    /// Sends a batch of nobody's, which authenticates nobody; an empty one costs nothing.
    pub async fn send(&self, batch: Batch) -> Result<Answers, store::Error> {
        if batch.is_empty() {
            return Ok(Answers::default());
        }
        Ok(batch.send(self.database, None).await?.1)
    }

    /// Sends one statement of nobody's.
    pub async fn ask(&self, statement: Statement) -> Result<Vec<Row>, store::Error> {
        let (batch, handle) = Batch::of(statement);
        Ok(self.send(batch).await?.rows(handle))
    }

    /// The settings that are in hand for a caller.
    pub fn settings_in_hand(&self, tenant: &Tenant) -> InHand {
        let known = self.remembered.of(credential(tenant));
        known.unwrap_or(InHand {
            version: Some(0),
            tenant: tenant.number(),
            own: None,
        })
    }

    /// Remembers whose a credential is, which is good.
    pub(crate) fn note_tenant(&self, tenant: &Tenant, number: i64) {
        let known = InHand {
            tenant: Some(number),
            ..self.settings_in_hand(tenant)
        };
        self.remembered.add(credential(tenant), known);
    }

    /// Settings that were just read, JSON text.
    pub fn settings_of(&self, tenant: i64, stored: &str) -> InHand {
        InHand {
            tenant: Some(tenant),
            own: Some(Rc::new(self.settings.of_tenant(stored))),
            version: None,
        }
    }

    /// Reads the settings of a caller's tenant, and remembers them. Of one who is not good there
    /// are none; where the tenant is suspended, the caller is told so.
    pub async fn read_settings(&self, tenant: &Tenant) -> Result<InHand, Failure> {
        let Some(mut row) = self.ask(tenant::settings(tenant)).await?.into_iter().next() else {
            return Ok(InHand::default());
        };
        if row.integer(3)? == Some(1) {
            return Err(store::Error::Suspended.into());
        }
        let number = row.count(2)?;
        let settings = self.settings_of(number, &row.required_text(0)?);
        let known = InHand {
            version: row.integer(1)?,
            ..settings.clone()
        };
        self.remembered.add(credential(tenant), known);
        Ok(settings)
    }

    /// Counts so many requests of a caller, or what else is counted of a tenant, by the settings in
    /// hand. Before it refuses, it looks whether the settings are still the same.
    pub async fn count(
        &self,
        tenant: &Tenant,
        settings: &InHand,
        rate: fn(i64) -> Rate<'static>,
        count: usize,
    ) -> Result<(), Failure> {
        let Some(number) = settings
            .tenant
            .filter(|_| settings.of(self.settings).is_rated)
        else {
            return Ok(());
        };
        if self.rates.take(rate(number), count).await {
            return Ok(());
        }
        if settings.version.is_some()
            && !self.read_settings(tenant).await?.of(self.settings).is_rated
        {
            return Ok(());
        }
        Err(Failure::TooFast(
            "More requests, or operations of Bulk, came in a short time than this service takes of one tenant; nothing of \
             this one was done. Send it again in ten seconds, and fewer at once.",
        ))
    }
}

/// What the settings of a caller are remembered by: the tenant of the `SCIM_TOKEN` is always the
/// same.
fn credential(tenant: &Tenant) -> &str {
    match tenant {
        Tenant::Known(_) => "",
        Tenant::Token { hash, .. } => hash,
    }
}
