//! What is written of lines, and what a dry run notes in its place.

use scim::json;
use scim::list::List;
use scim::resource::unique_values;
use scim::resource_type::ResourceType;
use serde_json::{Map, Value};

use super::super::batch::{LineBatch, line_row};
use super::super::line::{LineResource, json_of_refusals};
use super::action::{LineAction, LineWrite, key, unique_key};
use super::targets::is_name_given;
use crate::failure::Failure;
use crate::session::Session;
use crate::write::{Change, ChangeKind, Links};
use store::Database;
use store::guard::Guard;
use store::read::ResourceRef;
use store::table::Table;
use store::transfer::import::{Import, LineState};

/// Names that are noted by one statement.
const NAMES: usize = 500;

/// What is put together of the lines of a batch.
struct Lines<'a> {
    changes: Vec<Change<'a>>,
    /// The resources that the batch writes, with their types: id and version of each.
    written: Vec<(&'static ResourceType, Value)>,
    /// Lines that are not done with.
    rows: Vec<Value>,
    /// What lines are called; in a dry run in the order in which others would be written: new and
    /// small ones, new ones, those that change together, and those that change alone.
    names: [Vec<Value>; 4],
    /// What resources are called no longer.
    forgotten: Vec<Value>,
}

/// Adds what is done of each line.
pub(super) fn write<D: Database>(
    session: &Session<'_, D>,
    import: Import<'_>,
    work: &mut LineBatch,
    actions: &[(i64, LineAction)],
    state: LineState,
) -> Result<(), Failure> {
    let mut lines = Lines {
        changes: Vec::new(),
        written: Vec::new(),
        rows: Vec::new(),
        names: Default::default(),
        forgotten: Vec::new(),
    };
    for (line, action) in actions {
        match action {
            LineAction::Skip => work.marker.done += 1,
            LineAction::Wait => {
                lines
                    .rows
                    .push(line_row(*line, LineState::Group, None, &Value::Null, ""));
            }
            LineAction::Refuse(detail) => {
                work.marker.done += 1;
                work.marker.counts.refused += 1;
                let refusal = json_of_refusals(std::slice::from_ref(detail));
                lines
                    .rows
                    .push(line_row(*line, LineState::Refused, None, &refusal, ""));
            }
            LineAction::Write(item) => {
                let (outcome, id) = lines.add(session, *line, item);
                lines.name(import, *line, item, (outcome, id));
                lines.keep(work, *line, item, (outcome, id));
                work.marker.pass_over(&item.parsed.passed_over);
            }
        }
    }
    if import.is_dry {
        if !lines.forgotten.is_empty() {
            work.batch.add(import.forget(&lines.forgotten));
        }
    } else {
        add(session, work, lines.changes)?;
        for resource_type in ResourceType::all() {
            let rows = lines.written.iter().filter(|(of, _)| *of == resource_type);
            let rows: Vec<Value> = rows.map(|(_, row)| row.clone()).list();
            if !rows.is_empty() {
                let view = session.view(resource_type);
                let rows = Value::from(rows);
                work.batch.add(import.guard_versions(&view, &rows));
            }
        }
    }
    for part in lines.names.iter().flat_map(|names| names.chunks(NAMES)) {
        work.batch.add(import.name(part));
        if import.is_dry && session.settings().pend_unknown_members {
            work.batch.add(import.join_awaited(part));
        }
    }
    let last = actions.last().map_or(0, |(line, _)| *line);
    work.reach(import, state, last, &lines.rows);
    Ok(())
}

impl<'a> Lines<'a> {
    /// Adds the change that a line asks for; gives what becomes of the resource, and its id.
    fn add<D: Database>(
        &mut self,
        session: &Session<'_, D>,
        line: i64,
        item: &'a LineWrite,
    ) -> (&'static str, &'a str) {
        let LineWrite { parsed, new, .. } = item;
        match (&item.target, &item.rewrite) {
            (None, _) => {
                self.changes.push(new.change());
                let row = json::texts(&[&new.id, &new.version]);
                self.written.push((parsed.resource_type, row));
                ("created", &new.id)
            }
            (Some(id), None) => ("unchanged", id),
            (Some(_), Some((rewrite, id, version))) => {
                let kind = ChangeKind::Rewrite {
                    rewrite,
                    groups: false,
                };
                let reference = ResourceRef::Id(id.clone());
                let guard = Guard::Exactly(version);
                let mut change =
                    session.change(parsed.resource_type, reference, guard, kind, Links::None);
                change.operation = usize::try_from(line).ok();
                let row = json::texts(&[id, &change.version]);
                self.written.push((parsed.resource_type, row));
                self.changes.push(change);
                ("updated", id)
            }
        }
    }

