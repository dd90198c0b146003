//! What there is to say about a request once it is answered: for the console and the log.

use service::Notes;
use store::ledger::requests::{Expense, LogRow, NewRequest, Sender};
use store::tenant::Tenant;

/// What the ids of requests end with beside which the log is trimmed: one in 64, at random.
const TURNS: [&str; 4] = ["00", "40", "80", "c0"];

/// What there is to say about a request once it is answered, besides the reply.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// The id of the request, which its reply has in `X-Request-Id`.
    pub request_id: String,
    /// The endpoint, without ids.
    pub route: String,
    /// What the session left.
    pub notes: Notes,
    /// The identity provider, where it is recognised.
    pub provider: Option<&'static str>,
    /// What the log of requests may have of it.
    pub log_entry: Option<LogEntry>,
    /// Whether there is a job to go on with once the reply is out.
    pub job: bool,
    /// Whether the reply is about somebody's data, so that nobody may keep it: all but discovery.
    pub is_personal: bool,
}

impl Trace {
    /// The row of the log that is to be written once the reply is out, now that it is known what
    /// the request took.
    pub fn log_row(&mut self, expense: Expense) -> Option<LogRow> {
        let entry = self.log_entry.take()?;
        Some(entry.row(self.notes.tenant, expense))
    }
}

/// A request that the log may have.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// Whose it is.
    pub tenant: Tenant,
    /// The number of its database.
    pub shard: u16,
    /// Who sent it.
    pub sender: Sender,
    /// What was asked, and what came of it.
    pub request: NewRequest,
    /// Milliseconds since 1970.
    pub now: u64,
}

impl LogEntry {
    /// The row of the log. `number` is the tenant's, where it is known.
    fn row(self, number: Option<i64>, expense: Expense) -> LogRow {
        // The hourly job alone would let a provider that is busy fill the database.
        let is_turn = TURNS.iter().any(|end| self.request.id.ends_with(end));
        let trim = number.filter(|_| is_turn).map(|tenant| (tenant, self.now));
        let caller = (&self.tenant, &self.sender);
        LogRow::new(self.shard, caller, self.request, expense, trim)
    }
}
