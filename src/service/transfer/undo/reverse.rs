//! One event after the other is taken back, the newest first, in what is known of the resources:
//! nothing is written here, so a dry run goes the same way.

use scim::json::with;
use scim::list::List;
use scim::resource::{check_required, set_schemas};
use scim::resource_type::{ResourceType, USER_TYPE};
use serde_json::Value;

use super::event::{UndoEvent, get, place, put};
use super::state::{Free, Object, UndoState, Views, texts};
use store::ledger::events::{MAX_KEPT_MEMBERS, MAX_NAMES};
use store::table::Table;

/// A part of the events that is taken back.
pub(super) struct Reversal<'r> {
    pub(super) state: &'r mut UndoState,
    pub(super) views: Views<'r>,
    /// What is left as it is, and why.
    pub(super) refused: Vec<Value>,
    /// What is refused unless an older event makes the membership after all, of a group and a
    /// member: of two that went together, the event of each tells of the other.
    pub(super) waiting: Vec<Value>,
}

impl Reversal<'_> {
    /// Takes an event back. False: only once what is planned is written.
    pub(super) fn take_back(&mut self, event: &UndoEvent) -> bool {
        let Some(resource_type) = event.resource_type else {
            let detail = [
                "There is no resource type ",
                &event.type_name,
                " here any more.",
            ];
            self.refuse(event, None, &detail.concat());
            return true;
        };
        let at = self.state.resource(resource_type, &event.id);
        if event.body.is_none() {
            let detail = "What this event said was erased, so nobody knows what was before.";
            self.refuse(event, Some(at), detail);
            return true;
        }
        let resource = self.state.resource_list.get(at);
        if resource.is_some_and(|resource| resource.is_unread) {
            let detail = "The resource is too large to be read beside others. Take this event back alone, or change it by PATCH.";
            self.refuse(event, Some(at), detail);
            return true;
        }
        let now = resource.and_then(|resource| resource.now.clone());
        let is_done = match (event.word(), now) {
            ("deleted", None) => self.bring_back(event, resource_type, at),
            ("deleted", Some(_)) => {
                let detail = format!("The {} is there again.", resource_type.name);
                self.refuse(event, Some(at), &detail);
                true
            }
            (_, None) => {
                let name = resource_type.name;
                let detail = format!("The {name} is gone. Undo its deletion first, and then this.");
                self.refuse(event, Some(at), &detail);
                true
            }
            ("created" | "restored", Some(now)) => {
                self.take_away(event, resource_type, at, &now);
                true
            }
            ("members", Some(_)) => self.move_back(event, at),
            (_, Some(now)) => self.change_back(event, resource_type, at, &now),
        };
        if is_done && let Some(resource) = self.state.resource_list.get_mut(at) {
            resource.is_meant = true;
        }
        is_done
    }

    /// Leaves an event that could not be written again and again.
    pub(super) fn give_up(&mut self, event: &UndoEvent) {
        let detail = "It could not be taken back: others changed the same again and again. Look at what is there, and undo \
                      this event alone.";
        self.refuse(event, None, detail);
    }

    fn wait(&mut self, event: &UndoEvent, (team, member): (&str, &str), detail: &str) {
        let entry = refusal(event.seq, &event.id, detail);
        let waiting = vec![Value::from(team), member.into(), entry];
        self.waiting.push(waiting.into());
    }

    /// Makes a membership, for which a refusal waits no more. Refuses one that closes a circle.
    fn join(&mut self, event: &UndoEvent, (team, member): (&str, &str)) {
        if self.closes_circle(team, member) {
            self.refuse(event, None, &in_itself(member));
            return;
        }
        let link = self.state.link(team, member);
        self.state.set_link(link, true);
        let is = |value: Option<&Value>, name| value.is_some_and(|value| value == name);
        self.waiting
            .retain(|entry| !(is(entry.get(0), team) && is(entry.get(1), member)));
    }

    fn refuse(&mut self, event: &UndoEvent, at: Option<usize>, detail: &str) {
        if let Some(resource) = at.and_then(|at| self.state.resource_list.get_mut(at)) {
            resource.is_refused = true;
        }
        self.refused.push(refusal(event.seq, &event.id, detail));
    }

    /// What was created goes, unless it was changed since.
    fn take_away(
        &mut self,
        event: &UndoEvent,
        resource_type: &'static ResourceType,
        at: usize,
        now: &Object,
    ) {
        let path = event.differing(resource_type, "after", now);
        let has_members = self
            .state
            .resource_list
            .get(at)
            .is_some_and(|resource| resource.size > 0);
        let since = path.or(has_members.then(|| "members".to_owned()));
        if let Some(path) = since {
            let detail = format!("`{path}` was changed since it came, so it stays.");
            self.refuse(event, Some(at), &detail);
            return;
        }
        self.state.set(&self.views.of(resource_type), at, None);
        self.state.leave(&event.id);
        // Who was restored has the memberships of before.
        if event.word() == "created" {
            self.tell_of_waiting(event, resource_type);
        }
    }

    /// Tells of groups that a user leaves whose name outside is taken back: they may have waited
    /// for it. Users alone are awaited.
    fn tell_of_waiting(&mut self, event: &UndoEvent, resource_type: &'static ResourceType) {
        if !self.views.pends || resource_type != &USER_TYPE {
            return;
        }
        for link in &self.state.link_list {
            if !link.before || link.now || link.member != event.id {
                continue;
            }
            let detail = [
                "It had joined the group ",
                &link.team,
                ". If that had waited for it, it waits no more: have the provider send the member again.",
            ];
            let entry = refusal(event.seq, &event.id, &detail.concat());
            let is_told = |other: &Value| {
                ["resource", "detail"]
                    .iter()
                    .all(|name| other.get(name) == entry.get(name))
            };
            if !self.refused.iter().any(is_told) {
                self.refused.push(entry);
            }
        }
    }

    /// What was deleted comes back, where its name is free.
    fn bring_back(
        &mut self,
        event: &UndoEvent,
        resource_type: &'static ResourceType,
        at: usize,
    ) -> bool {
        if self
            .state
            .resource_list
            .get(at)
            .is_some_and(|resource| resource.before.is_some())
        {
            return false;
        }
        let view = self.views.of(resource_type);
        let mut refusals = Vec::new();
        let (groups, own_members) = (texts(event.member("groups")), texts(event.member("kept")));
        let is_more = event.member("is_more").map(|is_more| *is_more == 1);
        if is_more == Some(true) {
            let detail = format!(
                "It had more than the {MAX_KEPT_MEMBERS} memberships that an undo brings back at once. It is kept with all \
                 of them: restore it, by POST /admin/v1/tenants/{{id}}/deleted/{{resource_id}}/restore.",
            );
            self.refuse(event, Some(at), &detail);
            return true;
        }
        if is_more.is_none() && groups.len() >= MAX_NAMES {
            refusals.push(format!(
                "It was in {MAX_NAMES} groups or more, and its event keeps no more than these."
            ));
        }
        if is_more.is_none() && own_members.len() >= MAX_KEPT_MEMBERS {
            refusals.push(format!(
                "It had {MAX_KEPT_MEMBERS} members or more, and its event keeps no more than these."
            ));
        }
        for name in event.cut_names() {
            refusals.push(format!(
                "`{name}` was too large for the event, and is not back."
            ));
        }
        let mut document = Object::new();
        for (key, value) in event.document("before") {
            let inside = resource_type.extension(&key).and(value.as_object());
            let entries = match inside {
                Some(inside) => inside
                    .iter()
                    .map(|(name, value)| ([&key, ":", name].concat(), value))
                    .list(),
                None => vec![(key.clone(), &value)],
            };
            for (path, value) in entries {
                match place(resource_type, &path) {
                    Some(at) => put(&mut document, at, value.clone()),
                    None if path == "schemas" || value.is_null() => {}
                    None => refusals.push(format!("No schema here has `{path}` any more.")),
                }
            }
        }
        set_schemas(resource_type, &mut document);
        if let Err(error) = check_required(resource_type, &document) {
            let detail = format!(
                "The {} cannot be as it was: {}.",
                resource_type.name,
                error.detail()
            );
            self.refuse(event, Some(at), &detail);
            return true;
        }
        for claim in UndoState::claims(&view, &document) {
            match self.state.is_free(&claim, &event.id) {
                Free::Now => {}
                Free::Later => return false,
                Free::Never => {
                    let detail = format!("Another resource has its `{}` by now.", claim.attribute);
                    self.refuse(event, Some(at), &detail);
                    return true;
                }
            }
        }
        if Table::of(resource_type).has_members() && self.is_nested_later() {
            return false;
        }
        self.state.set(&view, at, Some(document));
        for team in groups {
            if self.state.is_group(team) {
                self.join(event, (team, &event.id));
            } else {
                let detail = format!("The group {team}, which it was in, is gone.");
                self.wait(event, (team, &event.id), &detail);
            }
        }
        for &member in &own_members {
            if self.state.kind(member).is_some() {
                self.join(event, (&event.id, member));
            } else {
                let detail = format!("{member}, who was a member, is gone.");
                self.wait(event, (&event.id, member), &detail);
            }
        }
        for detail in refusals {
            self.refuse(event, None, &detail);
        }
        true
    }

    /// Attributes get the values that they had, those that still have what the event gave them.
    fn change_back(
        &mut self,
        event: &UndoEvent,
        resource_type: &'static ResourceType,
        at: usize,
        now: &Object,
    ) -> bool {
        let view = self.views.of(resource_type);
        let mut next = now.clone();
        let mut refusals = Vec::new();
        for change in event.changes() {
            let path = change
                .get("path")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let [before, after] =
                ["before", "after"].map(|side| change.get(side).unwrap_or(&Value::Null));
            if path == "schemas" {
                continue;
            }
            if change.get("cut").is_some() {
                refusals.push(format!(
                    "`{path}` was too large for the event, and stays as it is."
                ));
                continue;
            }
            let Some(place) = place(resource_type, path) else {
                refusals.push(format!("No schema here has `{path}` any more."));
                continue;
            };
            if get(now, place) == after {
                put(&mut next, place, before.clone());
            } else {
                refusals.push(format!("`{path}` was changed since, and stays as it is."));
            }
        }
        for claim in UndoState::claims(&view, &next) {
            match self.state.is_free(&claim, &event.id) {
                Free::Now => {}
                Free::Later => return false,
                Free::Never => {
                    let path = &claim.attribute;
                    if let Some(place) = place(resource_type, path) {
                        put(&mut next, place, get(now, place).clone());
                    }
                    refusals.push(format!(
                        "Another resource has the `{path}` of before by now, so it stays as it is."
                    ));
                }
            }
        }
        set_schemas(resource_type, &mut next);
        if let Err(error) = check_required(resource_type, &next) {
            refusals.push(format!(
                "The {} cannot be as it was: {}.",
                resource_type.name,
                error.detail()
            ));
            next.clone_from(now);
        }
        self.state.set(&view, at, Some(next));
        for detail in refusals {
            self.refuse(event, Some(at), &detail);
        }
        let is_name = |change: &Value| {
            let path = change.get("path").and_then(Value::as_str);
            matches!(path, Some("userName" | "externalId"))
        };
        if event.changes().iter().any(is_name) {
            self.tell_of_waiting(event, resource_type);
        }
        true
    }

    /// Who came to a group leaves it, and who left it comes.
    fn move_back(&mut self, event: &UndoEvent, at: usize) -> bool {
        let is_group = |id: &str| self.state.is_group(id);
        if event.members("removed").into_iter().any(is_group) && self.is_nested_later() {
            return false;
        }
        let mut refusals = Vec::new();
        for (side, is_back) in [("added", false), ("removed", true)] {
            for member in event.members(side) {
                if is_back && self.state.kind(member).is_none() {
                    refusals.push(format!("{member}, who was a member, is gone."));
                    continue;
                }
                if is_back && self.closes_circle(&event.id, member) {
                    refusals.push(in_itself(member));
                    continue;
                }
                let link = self.state.link(&event.id, member);
                if !self.state.set_link(link, is_back) {
                    let what = if is_back { "came back" } else { "left" };
                    refusals.push(format!("The member {member} {what} since."));
                }
            }
        }
        for detail in refusals {
            self.refuse(event, Some(at), &detail);
        }
        true
    }

    fn closes_circle(&self, team: &str, member: &str) -> bool {
        self.state.is_group(member) && self.state.is_circle(team, member)
    }

    /// Whether a group is about to leave another: one that comes might close a circle with it until
    /// then.
    fn is_nested_later(&self) -> bool {
        let mut links = self.state.link_list.iter();
        links.any(|link| link.before && !link.now && self.state.is_group(&link.member))
    }
}

fn in_itself(member: &str) -> String {
    format!("The group {member}, which was a member, would be in itself by now: a circle.")
}

/// The refusal of an event.
fn refusal(seq: i64, resource: &str, detail: &str) -> Value {
    with(vec![
        ("seq", seq.into()),
        ("resource", resource.into()),
        ("detail", detail.into()),
    ])
}
