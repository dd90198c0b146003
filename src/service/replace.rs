//! Replacing a resource (RFC 7644 §3.5.1).

use scim::error::ScimType;
use scim::habit::Habits;
use scim::patch::LinkChange;
use scim::resource::{Resource, keep_unique, replace};
use scim::resource_type::ResourceType;
use serde_json::{Map, Value};

use super::condition::Condition;
use super::failure::Failure;
use super::modify::After;
use super::reply::{ResourceReply, Selection};
use super::session::Session;
use store::Database;
use store::read::ResourceRef;
use store::table::Table;

impl<D: Database> Session<'_, D> {
    /// Makes a resource what the body says; what is absent is cleared, and a group keeps only the
    /// members listed.
    pub async fn replace(
        &self,
        resource_type: &'static ResourceType,
        reference: &ResourceRef,
        body: &Value,
        condition: &Condition,
        selection: &Selection,
    ) -> Result<ResourceReply, Failure> {
        let resource = self.accept(resource_type, body, false)?;
        let deactivates = resource.deactivates(resource_type);
        let Resource {
            document,
            mut links,
            groups,
        } = resource;
        let has_members = Table::of(resource_type).has_members();
        if let Some(links) = &mut links {
            self.check_links(resource_type, links)?;
        }
        let (members, teams) = if has_members {
            let change = LinkChange {
                clear: true,
                add: links.unwrap_or_default(),
                groups,
                ..LinkChange::default()
            };
            (change, None)
        } else {
            (LinkChange::default(), links)
        };
        let projection = selection.bind(resource_type)?.after_write(&document);
        // Who leaves does so with the name that he has, where the one that is sent is another's.
        let mut is_kept = false;
        loop {
            let apply = |before: &Map<String, Value>, habits: &mut Habits| {
                let mut document = document.clone();
                if is_kept {
                    keep_unique(resource_type, before, &mut document, habits);
                }
                replace(resource_type, before, &mut document, Some(habits))?;
                Ok(After {
                    document,
                    members: members.clone(),
                    teams: teams.clone(),
                })
            };
            let outcome = self.modify(resource_type, reference, condition, &projection, &apply);
            match outcome.await {
                Err(Failure::Refused(error))
                    if deactivates && !is_kept && error.scim_type() == ScimType::Uniqueness =>
                {
                    is_kept = true;
                }
                outcome => return outcome,
            }
        }
    }
}
