//! Which resource a line is about, and what becomes of it.

use scim::error::quote;
use scim::fold::fold_str;
use scim::index::Index;
use scim::json;
use scim::list::List;
use scim::resource::{replace, set_schemas};
use scim::resource_type::ResourceType;
use serde_json::{Map, Value};

use super::action::{Holder, LineAction, LineWrite, items};
use crate::assemble::parse_stored;
use crate::failure::{Failure, sentence};
use crate::session::Session;
use crate::write::Rewrite;
use store::batch::Batch;
use store::table::Table;
use store::transfer::import::Import;
use store::transfer::matches::LineMatch;
use store::{Database, run};

/// Says which resource each line is, and leaves for later what is about the same one as a line
/// before it.
pub(super) fn choose(actions: &mut Vec<(i64, LineAction)>, holders: &[Holder]) {
    let mut targets = Index::default();
    let mut end = actions.len();
    for (index, (_, action)) in actions.iter_mut().enumerate() {
        let LineAction::Write(item) = action else {
            continue;
        };
        match target(item, holders) {
            Err(detail) => *action = LineAction::Refuse(detail),
            Ok(None) => {}
            Ok(Some(id)) => {
                if !targets.add(&id) {
                    end = index;
                    break;
                }
                item.target = Some(id);
            }
        }
    }
    actions.truncate(end);
}

/// The resource that a line is about: the one with its id, or with its name or its unique values,
/// or with its external id.
fn target(item: &LineWrite, holders: &[Holder]) -> Result<Option<String>, String> {
    let LineMatch {
        by_id,
        by_name,
        by_external,
        is_taken,
    } = &item.found;
    let list = |text: &str| match json::parse(text) {
        Ok(Value::Array(ids)) => ids,
        _ => Vec::new(),
    };
    let by_its_name = list(by_name);
    let by_its_name = by_its_name.first().and_then(Value::as_str);
    let external = list(by_external);
    let other = match external.as_slice() {
        [one] => one.as_str(),
        _ => None,
    };
    let own = holders.iter().filter(|[path, value, _]| {
        let unique = item.new.unique().iter();
        unique
            .into_iter()
            .any(|(unique_path, own)| unique_path == path && own == value)
    });
    let own: Vec<&Holder> = own.list();
    let holder = own.first().map(|[_, _, id]| id.as_str());
    let is_given = is_name_given(item);
    let [first, second] = if is_given {
        [by_its_name, other]
    } else {
        [other, by_its_name]
    };
    let target = by_id.as_deref().or(first).or(holder).or(second);
    if is_given && by_its_name.is_some_and(|by_its_name| target != Some(by_its_name)) {
        let name = item.new.name();
        return Err(format!(
            "The name \"{name}\" is that of another resource than the one with the id of this line. If that one gets another \
             name by this import, import again; if the two swap names, first import one of them under a name that nobody has.",
        ));
    }
    if let Some([path, ..]) = own.iter().find(|[_, _, id]| target != Some(id.as_str())) {
        return Err(format!(
            "The value of `{path}` is that of another resource than the one that this line is about, and only one may have it. Give it another value.",
        ));
    }
    if target.is_none() && external.len() > 1 {
        return Err("Several resources have this externalId, so it is not known which one is meant: name it by its \
             id.".to_owned());
    }
    if target.is_none() && *is_taken && item.parsed.id.as_deref() == Some(&item.new.id) {
        return Err("The id is that of a resource of another type. Take it out, and the resource gets one of its own.".to_owned());
    }
    Ok(target.map(str::to_owned))
}

/// Whether the line says the unique name, where there is one.
pub(super) fn is_name_given(item: &LineWrite) -> bool {
    let mut keys = Table::of(item.parsed.resource_type).keys.iter();
    let name_key = keys.find(|key| key.unique);
    name_key.is_none_or(|key| !is_gentle(item, key.attribute))
}

fn is_gentle(item: &LineWrite, name: &str) -> bool {
    item.parsed.gentle.contains(&name)
}

/// Reads the resources that are there, and makes of each what it shall be.
pub(super) async fn read_targets<D: Database>(
    session: &Session<'_, D>,
    import: Import<'_>,
    actions: &mut Vec<(i64, LineAction)>,
) -> Result<(), Failure> {
    let mut batch = Batch::default();
    let mut handles = Vec::new();
    let mut all = Vec::new();
    for resource_type in ResourceType::all() {
        let mut ids = Vec::new();
        for item in items(actions, resource_type) {
            ids.extend(item.target.clone());
        }
        if !ids.is_empty() {
            let texts: Vec<&str> = ids.iter().map(String::as_str).list();
            handles.push(batch.add(run::stored_many(&session.view(resource_type), &texts)));
            all.extend(ids);
        }
    }
    if all.is_empty() {
        return Ok(());
    }
    let all: Vec<&str> = all.iter().map(String::as_str).list();
    let sources = batch.add(import.sources(&all));
    let new_rows = import.is_dry.then(|| batch.add(import.documents(&all)));
    let mut answers = session.send(batch).await?;
    let mut documents = StoredDocuments::new();
    for handle in handles {
        for mut row in answers.rows(handle) {
            documents.push((row.required_text(0)?, row.text(1)?, row.required_text(2)?));
        }
    }
    for mut row in new_rows
        .map(|new_rows| answers.rows(new_rows))
        .unwrap_or_default()
    {
        let (id, document) = (row.required_text(0)?, row.text(1)?);
        documents.retain(|(other, ..)| *other != id);
        documents.push((id, document, String::new()));
    }
    let mut sources_of = Vec::new();
    for mut row in answers.rows(sources) {
        let (id, source) = (row.required_text(0)?, row.required_text(1)?);
        let claim = row.text(2)?.and_then(|claim| json::parse(&claim).ok());
        sources_of.push((id, source, claim.unwrap_or_default()));
    }
    rewrite(session, actions, &documents, &sources_of)
}

