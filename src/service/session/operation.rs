//! Which operation of a request is at work, by whom it is done, and what the brake says of it.

use super::Session;
use store::brake::BrakeTurn;
use store::ledger::events::{Origin, house};
use store::{self, Database};

impl<D: Database> Session<'_, D> {
    /// Notes which operation of a Bulk request is at work, by its index.
    pub(crate) fn begin_operation(&self, index: usize) {
        self.operation.set(Some(index + 1));
    }

    /// Which operation of a Bulk request is at work, from one.
    pub(crate) fn operation(&self) -> Option<usize> {
        self.operation.get()
    }

    /// By whom and with which request something is done, which operation of it.
    pub(crate) fn origin(&self, operation: Option<usize>) -> Origin<'_> {
        Origin {
            tenant: &self.caller.tenant,
            sender: &self.caller.sender,
            now: &self.now.text,
            request: &self.caller.request,
            operation,
        }
    }

    /// Engages the brake that has refused a removal, once, and tells of it.
    pub(super) async fn engage_brake(&self) -> Result<(), store::Error> {
        self.is_braked.set(true);
        let (tenant, now) = (&self.caller.tenant, &self.now.text);
        let event = BrakeTurn::Engage.event(tenant, now);
        let event = house(&self.origin(self.operation()), event);
        let engage = vec![event, BrakeTurn::Engage.make(tenant, now)];
        self.context.database.batch(engage).await.map(|_| ())
    }

    /// Whether the brake has refused a removal: then it refuses all others.
    pub(crate) fn is_braked(&self) -> bool {
        self.is_braked.get()
    }
}
