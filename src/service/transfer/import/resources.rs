//! Lines become users, groups and resources of other types.

use scim::index::Index;
use scim::json;
use scim::list::List;
use scim::patch::LinkChange;
use scim::resource::set_lasting;
use scim::resource_type::{ResourceType, USER_TYPE};
use serde_json::{Map, Value};

use super::batch::LineBatch;
use super::line::{LineContent, LineResource, read};
use crate::failure::{Failure, sentence};
use crate::links::is_like_ours;
use crate::session::Session;
use crate::write::NewResource;
use store::Database;
use store::batch::{Answers, Batch, Handle};
use store::limits::INDEXED;
use store::table::Table;
use store::transfer::import::{Import, Line, LineState};
use store::transfer::matches::{LineMatch, read_match};

mod action;
mod targets;
mod writes;

use action::{Holder, LineAction, LineWrite, items, key, unique_key};
use targets::{choose, read_targets};
use writes::write;

/// Puts together a batch of lines, as many as have nothing to do with each other.
pub(super) async fn plan<D: Database>(
    session: &Session<'_, D>,
    import: Import<'_>,
    work: &mut LineBatch,
    lines: Vec<Line>,
    state: LineState,
) -> Result<(), Failure> {
    let mut actions = read_lines(session, lines, state);
    let mut batch = Batch::default();
    let handles = ask(session, import, &mut actions, &mut batch);
    let mut answers = session.send(batch).await?;
    read_answers(&mut actions, handles, &mut answers)?;
    // Who was here before gets the former id, where the settings say so.
    let users = items(&mut actions, &USER_TYPE).filter(|item| item.target.is_none());
    let users: Vec<&NewResource> = users.map(|item| &item.new).list();
    for (id, former) in session.former_ids(&users, Some(&import)).await? {
        let item =
            items(&mut actions, &USER_TYPE).find(|item| !item.is_former && item.new.id == id);
        if let Some(item) = item {
            if item.parsed.id.as_deref() == Some(&id) && id != former {
                let detail = format!(
                    "The id is passed over: the user was here before, with the id {former}, and has that again."
                );
                item.parsed.refused.push(detail);
            }
            item.is_former = id != former;
            item.new.id = former;
        }
    }
    // Of two lines that have one that is kept, the second finds what the first has made.
    let mut ids = Index::default();
    let is_second = |(_, action): &(i64, LineAction)| matches!(action, LineAction::Write(item) if item.target.is_none() && !ids.add(&item.new.id));
    if let Some(end) = actions.iter().position(is_second) {
        actions.truncate(end);
    }
    read_targets(session, import, &mut actions).await?;
    let mut text = 0;
    let is_too_much = |(_, action): &(i64, LineAction)| {
        let more = match action {
            LineAction::Write(item) => item.index_bytes(),
            LineAction::Skip | LineAction::Wait | LineAction::Refuse(_) => 0,
        };
        text += more;
        text > more && text > INDEXED
    };
    // The lines behind go with the next batch.
    if let Some(end) = actions.iter().position(is_too_much) {
        actions.truncate(end);
    }
    write(session, import, work, &actions, state)
}