    /// Notes what a line calls a resource, for the lines behind it.
    fn name(
        &mut self,
        import: Import<'_>,
        line: i64,
        item: &LineWrite,
        (outcome, id): (&str, &str),
    ) {
        let of = item.parsed.resource_type.name;
        let source = item.parsed.id.as_deref();
        let [new, large, plain, others] = &mut self.names;
        let names = match &item.rewrite {
            _ if !import.is_dry => new,
            None if item.new.is_plain() => new,
            None => large,
            Some((rewrite, ..)) if rewrite.is_plain(item.parsed.resource_type) => plain,
            Some(_) => others,
        };
        if let Some(source) = source.filter(|source| import.is_dry || *source != id) {
            names.push(json::texts(&[&key("i", of, source), id]));
        }
        // Others may know by the id who was here before, and a dry run has it nowhere else.
        if import.is_dry && item.is_former {
            names.push(json::texts(&[&key("i", of, id), id]));
        }
        // One without an id is told by its external id, or by the id that is kept.
        if source.is_some() || item.is_former || item.new.document.contains_key("externalId") {
            let mut claim = vec![Value::from(line)];
            claim.extend(is_name_given(item).then(|| item.new.name().into()));
            let claim = json::text(&Value::from(claim));
            let key = ["r/", id].concat();
            names.push(json::texts(&[&key, source.unwrap_or_default(), &claim]));
        }
        if import.is_dry && outcome != "unchanged" {
            note(item, id, names, &mut self.forgotten);
        }
    }

    /// Notes what is still to be done of a line, and what was refused of it.
    fn keep(&mut self, work: &mut LineBatch, line: i64, item: &LineWrite, outcome: (&str, &str)) {
        let LineResource { links, refused, .. } = &item.parsed;
        work.marker.counts.refused += i64::try_from(refused.len()).unwrap_or_default();
        let refused = json_of_refusals(refused);
        if !links.is_empty() {
            let text = json::text(&Value::from(links.as_slice()));
            let row = line_row(line, LineState::Members, Some(outcome), &refused, &text);
            return self.rows.push(row);
        }
        work.marker.counts.count(outcome.0);
        work.marker.done += 1;
        if !refused.is_null() {
            self.rows
                .push(line_row(line, LineState::Refused, None, &refused, ""));
        }
    }
}

/// Adds the changes: those that are plain many at a time.
fn add<D: Database>(
    session: &Session<'_, D>,
    work: &mut LineBatch,
    changes: Vec<Change<'_>>,
) -> Result<(), Failure> {
    let (plain, others): (Vec<_>, Vec<_>) =
        changes.into_iter().partition(|change| match change.kind {
            ChangeKind::Create(_) | ChangeKind::Delete => true,
            ChangeKind::Rewrite { rewrite, .. } => rewrite.is_plain(change.resource_type),
            ChangeKind::Assign { .. } | ChangeKind::Keep(_) => false,
        });
    session.add_run(&mut work.batch, &plain, false)?;
    for change in &others {
        session.add_change(&mut work.batch, change);
    }
    Ok(())
}

/// Notes what the directory would be, for the lines behind it.
fn note(item: &LineWrite, id: &str, names: &mut Vec<Value>, former: &mut Vec<Value>) {
    let resource_type = item.parsed.resource_type;
    let of = resource_type.name;
    let (document, folded, before) = match &item.rewrite {
        Some((rewrite, ..)) => {
            let [before, folded] = rewrite.images();
            (rewrite.document(), folded, Some(before))
        }
        None => (
            item.new.row().2.document.as_str(),
            &item.new.row().2.folded,
            None,
        ),
    };
    let add_keys = |list: &mut Vec<Value>, image: &Map<String, Value>| {
        for column in Table::of(resource_type).keys {
            let kind = match column.attribute {
                "externalId" => "e",
                _ if column.unique => "n",
                _ => continue,
            };
            if let Some(text) = column.value(image) {
                list.push(json::texts(&[&key(kind, of, text), id]));
            }
        }
        for (path, value) in unique_values(resource_type, image) {
            list.push(json::texts(&[&unique_key(&path, &value), id]));
        }
    };
    if let Some(before) = before {
        add_keys(former, before);
    }
    add_keys(names, folded);
    names.push(json::texts(&[&["d/", id].concat(), id, document]));
    if Table::of(resource_type).has_members() {
        names.push(json::texts(&[&["g/", id].concat(), id]));
    }
}
