//! What an undo knows of the resources that its events are about: as they are, and as they will be.

use std::rc::Rc;

use scim::fold::fold;
use scim::index::Index;
use scim::resource::unique_values;
use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};
use serde_json::{Map, Value};

use crate::write::of_type;
use store::expression::View;
use store::table::Table;
use store::tenant::Tenant;
use store::write::index_bytes;

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// Whose resources, by which settings.
#[derive(Clone, Copy)]
pub(super) struct Views<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) unique_group_names: bool,
    /// Whether groups may have waited for members.
    pub(super) pends: bool,
}

impl<'a> Views<'a> {
    pub(super) fn of(self, resource_type: &'static ResourceType) -> View<'a> {
        View {
            resource_type,
            tenant: self.tenant,
            base: "",
            unique_group_names: self.unique_group_names,
        }
    }
}

/// A resource.
pub(super) struct ResourceState {
    pub(super) resource_type: &'static ResourceType,
    pub(super) id: String,
    /// The version that was read.
    pub(super) version: String,
    /// Its document as it is; none where it is not there.
    pub(super) before: Option<Rc<Object>>,
    /// Its document as it will be.
    pub(super) now: Option<Rc<Object>>,
    /// How many members a group will have, where that was asked for.
    pub(super) size: i64,
    /// Whether its document was too large to be read beside the others.
    pub(super) is_unread: bool,
    /// Whether an event is about it, and whether one was refused.
    pub(super) is_meant: bool,
    pub(super) is_refused: bool,
}

/// A membership: whether there is one, and will be.
pub(super) struct Membership {
    pub(super) team: String,
    pub(super) member: String,
    pub(super) before: bool,
    pub(super) now: bool,
}

/// A name or another unique value, of resources of one type or of all: who has it, and will have.
pub(super) struct Name {
    pub(super) claim: Claim,
    pub(super) before: Option<String>,
    pub(super) now: Option<String>,
}

/// A value that only one resource may have.
#[derive(Clone)]
pub(super) struct Claim {
    /// The type whose names are meant; none for a value of another attribute.
    pub(super) resource_type: Option<&'static ResourceType>,
    /// The attribute.
    pub(super) attribute: String,
    pub(super) value: String,
}

impl Claim {
    fn key(&self) -> String {
        let of = self.resource_type.map_or("", |of| of.name);
        [of, "\n", &self.attribute, "\n", &self.value].concat()
    }
}

/// Whether a resource may have a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Free {
    Now,
    /// Once the one that gives it up is written.
    Later,
    Never,
}

#[derive(Default)]
pub(super) struct UndoState {
    resources: Index,
    pub(super) resource_list: Vec<ResourceState>,
    links: Index,
    pub(super) link_list: Vec<Membership>,
    pub(super) ids: Index,
    pub(super) kinds: Vec<Option<&'static ResourceType>>,
    names: Index,
    pub(super) name_list: Vec<Name>,
    /// Bytes that the text indexes are given of what will be.
    pub(super) text: usize,
}

impl UndoState {
    /// The place of a resource.
    pub(super) fn resource(&mut self, resource_type: &'static ResourceType, id: &str) -> usize {
        let place = self
            .resources
            .number_or_add(&of_type(resource_type.name, id));
        if place == self.resource_list.len() {
            self.resource_list.push(ResourceState {
                resource_type,
                id: id.to_owned(),
                version: String::new(),
                before: None,
                now: None,
                size: 0,
                is_unread: false,
                is_meant: false,
                is_refused: false,
            });
        }
        place
    }

    /// The place of a membership.
    pub(super) fn link(&mut self, team: &str, member: &str) -> usize {
        let place = self.links.number_or_add(&of_type(team, member));
        if place == self.link_list.len() {
            self.link_list.push(Membership {
                team: team.to_owned(),
                member: member.to_owned(),
                before: false,
                now: false,
            });
        }
        place
    }

    pub(super) fn id(&mut self, id: &str) {
        if self.ids.number_or_add(id) == self.kinds.len() {
            self.kinds.push(None);
        }
    }

