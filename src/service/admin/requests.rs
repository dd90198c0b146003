//! The log of requests: what a provider sent, and why it was refused.

use serde_json::Value;

use super::body::moment;
use super::refusal::Refusal;
use super::{Admin, PageRequest, page, shape};
use store::Database;
use store::ledger::requests::{self, Wanted};

/// Characters of the longest text that is looked for.
const TEXT: usize = 200;

impl<D: Database> Admin<'_, D> {
    /// Lists requests of the tenant, the newest first. `parameter` gives a parameter of the query.
    pub async fn requests(
        &self,
        part: &PageRequest,
        parameter: impl Fn(&str) -> Result<Option<String>, Refusal>,
    ) -> Result<String, Refusal> {
        let given = |name: &str| Ok::<_, Refusal>(parameter(name)?.filter(|text| !text.is_empty()));
        let time = |name: &'static str| match given(name)? {
            None => Ok(None),
            Some(text) => moment(&text)
                .map(Some)
                .ok_or_else(|| invalid(name, "a time such as 2027-01-31T12:00:00Z (RFC 3339)")),
        };
        let text = |name: &'static str| match given(name)? {
            Some(text) if text.chars().count() > TEXT => {
                Err(invalid(name, "a text of up to 200 characters"))
            }
            text => Ok(text),
        };
        let status = match given("status")? {
            None => None,
            Some(text) => Some(statuses(&text).ok_or_else(|| {
                invalid(
                    "status",
                    "a status such as 409, or a class of them such as 4xx",
                )
            })?),
        };
        let wanted = Wanted {
            status,
            method: text("method")?.map(|method| method.to_ascii_uppercase()),
            since: time("since")?,
            until: time("until")?,
            resource: text("resource")?.map(|id| Value::from(id).to_string()),
            text: text("text")?.map(|text| text.to_ascii_lowercase()),
            after: part.after.clone(),
        };
        let list = requests::list(self.tenant()?.id, &wanted, part.limit + 1);
        let rows = self.context.ask(list).await?;
        page(rows, part.limit)
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