/// Id, document and version of each resource; no document where no more are read at once.
type StoredDocuments = Vec<(String, Option<String>, String)>;

/// A resource, the id that lines have which were about it, empty where they have none, and number
/// and name of the last of these, JSON.
type LineSource = (String, String, Value);

/// Makes of each resource what it shall be; `sources` are what the lines before call them.
fn rewrite<D: Database>(
    session: &Session<'_, D>,
    actions: &mut Vec<(i64, LineAction)>,
    documents: &StoredDocuments,
    sources: &[LineSource],
) -> Result<(), Failure> {
    let mut ids = Index::default();
    for (id, ..) in documents {
        ids.add(id);
    }
    let mut end = actions.len();
    for (index, (_, action)) in actions.iter_mut().enumerate() {
        let LineAction::Write(item) = action else {
            continue;
        };
        let Some(target) = &item.target else { continue };
        let of_target = || sources.iter().filter(|(id, ..)| id == target);
        let mut with_id = of_target().filter(|(_, source, _)| !source.is_empty());
        if let (Some((_, first, _)), Some(own)) = (with_id.next(), &item.parsed.id)
            && first != own
        {
            *action = LineAction::Refuse(format!(
                "The line with the id \"{}\" is the same {}: the two have one name, or one externalId. Give each its own, or \
                 leave one of them out.",
                quote(first),
                item.parsed.resource_type.name,
            ));
            continue;
        }
        // Of two lines that one id or one external id makes the same, the names tell that they are
        // two.
        let own = item.parsed.id.as_deref();
        let mut keys = Table::of(item.parsed.resource_type).keys.iter();
        let has_name = keys.any(|key| key.unique);
        let is_other = |name: &Value| name != item.new.name();
        let mut others = of_target().filter(|(.., claim)| claim.get(1).is_some_and(is_other));
        if let Some((_, source, claim)) = others.next().filter(|_| has_name && is_name_given(item))
        {
            let line = claim.get(0).and_then(Value::as_i64).unwrap_or_default();
            let of = item.parsed.resource_type.name;
            *action = LineAction::Refuse(
                if own.is_some_and(|own| own == target || own == source) {
                    format!(
                        "Line {line} is the {of} with this id and has another name, so the two would become one {of}. Take the id out, or \
                     leave one of the lines out.",
                    )
                } else {
                    format!(
                        "Line {line} has the same externalId and another name, so the two would become one {of}. Give each its own \
                     externalId, or leave one of them out.",
                    )
                },
            );
            continue;
        }
        let entry = ids.number(target).and_then(|number| documents.get(number));
        let Some((id, document, version)) = entry else {
            return Err(Failure::Conflict("a resource has gone".to_owned()));
        };
        let Some(document) = document else {
            // No more are read at once.
            end = index;
            break;
        };
        match rewrite_of(session, item, document) {
            Ok(rewrite) => {
                item.rewrite = rewrite.map(|rewrite| (rewrite, id.clone(), version.clone()));
            }
            Err(failure) => *action = LineAction::Refuse(sentence(failure)),
        }
    }
    if end == 0 {
        let detail = "The resource that is there is too large to be changed by an import. Change it over SCIM.";
        if let Some((_, action)) = actions.first_mut() {
            *action = LineAction::Refuse(detail.to_owned());
        }
        end = 1;
    }
    actions.truncate(end);
    Ok(())
}

/// What becomes of the resource that a line is about: it has what the line says, and keeps what the
/// line does not speak of. None where that is what it is already.
fn rewrite_of<D: Database>(
    session: &Session<'_, D>,
    item: &LineWrite,
    document: &str,
) -> Result<Option<Rewrite>, Failure> {
    let resource_type = item.parsed.resource_type;
    let before = parse_stored(document)?;
    let mut after = before.clone();
    for (name, value) in &item.parsed.document {
        if name == "schemas" || (is_gentle(item, name) && after.contains_key(name)) {
            continue;
        }
        // An application knows one address, and others may be there.
        if name == "emails"
            && item.parsed.gentle.contains(&"externalId")
            && has_address(&after, value)
        {
            continue;
        }
        merge(after.entry(name.clone()).or_insert(Value::Null), value);
    }
    replace(resource_type, &before, &mut after, None)?;
    set_schemas(resource_type, &mut after);
    if after == before {
        return Ok(None);
    }
    Rewrite::new(&session.view(resource_type), &before, &after).map(Some)
}

/// Whether a user has the first of these addresses.
fn has_address(user: &Map<String, Value>, emails: &Value) -> bool {
    let address = |email: &Value| email.get("value").and_then(Value::as_str).map(fold_str);
    let first = emails.get(0).and_then(address);
    let own = user.get("emails").and_then(Value::as_array);
    own.into_iter()
        .flatten()
        .any(|email| address(email) == first)
}

/// Puts a value in place of another; of an object each member.
fn merge(before: &mut Value, value: &Value) {
    match (before, value) {
        (Value::Object(before), Value::Object(members)) => {
            for (name, value) in members {
                merge(before.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (before, value) => *before = value.clone(),
    }
}