    /// The type of who may be a member, if he will be there.
    pub(super) fn kind(&self, id: &str) -> Option<&'static ResourceType> {
        for resource_type in [&USER_TYPE, &GROUP_TYPE] {
            let place = self.resources.number(&of_type(resource_type.name, id));
            if let Some(resource) = place.and_then(|place| self.resource_list.get(place)) {
                let is_there = resource.now.is_some() || resource.is_unread;
                return is_there.then_some(resource_type);
            }
        }
        let place = self.ids.number(id)?;
        self.kinds.get(place).copied().flatten()
    }

    /// Whether it is a group, and will be there.
    pub(super) fn is_group(&self, id: &str) -> bool {
        let kind = self.kind(id);
        kind.is_some_and(|kind| Table::of(kind).has_members())
    }

    /// The unique values of a document.
    pub(super) fn claims(view: &View<'_>, document: &Object) -> Vec<Claim> {
        let folded = fold(view.resource_type, document);
        let mut claims = Vec::new();
        if let Some(key) = view.unique_key()
            && let Some(value) = key.value(&folded)
        {
            claims.push(Claim {
                resource_type: Some(view.resource_type),
                attribute: key.attribute.to_owned(),
                value: value.to_owned(),
            });
        }
        for (attribute, value) in unique_values(view.resource_type, &folded) {
            claims.push(Claim {
                resource_type: None,
                attribute,
                value,
            });
        }
        claims
    }

    pub(super) fn name(&mut self, claim: &Claim, holder: Option<&str>) -> usize {
        let place = self.names.number_or_add(&claim.key());
        if place == self.name_list.len() {
            self.name_list.push(Name {
                claim: claim.clone(),
                before: holder.map(str::to_owned),
                now: holder.map(str::to_owned),
            });
        }
        place
    }

    /// Whether a resource may have a name.
    pub(super) fn is_free(&mut self, claim: &Claim, id: &str) -> Free {
        let place = self.name(claim, None);
        let Some(name) = self.name_list.get(place) else {
            return Free::Now;
        };
        if name.now.as_ref().is_some_and(|holder| holder != id) {
            return Free::Never;
        }
        // Names are given before what had them goes.
        match &name.before {
            Some(former) if former != id => Free::Later,
            Some(_) | None => Free::Now,
        }
    }

    /// Makes a resource what it will be.
    pub(super) fn set(&mut self, view: &View<'_>, place: usize, next: Option<Object>) {
        let next = next.map(Rc::new);
        let Some(resource) = self.resource_list.get_mut(place) else {
            return;
        };
        self.text += next
            .as_ref()
            .map_or(0, |next| index_bytes(view.table(), next));
        let id = resource.id.clone();
        let claims = |document: &Option<Rc<Object>>| match document {
            Some(document) => Self::claims(view, document),
            None => Vec::new(),
        };
        let (former, new) = (claims(&resource.now), claims(&next));
        resource.now = next;
        for claim in former {
            let place = self.name(&claim, Some(&id));
            if let Some(name) = self.name_list.get_mut(place) {
                name.now.take_if(|holder| *holder == id);
            }
        }
        for claim in new {
            let place = self.name(&claim, None);
            if let Some(name) = self.name_list.get_mut(place) {
                name.now = Some(id.clone());
            }
        }
    }

    /// Makes a membership what it will be; whether it was otherwise.
    pub(super) fn set_link(&mut self, place: usize, is_there: bool) -> bool {
        let Some(link) = self.link_list.get_mut(place) else {
            return false;
        };
        if link.now == is_there {
            return false;
        }
        link.now = is_there;
        let team = self.resources.number(&of_type(GROUP_TYPE.name, &link.team));
        if let Some(team) = team.and_then(|team| self.resource_list.get_mut(team)) {
            team.size += if is_there { 1 } else { -1 };
        }
        true
    }

    /// Notes that there is a membership.
    pub(super) fn set_there(&mut self, place: usize) {
        if let Some(link) = self.link_list.get_mut(place) {
            (link.before, link.now) = (true, true);
        }
    }

    /// Whether a group that came to another would be in itself.
    pub(super) fn is_circle(&self, team: &str, member: &str) -> bool {
        let mut above = vec![team];
        let mut index = 0;
        while let Some(group) = above.get(index).copied() {
            if group == member {
                return true;
            }
            for link in &self.link_list {
                if link.now && link.member == group && !above.contains(&link.team.as_str()) {
                    above.push(&link.team);
                }
            }
            index += 1;
        }
        false
    }

    /// Ends the memberships of a resource that goes.
    pub(super) fn leave(&mut self, id: &str) {
        for place in 0..self.link_list.len() {
            let is_of = |link: &Membership| link.team == id || link.member == id;
            if self.link_list.get(place).is_some_and(is_of) {
                self.set_link(place, false);
            }
        }
    }

    /// Takes it that all is as it will be: of a dry run, which goes on from there.
    pub(super) fn settle(&mut self) {
        self.text = 0;
        for resource in &mut self.resource_list {
            resource.before.clone_from(&resource.now);
            (resource.is_meant, resource.is_refused) = (false, false);
        }
        for link in &mut self.link_list {
            link.before = link.now;
        }
        for name in &mut self.name_list {
            name.before.clone_from(&name.now);
        }
    }
}

/// The values of a JSON array; none where it is something else.
pub(super) fn values(list: Option<&Value>) -> &[Value] {
    let list = list.and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

/// The texts of a JSON array.
pub(super) fn texts(list: Option<&Value>) -> Vec<&str> {
    let mut texts = Vec::new();
    for value in values(list) {
        texts.extend(value.as_str());
    }
    texts
}
