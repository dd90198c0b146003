//! Lists: `ListResponse` (RFC 7644 §3.4.2, RFC 9865 §2). Which page is meant is in
//! [`SearchRequest::page`](super::search::SearchRequest::page).

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use crate::json::{self, ObjectText, texts};
use crate::show::{LIST_END, open_list};

/// The URI of the list message.
pub const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// A `ListResponse` whose resources are JSON text already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListResponse {
    /// How many resources match; a page by cursor may not know (RFC 9865 §2.3).
    pub total_results: Option<u64>,
    /// The index of the first resource, of a page by index.
    pub start_index: Option<u64>,
    /// The cursor of the next page.
    pub next_cursor: Option<String>,
    /// The cursor of the page before.
    pub previous_cursor: Option<String>,
    /// The resources of the page.
    pub resources: Vec<String>,
}

impl ListResponse {
    /// The message as JSON text.
    ///
    /// ```
    /// use scim::message::list::ListResponse;
    /// let list = ListResponse { total_results: Some(0), ..ListResponse::default() };
    /// let text = list.to_json();
    /// let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    /// assert_eq!(value["totalResults"], 0);
    /// assert_eq!(value["Resources"], serde_json::json!([]));
    /// ```
    pub fn to_json(&self) -> String {
        let mut text = self.head(self.resources.len());
        text.push_str(&self.resources.join(","));
        text.push_str(LIST_END);
        text
    }

    /// What stands before the resources, of which there are so many: for whoever has them in
    /// another form. [`LIST_END`] stands behind them.
    pub fn head(&self, resources: usize) -> String {
        let schemas = json::text(&texts(&[LIST_RESPONSE]));
        let mut message = ObjectText::new().member("schemas", &schemas);
        // §3.4.2.4: those that there are, not those that were asked for.
        let items = u64::try_from(resources).ok();
        for (name, number) in [
            ("totalResults", self.total_results),
            ("startIndex", self.start_index),
            ("itemsPerPage", items),
        ] {
            if let Some(number) = number {
                message = message.member(name, &json::text(&Value::from(number)));
            }
        }
        for (name, cursor) in [
            ("nextCursor", &self.next_cursor),
            ("previousCursor", &self.previous_cursor),
        ] {
            if let Some(cursor) = cursor {
                message = message.text(name, cursor);
            }
        }
        let mut text = message.end();
        open_list(&mut text, "Resources");
        text
    }
}
