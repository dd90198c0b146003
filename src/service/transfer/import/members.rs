//! Lines with members: who they are is asked when all resources are there.

use scim::error::quote;
use scim::index::Index;
use scim::json;
use scim::list::List;
use scim::patch::LinkChange;
use scim::resource_type::GROUP_TYPE;
use serde_json::Value;

use super::batch::{LineBatch, line_row};
use super::line::{ambiguous_member, json_of_refusals, unknown_member};
use super::marker::Phase;
use crate::failure::Failure;
use crate::session::Session;
use crate::write::{ChangeKind, Links};
use store::batch::Batch;
use store::guard::Guard;
use store::read::ResourceRef;
use store::transfer::import::{Import, Line, LineState, SEVERAL};
use store::{Database, Statement};

/// Lines among which those of one group are looked for: what a batch may do is counted in groups,
/// so that users whose lines name a thousand groups in turn go by group.
pub(super) const LINES_A_GROUP: usize = 200;
/// Members that are asked for at once, beyond those of one line.
const MEMBERS: usize = 5_000;
/// Members in one question.
const MEMBERS_AT_ONCE: usize = 10_000;
/// Memberships that a dry run notes by one statement.
const KEYS: usize = 5_000;
/// What is said of a line whose resource was deleted while the import was at work.
const GONE: &str = "Somebody deleted the resource of this line while the import was at work, so that its memberships were not \
                    made. Import the line again, if it is to be there.";
/// Statements that the change of a group takes.
const STATEMENTS_EACH: usize = 5;

/// A line, and who its members are.
struct MemberLine {
    line: Line,
    links: Vec<Value>,
    /// See [`Import::resolve`].
    found: Vec<String>,
}

impl MemberLine {
    /// Whether it makes a group a member of another.
    fn nests(&self) -> bool {
        self.found.iter().any(|state| state.starts_with("G+")) && !self.is_user()
    }

    /// Asks which of the groups that come to the group it is in.
    fn ask_circular<D: Database>(&self, session: &Session<'_, D>, import: Import<'_>) -> Statement {
        let mut groups = Vec::new();
        for state in &self.found {
            groups.extend(state.strip_prefix("G+"));
        }
        let group = self.line.resource.as_deref().unwrap_or_default();
        let view = session.view(&GROUP_TYPE);
        import.circular(&view, group, &json::texts(&groups))
    }

    /// Whether the links are the groups of a user.
    fn is_user(&self) -> bool {
        is_of_user(&self.links)
    }

    /// Those who are no members yet, each whether it is a group and its id; and what is refused.
    fn sort(&self, circular: &Index, pairs: &mut Index) -> (Vec<(bool, String)>, Vec<String>) {
        let (mut members, mut refusals) = (Vec::new(), Vec::new());
        let is_user = self.is_user();
        let resource = self.line.resource.as_deref().unwrap_or_default();
        for (link, state) in self.links.iter().zip(&self.found) {
            let (kind, rest) = state.split_at_checked(1).unwrap_or_default();
            let (membership, id) = rest.split_at_checked(1).unwrap_or_default();
            let [team, member] = if is_user {
                [id, resource]
            } else {
                [resource, id]
            };
            if id == SEVERAL {
                refusals.push(ambiguous_member(link));
            } else if id.is_empty() || (is_user && kind != "G") {
                refusals.push(unknown_member(link));
            } else if circular.has(id) {
                refusals.push(format!(
                    "The member \"{}\" is the group itself, or the group is in it: a group cannot be a member of itself. Leave it out.",
                    quote(link.get(1).and_then(Value::as_str).unwrap_or_default()),
                ));
            } else if membership == "-" {
                if refusals.last().is_none_or(|last| last != GONE) {
                    refusals.push(GONE.to_owned());
                }
            } else if membership == "+" && pairs.add(&[team, "/", member].concat()) {
                members.push((kind == "G", id.to_owned()));
            }
        }
        (members, refusals)
    }
}

