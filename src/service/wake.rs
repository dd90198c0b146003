//! Why the Worker is woken up behind a request: a message of the queue says so, and nothing more.
//! What there is to do is in the database, so one that is lost or comes twice does no harm.

use scim::json::{self, ObjectText};
use scim::list::List;
use std::rc::Rc;
use store::ledger::deliveries;
use store::{Database, Error};

/// What there is to go on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// Jobs in the shard of this number.
    Job(u16),
    /// Events that are not delivered.
    Deliver,
}

impl Wake {
    /// Reads a message; one of another release is none.
    ///
    /// ```
    /// use service::wake::Wake;
    /// assert_eq!(Wake::parse(r#"{"job":2}"#), Some(Wake::Job(2)));
    /// assert_eq!(Wake::parse(&Wake::Job(7).text()), Some(Wake::Job(7)));
    /// assert_eq!(Wake::parse(&Wake::Deliver.text()), Some(Wake::Deliver));
    /// assert_eq!(Wake::parse(r#"{"dance":2}"#), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let message = json::object(text)?;
        if message.get("deliver").is_some() {
            return Some(Self::Deliver);
        }
        let shard = |name| u16::try_from(message.get(name)?.as_u64()?).ok();
        shard("job").map(Self::Job)
    }

    /// The message.
    pub fn text(self) -> String {
        let message = match self {
            Self::Job(shard) => ObjectText::new().member("job", &shard.to_string()),
            Self::Deliver => ObjectText::new().member("deliver", "true"),
        };
        message.end()
    }
}

/// Who is told of writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listeners(Rc<[Option<i64>]>);

impl Listeners {
    /// Those who are now.
    pub async fn read(database: &impl Database) -> Result<Self, Error> {
        let answers = database.batch(vec![deliveries::listeners()]).await?;
        let rows = answers.iter().flatten();
        let tenants = rows.map(|row| row.integer(0)).list_all()?;
        Ok(Self(tenants.into()))
    }

    /// Whether one of them is told of a tenant: of all, where none is named.
    pub fn hear(&self, tenant: Option<i64>) -> bool {
        let hears = |only: &Option<i64>| only.is_none() || tenant.is_none() || *only == tenant;
        self.0.iter().any(hears)
    }
}
