//! Replacing a resource (RFC 7644 §3.5.1).

use scim::patch::LinkChange;
use scim::resource::{Resource, replace};
use scim::resource_type::ResourceType;
use serde_json::Value;

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
        let Resource {
            document,
            mut links,
            groups,
        } = self.accept(resource_type, body)?;
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
        self.modify(
            resource_type,
            reference,
            condition,
            &projection,
            &|before, habits| {
                let mut document = document.clone();
                replace(resource_type, before, &mut document, Some(habits))?;
                Ok(After {
                    document,
                    members: members.clone(),
                    teams: teams.clone(),
                })
            },
        )
        .await
    }
}