/// Whether links are the groups of a user.
fn is_of_user(links: &[Value]) -> bool {
    let kind = links.first().and_then(|link| link.get(0));
    kind.is_some_and(|kind| kind == "t")
}

/// Puts together a batch of lines.
pub(super) async fn plan<D: Database>(
    session: &Session<'_, D>,
    import: Import<'_>,
    work: &mut LineBatch,
    of_state: Vec<Line>,
    (most, groups): (usize, usize),
) -> Result<(), Failure> {
    let mut batch = Batch::default();
    // What one line alone does not do, may be for a resource that was deleted since it was made.
    let looks_for_ends = most == 1;
    let (mut member_lines, rows) = choose(import, of_state, groups);
    let mut handles = Vec::new();
    for part in rows.chunks(MEMBERS_AT_ONCE) {
        handles.push(batch.add(import.resolve(&Value::from(part), looks_for_ends)));
    }
    let mut answers = session.send(batch).await?;
    let ids: Vec<String> = crate::links::all_ids(answers.rows_of(&handles))?;
    let mut ids = ids.into_iter();
    for one in &mut member_lines {
        one.found = ids.by_ref().take(one.links.len()).list();
    }
    // A circle is found when all that came before is there.
    let alone = member_lines.iter().position(MemberLine::nests);
    member_lines.truncate(alone.map_or(member_lines.len(), |index| index.max(1)));
    let mut circular = Index::default();
    if let [one] = member_lines.as_slice()
        && one.nests()
    {
        let ask = one.ask_circular(session, import);
        circular = crate::links::all_ids(session.ask(ask).await?)?;
    }
    write(session, import, work, member_lines, &circular);
    Ok(())
}

/// Takes lines, as many as one batch does; gives what is to be asked of their members.
fn choose(import: Import<'_>, of_state: Vec<Line>, groups: usize) -> (Vec<MemberLine>, Vec<Value>) {
    let mut member_lines: Vec<MemberLine> = Vec::new();
    let mut rows = Vec::new();
    let (mut group_count, mut later) = (GroupCount::default(), Index::default());
    for line in of_state {
        let links = match json::parse(&line.text) {
            Ok(Value::Array(links)) => links,
            _ => Vec::new(),
        };
        if !member_lines.is_empty() && rows.len() + links.len() > MEMBERS {
            break;
        }
        let resource = line.resource.as_deref().unwrap_or_default();
        let has_room = import.is_dry || !later.has(resource) && group_count.add(&links, groups);
        match (has_room || member_lines.is_empty(), is_of_user(&links)) {
            (true, _) => {}
            // Its groups are for a later batch, and so are those of other lines of the user: of two
            // that name one group the first counts.
            (false, true) => {
                later.add(resource);
                continue;
            }
            // Groups keep their order: a circle is the fault of the line that closes it.
            (false, false) => break,
        }
        for link in &links {
            let mut row: Vec<Value> = link.as_array().cloned().unwrap_or_default();
            row.resize(3, Value::Null);
            row.push(Value::from(line.resource.as_deref()));
            rows.push(Value::from(row));
        }
        member_lines.push(MemberLine {
            line,
            links,
            found: Vec::new(),
        });
    }
    (member_lines, rows)
}

/// The groups that a batch changes.
#[derive(Default)]
struct GroupCount {
    /// How many lines of groups there are.
    lines: usize,
    /// What users call the groups that they are in.
    of_users: Index,
}

impl GroupCount {
    /// Whether there is room for the groups of a line, of so many; where there is, they are added.
    fn add(&mut self, links: &[Value], most: usize) -> bool {
        let room = most.saturating_sub(self.lines + self.of_users.len());
        if !is_of_user(links) {
            self.lines += usize::from(room > 0);
            return room > 0;
        }
        let names = links.iter().filter_map(|link| link.get(1)?.as_str());
        let new: Vec<&str> = names.filter(|name| !self.of_users.has(name)).list();
        let has_room = new.len() <= room;
        if has_room || self.lines + self.of_users.len() == 0 {
            for name in new {
                self.of_users.add(name);
            }
        }
        has_room
    }
}

