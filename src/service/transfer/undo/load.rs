//! What the events of a part are about is asked for, in one batch.

use std::rc::Rc;

use scim::json::{self, text};
use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};
use serde_json::Value;

use super::event::{self, UndoEvent, put};
use super::state::{Name, Object, UndoState, Views, texts};
use store::batch::{Answers, Batch, Handle};
use store::table::Table;
use store::tenant::Tenant;
use store::{Error, Row, Statement, run};

/// Memberships that a part looks at, beyond those of its last event.
const LINKS: usize = 5_000;

/// The handles of what the database is asked for.
pub(super) struct LoadHandles {
    resources: usize,
    documents: Vec<(&'static ResourceType, Handle)>,
    links: (usize, Option<Handle>),
    /// Groups in groups above those that members come to.
    nested: Option<Handle>,
    kinds: (usize, Option<Handle>),
    sizes: (Vec<usize>, Option<Handle>),
    /// The indexes of names, each list with its statement.
    names: Vec<(Vec<usize>, Handle)>,
}

impl UndoState {
    /// Asks for what events are about, and is not known yet: of as many events as one part takes,
    /// the others are left out.
    pub(super) fn ask(
        &mut self,
        views: Views<'_>,
        events: &mut Vec<UndoEvent>,
        batch: &mut Batch,
    ) -> LoadHandles {
        let from = (
            self.resource_list.len(),
            self.link_list.len(),
            self.kinds.len(),
        );
        let names = self.name_list.len();
        let mut sizes = Vec::new();
        let mut count = 0;
        for event in &*events {
            self.mention(views, event, &mut sizes);
            if count > 0 && self.link_list.len() - from.1 > LINKS {
                break;
            }
            count += 1;
        }
        events.truncate(count);
        sizes.retain(|place| *place >= from.0);
        let mut documents = Vec::new();
        for resource_type in ResourceType::all() {
            let mut ids: Vec<&str> = Vec::new();
            for resource in self.resource_list.get(from.0..).unwrap_or_default() {
                if resource.resource_type == resource_type {
                    ids.push(&resource.id);
                }
            }
            if !ids.is_empty() {
                let statement = run::stored_many(&views.of(resource_type), &ids);
                documents.push((resource_type, batch.add(statement)));
            }
        }
        let mut above: Vec<&str> = Vec::new();
        let mut links: Vec<Value> = Vec::new();
        for link in self.link_list.get(from.1..).unwrap_or_default() {
            if above.last() != Some(&link.team.as_str()) {
                above.push(&link.team);
            }
            links.push(json::texts(&[&link.team, &link.member]));
        }
        let mut ids = vec![""; self.ids.len()];
        for (id, place) in self.ids.iter() {
            if let Some(slot) = ids.get_mut(place) {
                *slot = id;
            }
        }
        let ids = ids.get(from.2..).unwrap_or_default();
        let mut teams: Vec<&str> = Vec::new();
        for place in &sizes {
            teams.extend(
                self.resource_list
                    .get(*place)
                    .map(|resource| resource.id.as_str()),
            );
        }
        let tenant = views.tenant;
        let mut add = |list: Value, make: fn(&Tenant, &str) -> Statement| {
            let is_empty = list.as_array().is_none_or(Vec::is_empty);
            (!is_empty).then(|| batch.add(make(tenant, &text(&list))))
        };
        let links = add(Value::from(links), run::held_links);
        let nested = add(json::texts(&above), run::nested_above);
        let kinds = add(json::texts(ids), run::kinds);
        let teams = add(json::texts(&teams), run::sizes);
        let mut handles = LoadHandles {
            resources: from.0,
            documents,
            links: (from.1, links),
            nested,
            kinds: (from.2, kinds),
            sizes: (sizes, teams),
            names: Vec::new(),
        };
        let kinds = ResourceType::all().map(Some).chain([None]);
        for of in kinds {
            let (mut places, mut values): (Vec<usize>, Vec<Value>) = (Vec::new(), Vec::new());
            for (place, Name { claim, .. }) in self.name_list.iter().enumerate().skip(names) {
                if claim.resource_type != of {
                    continue;
                }
                places.push(place);
                values.push(match of {
                    Some(_) => Value::from(claim.value.as_str()),
                    None => json::texts(&[&claim.attribute, &claim.value]),
                });
            }
            if places.is_empty() {
                continue;
            }
            let values = text(&Value::from(values));
            let view = of.map(|resource_type| views.of(resource_type));
            let statement = match view.as_ref().map(|view| (view, view.unique_key())) {
                None => run::value_holders(tenant, &values),
                Some((view, Some(key))) => run::holders(view, key, &values),
                Some((_, None)) => continue,
            };
            handles.names.push((places, batch.add(statement)));
        }
        handles
    }

