//! The log of requests: what a provider sent, and why it was refused.

use serde_json::Value;

use super::body::moment;
use super::refusal::Refusal;
use super::{Admin, PageRequest, page, shape};
use store::Database;
use store::ledger::requests::{self, Wanted};

/// Characters of the longest text that is looked for.
const TEXT: usize = 200;

const TIME: &str = "a time such as 2027-01-31T12:00:00Z (RFC 3339)";
const STATUS: &str = "a status such as 409, or a class of them such as 4xx";

impl<D: Database> Admin<'_, D> {
    /// Lists requests of the tenant, the newest first: those with these parameters.
    pub async fn requests(
        &self,
        part: &PageRequest,
        parameters: Vec<(String, String)>,
    ) -> Result<String, Refusal> {
        let mut wanted = Wanted {
            after: part.after.clone(),
            ..Wanted::default()
        };
        for (name, text) in parameters {
            if text.is_empty() {
                continue;
            }
            if text.chars().count() > TEXT {
                return Err(invalid(
                    &name,
                    &format!("a text of up to {TEXT} characters"),
                ));
            }
            let time = || moment(&text).ok_or_else(|| invalid(&name, TIME));
            match name.to_ascii_lowercase().as_str() {
                "status" => {
                    let range = statuses(&text).ok_or_else(|| invalid(&name, STATUS))?;
                    wanted.status = Some(range);
                }
                "method" => wanted.method = Some(text.to_ascii_uppercase()),
                "since" => wanted.since = Some(time()?),
                "until" => wanted.until = Some(time()?),
                "resource" => wanted.resource = Some(Value::from(text).to_string()),
                "text" => wanted.text = Some(text.to_ascii_lowercase()),
                _ => {}
            }
        }
        let list = requests::list(self.tenant()?.id, &wanted, part.limit + 1);
        page(self.context.ask(list).await?, part.limit)
    }

    /// Reads one.
    pub async fn read_request(&self, id: &str) -> Result<String, Refusal> {
        let rows = self
            .context
            .ask(requests::read(self.tenant()?.id, id))
            .await?;
        shape(rows)?.ok_or_else(|| {
            Refusal::missing(
                "request_not_found",
                "The log of the tenant has no such request. It has those that the setting `request_log` keeps, for as many days \
                 as that says.",
            )
        })
    }
}

/// Statuses from one to another.
fn statuses(text: &str) -> Option<(i64, i64)> {
    if let Some(class) = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX")) {
        let class: i64 = class.parse().ok().filter(|class| (1..=5).contains(class))?;
        return Some((100 * class, 100 * class + 99));
    }
    let status = text
        .parse()
        .ok()
        .filter(|status| (100..=599).contains(status))?;
    Some((status, status))
}

fn invalid(name: &str, wanted: &str) -> Refusal {
    Refusal::invalid("invalid_query", format!("`{name}` must be {wanted}."))
}