/// Members that come to a group, and the line that says so.
struct Join {
    team: String,
    operation: Option<usize>,
    members: Vec<String>,
}

/// Adds what is done of each line.
fn write<D: Database>(
    session: &Session<'_, D>,
    import: Import<'_>,
    work: &mut LineBatch,
    all: Vec<MemberLine>,
    circular: &Index,
) {
    let mut rows = Vec::new();
    let mut keys = Vec::new();
    let mut joins: Vec<Join> = Vec::new();
    let mut pairs = Index::default();
    let mut numbers = Vec::new();
    for line in all {
        let number = line.line.number;
        numbers.push(number);
        let (members, mut refusals) = line.sort(circular, &mut pairs);
        let is_user = line.is_user();
        let mut outcome = line.line.outcome.unwrap_or_default();
        if !members.is_empty() && outcome == "unchanged" {
            "updated".clone_into(&mut outcome);
        }
        work.marker.counts.count(&outcome);
        work.marker.counts.refused += i64::try_from(refusals.len()).unwrap_or_default();
        work.marker.done += 1;
        let resource = line.line.resource.unwrap_or_default();
        if import.is_dry {
            for (is_group, id) in &members {
                let ends = if is_user {
                    [id, &resource]
                } else {
                    [&resource, id]
                };
                let [team, member] = ends;
                let key = ["m/", team, "/", member].concat();
                keys.push(json::texts(&[&key, member]));
                if *is_group && !is_user {
                    keys.push(json::texts(&[&["b/", member].concat(), team]));
                }
            }
        } else if is_user {
            for (_, team) in members {
                // Users of one group come together.
                let of_team = |join: &&mut Join| join.team == team && join.operation.is_none();
                match joins.iter_mut().find(of_team) {
                    Some(join) => join.members.push(resource.clone()),
                    None => joins.push(Join {
                        team,
                        operation: None,
                        members: vec![resource.clone()],
                    }),
                }
            }
        } else if !members.is_empty() {
            joins.push(Join {
                team: resource,
                operation: usize::try_from(number).ok(),
                members: members.into_iter().map(|(_, id)| id).list(),
            });
        }
        // What was refused of it before is told, too.
        let before = line.line.refused.as_deref().map(json::parse);
        if let Some(Ok(Value::Array(before))) = before {
            let texts = before.iter().filter_map(Value::as_str).map(str::to_owned);
            let mut before: Vec<String> = texts.list();
            before.append(&mut refusals);
            refusals = before;
        }
        if !refusals.is_empty() {
            let refusals = json_of_refusals(&refusals);
            rows.push(line_row(number, LineState::Refused, None, &refusals, ""));
        }
    }
    for join in joins {
        let change = LinkChange {
            add: join.members,
            ..LinkChange::default()
        };
        let reference = ResourceRef::Id(join.team);
        let links = Links::Members(&change);
        let keep = ChangeKind::Keep(None);
        let mut change = session.change(&GROUP_TYPE, reference, Guard::None, keep, links);
        change.operation = join.operation;
        session.add_change(&mut work.batch, &change);
    }
    for part in keys.chunks(KEYS) {
        work.batch.add(import.name(part));
    }
    if !rows.is_empty() {
        work.batch.add(import.keep(&rows));
    }
    if work.marker.phase == Phase::MembersOfGroups {
        work.marker.line = numbers.last().copied().unwrap_or(work.marker.line);
    }
    work.batch
        .add(import.finish_lines(LineState::Members, &numbers));
}

/// How many groups change in a batch of so many statements.
pub(super) fn groups(statements: usize) -> usize {
    (statements / STATEMENTS_EACH).max(1)
}