/// The statements that look for what lines are about, each type with its own, and the one that
/// looks for who has their unique values.
type LineHandles = (Vec<(&'static ResourceType, Handle)>, Option<Handle>);

/// Asks what of these lines is there.
fn ask<D: Database>(
    session: &Session<'_, D>,
    import: Import<'_>,
    actions: &mut [(i64, LineAction)],
    batch: &mut Batch,
) -> LineHandles {
    let mut handles = Vec::new();
    let mut values = Vec::new();
    for resource_type in ResourceType::all() {
        let mut rows: Vec<Value> = Vec::new();
        for item in items(actions, resource_type) {
            for (path, value) in item.new.unique() {
                values.push(json::texts(&[path, value]));
            }
            let external = item.new.document.get("externalId").cloned();
            let id = Value::from(item.parsed.id.as_deref());
            rows.push(vec![id, item.new.name().into(), external.into()].into());
        }
        if !rows.is_empty() {
            let find = import.find(
                &session.view(resource_type),
                &Value::from(rows),
                &session.now.text,
            );
            handles.push((resource_type, batch.add(find)));
        }
    }
    let holders = (!values.is_empty()).then(|| batch.add(import.holders(&Value::from(values))));
    (handles, holders)
}

/// Reads what was found, and says which resource each line is.
fn read_answers(
    actions: &mut Vec<(i64, LineAction)>,
    (handles, holder_handle): LineHandles,
    answers: &mut Answers,
) -> Result<(), Failure> {
    let mut holders: Vec<Holder> = Vec::new();
    let rows = holder_handle.map(|handle| answers.rows(handle));
    for mut row in rows.unwrap_or_default() {
        holders.push([
            row.required_text(0)?,
            row.required_text(1)?,
            row.required_text(2)?,
        ]);
    }
    for (resource_type, handle) in handles {
        let rows = answers.rows(handle);
        for (item, mut row) in items(actions, resource_type).zip(rows) {
            item.found = read_match(&mut row)?;
        }
    }
    choose(actions, &holders);
    Ok(())
}

/// Reads lines up to one that is called like another before it.
fn read_lines<D: Database>(
    session: &Session<'_, D>,
    lines: Vec<Line>,
    state: LineState,
) -> Vec<(i64, LineAction)> {
    let mut names = Index::default();
    let mut actions = Vec::with_capacity(lines.len());
    for line in lines {
        let refusal = line
            .refused
            .as_deref()
            .and_then(|refusal| json::parse(refusal).ok());
        let refusal = refusal.and_then(|refusal| Some(refusal.get(0)?.as_str()?.to_owned()));
        let reading = refusal.map_or_else(|| read(session, &line.text), LineContent::Refused);
        let action = match reading {
            LineContent::Nothing => LineAction::Skip,
            LineContent::Refused(detail) => LineAction::Refuse(detail),
            LineContent::Resource(parsed)
                if state == LineState::New && Table::of(parsed.resource_type).has_members() =>
            {
                LineAction::Wait
            }
            LineContent::Resource(parsed) => match new(session, *parsed, line.number) {
                Ok(item) => LineAction::Write(Box::new(item)),
                Err(failure) => LineAction::Refuse(sentence(failure)),
            },
        };
        if let LineAction::Write(item) = &action {
            let external = item.new.document.get("externalId").and_then(Value::as_str);
            let of = item.parsed.resource_type.name;
            let mut keys = Vec::new();
            for (kind, text) in [
                ("i", item.parsed.id.as_deref()),
                ("n", Some(item.new.name())),
                ("e", external),
            ] {
                keys.extend(text.map(|text| key(kind, of, text)));
            }
            for (path, value) in item.new.unique() {
                keys.push(unique_key(path, value));
            }
            if keys.iter().any(|key| names.has(key)) {
                break;
            }
            for key in &keys {
                names.add(key);
            }
        }
        actions.push((line.number, action));
    }
    actions
}

/// The resource of a line, as it is if it is new. Its id is kept where it is one of ours in form,
/// so that whoever knows a resource by it still does.
fn new<D: Database>(
    session: &Session<'_, D>,
    parsed: LineResource,
    line: i64,
) -> Result<LineWrite, Failure> {
    let own = parsed.id.as_deref().filter(|id| is_like_ours(id));
    let id = own.map_or_else(|| session.context.mint.id(), str::to_owned);
    let mut document = parsed.document.clone();
    set_lasting(parsed.resource_type, &Map::new(), &mut document);
    let view = session.view(parsed.resource_type);
    let names = (id, session.context.mint.version());
    let operation = usize::try_from(line).ok();
    let mut new = NewResource::new(&view, names, document, LinkChange::default(), operation)?;
    new.is_given = own.is_some();
    Ok(LineWrite {
        parsed,
        new,
        found: LineMatch::default(),
        is_former: false,
        target: None,
        rewrite: None,
    })
}