    /// Notes what an event is about.
    fn mention(&mut self, views: Views<'_>, event: &UndoEvent, sizes: &mut Vec<usize>) {
        let (Some(resource_type), Some(body)) = (event.resource_type, &event.body) else {
            return;
        };
        let place = self.resource(resource_type, &event.id);
        let view = views.of(resource_type);
        match event.word() {
            "created" | "restored" if Table::of(resource_type).has_members() => sizes.push(place),
            "created" | "restored" => {}
            "deleted" => {
                let document = event.document("before");
                for claim in Self::claims(&view, &document) {
                    self.name(&claim, None);
                }
                for team in texts(body.get("groups")) {
                    self.resource(&GROUP_TYPE, team);
                    self.link(team, &event.id);
                }
                for member in texts(body.get("kept")) {
                    self.id(member);
                    self.link(&event.id, member);
                }
            }
            "members" => {
                for side in ["added", "removed"] {
                    for member in event.members(side) {
                        self.id(member);
                        self.link(&event.id, member);
                    }
                }
            }
            _ => {
                let mut before = Object::new();
                for change in event.changes() {
                    let path = change.get("path").and_then(Value::as_str);
                    let value = change.get("before").cloned().unwrap_or_default();
                    if let Some(at) = event::place(resource_type, path.unwrap_or_default()) {
                        put(&mut before, at, value);
                    }
                }
                for claim in Self::claims(&view, &before) {
                    self.name(&claim, None);
                }
            }
        }
    }

    /// Reads what was asked for.
    pub(super) fn read(
        &mut self,
        handles: LoadHandles,
        answers: &mut Answers,
    ) -> Result<(), Error> {
        for (resource_type, handle) in handles.documents {
            for mut row in answers.rows(handle) {
                let (id, stored) = run::read_one_of_many(&mut row)?;
                let place = self.resource(resource_type, &id);
                let Some(resource) = self
                    .resource_list
                    .get_mut(place)
                    .filter(|_| place >= handles.resources)
                else {
                    continue;
                };
                let Some(stored) = stored else {
                    resource.is_unread = true;
                    continue;
                };
                let document = json::object(&stored.document);
                let document = document
                    .ok_or_else(|| Error::Broken("a stored document is no object".to_owned()))?;
                resource.version = stored.version;
                resource.before = Some(Rc::new(document));
                resource.now.clone_from(&resource.before);
            }
        }
        let mut list = |handle: Option<Handle>, column: usize| match handle {
            Some(handle) => column_of(answers.rows(handle), column),
            None => Ok(Vec::new()),
        };
        for index in list(handles.links.1, 0)? {
            if let Some(index) = index_of(&index) {
                self.set_there(handles.links.0 + index);
            }
        }
        for pair in list(handles.nested, 0)? {
            let side = |index| pair.get(index).and_then(Value::as_str).unwrap_or_default();
            let (team, member) = (side(0), side(1));
            let count = self.link_list.len();
            // What a part before would leave stays so.
            let place = self.link(team, member);
            if place == count {
                self.set_there(place);
            }
        }
        if let Some(handle) = handles.kinds.1 {
            let rows = answers.rows(handle);
            for (column, kind) in [&USER_TYPE, &GROUP_TYPE].into_iter().enumerate() {
                for index in column_of(rows.clone(), column)? {
                    let place = index_of(&index).map(|index| handles.kinds.0 + index);
                    if let Some(slot) = place.and_then(|place| self.kinds.get_mut(place)) {
                        *slot = Some(kind);
                    }
                }
            }
        }
        let mut list = |handle: Handle| column_of(answers.rows(handle), 0);
        if let Some(handle) = handles.sizes.1 {
            for (place, size) in handles.sizes.0.into_iter().zip(list(handle)?) {
                if let Some(resource) = self.resource_list.get_mut(place) {
                    resource.size = size.as_i64().unwrap_or_default();
                }
            }
        }
        for (places, handle) in handles.names {
            for pair in list(handle)? {
                let place = pair.get(0).and_then(index_of);
                let place = place.and_then(|index| places.get(index));
                let name = place.and_then(|place| self.name_list.get_mut(*place));
                let holder = pair.get(1).and_then(Value::as_str).map(str::to_owned);
                if let Some(name) = name {
                    name.before.clone_from(&holder);
                    name.now = holder;
                }
            }
        }
        Ok(())
    }
}

/// An index of a list that was sent.
fn index_of(number: &Value) -> Option<usize> {
    number
        .as_u64()
        .and_then(|number| usize::try_from(number).ok())
}

/// The JSON array in a column of the only row.
fn column_of(rows: Vec<Row>, column: usize) -> Result<Vec<Value>, Error> {
    let Some(mut row) = rows.into_iter().next() else {
        return Ok(Vec::new());
    };
    let list = json::parse(&row.required_text(column)?);
    Ok(match list {
        Ok(Value::Array(list)) => list,
        Ok(_) | Err(_) => Vec::new(),
    })
}
