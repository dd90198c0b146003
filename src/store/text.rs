//! The trigram indexes of users and groups: what `co`, `sw` and `ew` on userName, displayName and e-mail addresses need
//! not walk the table for (`migrations/0003_text.sql`, `0005_team_text.sql`).
//!
//! It only says who may match; the condition itself is asked of those. Where it finds more than is worth fetching one by
//! one, the table is walked as if there were no index. One statement does both: it is two selects, of which one is told
//! to give no rows, and reads none.

use scim::filter::CompareOp;
use scim::filter::predicate::{Operand, Place, Predicate, Test};
use scim::resource_type::{ResourceType, USER_TYPE};

use super::Statement;
use super::expression::is_group;
use super::limits::{PARAMETERS, STATEMENT_BYTES};
use super::page::{Source, push_totals};
use super::predicate::is_lookup;

/// Characters that are looked for: so many leave hardly anybody else.
const LONGEST: usize = 32;
/// Characters that the index knows the place of.
const SHORTEST: usize = 3;
/// Texts that are looked for at once, at the most.
const MOST_NEEDLES: usize = 64;
/// Begins each value in the text.
const LINE: char = '\n';
/// Bytes of SQL and parameters left for what a statement has behind its page.
const REST: (usize, usize) = (5_000, 1);

/// Where a select takes its rows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// The table.
    All,
    /// The table, for a page of several types: a share of what the page may take and skip.
    Share,
    /// What the index found, unless it is too much.
    Found,
    /// The table, if the index found too much.
    Rest,
}

impl Rows {
    /// Appends what stands behind `FROM`.
    pub fn push_from(self, statement: &mut Statement, table: &str) {
        if self == Self::Found {
            statement
                .push("(SELECT j.value AS seq FROM hit CROSS JOIN json_each(hit.seqs) j) found CROSS JOIN ")
                .push(table)
                .push(" ON ")
                .push(table)
                .push(".seq = found.seq");
        } else {
            statement.push(table);
        }
    }

    /// Appends `LIMIT …`; a limit of 0 ends a select before it reads.
    ///
    /// Never `LIMIT ?` alone: `SQLite` plans by the value of that, and so compiles the statement anew each time one is bound.
    pub fn push_limit(self, statement: &mut Statement, limit: i64) {
        statement.push(" LIMIT ");
        match self {
            Self::All | Self::Share => statement.bind(limit).push(" + 0"),
            Self::Found => statement
                .push("(SELECT iif(few, ")
                .bind(limit)
                .push(", 0) FROM hit)"),
            Self::Rest => statement
                .push("(SELECT iif(few, 0, ")
                .bind(limit)
                .push(") FROM hit)"),
        };
    }
}

/// Appends a select that ends with a limit.
pub fn push_select(
    statement: &mut Statement,
    source: &Source<'_>,
    push: &dyn Fn(&mut Statement, Rows),
) {
    match choice(statement, source, push) {
        Some(both) => *statement = both,
        None => push(statement, Rows::All),
    }
}

/// The statement that counts what is appended: `FROM … WHERE …`.
pub fn count(source: &Source<'_>, push: &dyn Fn(&mut Statement, Rows)) -> Statement {
    let counted = |statement: &mut Statement, rows: Rows| {
        statement.push("SELECT 1");
        push(statement, rows);
        rows.push_limit(statement, -1);
    };
    let start = Statement::new("SELECT count(*) AS total FROM (");
    if let Some(mut statement) = choice(&start, source, &counted) {
        statement.push(")");
        return statement;
    }
    let mut statement = Statement::new("SELECT count(*) AS total");
    push(&mut statement, Rows::All);
    statement
}

/// Both selects behind `start`; none where the index is of no use, or the two would be more than D1 takes.
fn choice(
    start: &Statement,
    source: &Source<'_>,
    push: &dyn Fn(&mut Statement, Rows),
) -> Option<Statement> {
    let predicate = source.predicate?;
    if is_lookup(&source.view, predicate) {
        return None;
    }
    let clauses = clauses(indexed(source.view.resource_type), predicate, false);
    if clauses.is_empty() {
        return None;
    }
    let table = source.view.row();
    let mut statement = start.clone();
    statement.push("WITH hit(few, seqs) AS MATERIALIZED (SELECT count(*) <= ");
    push_few(&mut statement, source);
    statement
        .push(", json_group_array(rowid) FROM (SELECT rowid FROM ")
        .push(table)
        .push("_text WHERE ")
        .push(table);
    // The tenant is a trigram of its own: see the migration.
    statement.push(
        "_text MATCH (SELECT '\"' || char(983040 + id / 1048576 % 1024, 984064 + id / 1024 % 1024, 985088 + id % 1024) || '\" AND ' \
         FROM tenants WHERE id = ",
    );
    source.view.tenant.push(&mut statement);
    statement
        .push(") || ")
        .bind(expression(&clauses))
        .push(" LIMIT 1 + ");
    push_few(&mut statement, source);
    statement.push(")) SELECT * FROM (");
    push(&mut statement, Rows::Found);
    statement.push(") UNION ALL SELECT * FROM (");
    push(&mut statement, Rows::Rest);
    statement.push(")");
    let (bytes, parameters) = REST;
    (statement.text.len() + bytes <= STATEMENT_BYTES
        && statement.parameters.len() + parameters <= PARAMETERS)
        .then_some(statement)
}

/// Appends how many rows are fetched one by one, where the index finds no more: a thousand, or a twentieth of all. A row
/// fetched costs some seven and one walked past two; finding out that there are more costs one for each that is found.
fn push_few(statement: &mut Statement, source: &Source<'_>) {
    statement.push("(SELECT max(1000, coalesce(sum(total) / 20, 0))");
    push_totals(statement, &source.view);
    statement.push(")");
}

/// The attributes whose values are in the text of a resource.
fn indexed(resource_type: &ResourceType) -> &'static [&'static str] {
    if *resource_type == USER_TYPE {
        &["userName", "displayName", "emails"]
    } else if is_group(resource_type) {
        &["displayName"]
    } else {
        &[]
    }
}

/// What must be in the text of a resource that satisfies the predicate, as far as the index knows it: one of each clause.
/// `within` the brackets of `emails[…]`.
fn clauses(indexed: &[&str], predicate: &Predicate, within: bool) -> Vec<Vec<String>> {
    let is_known = |place: &Place| match place {
        Place::At(location) => {
            location.extension.is_none()
                && location.sub.is_none()
                && indexed.contains(&location.attribute.name)
        }
        Place::Sub(sub) => within && sub.name == "value",
        Place::Value(_) => false,
    };
    match predicate {
        Predicate::Test(place, Test::Compare(op, Operand::String(text))) if is_known(place) => {
            needle(*op, text).map_or_else(Vec::new, |needle| vec![vec![needle]])
        }
        Predicate::Test(place, Test::OneOf(texts))
            if is_known(place) && texts.len() <= MOST_NEEDLES =>
        {
            let needles = texts.iter().map(|text| needle(CompareOp::Eq, text));
            needles.collect::<Option<Vec<_>>>().into_iter().collect()
        }
        Predicate::Element { of, holds }
            if of.extension.is_none()
                && of.attribute.name == "emails"
                && indexed.contains(&"emails") =>
        {
            clauses(indexed, holds, true)
        }
        Predicate::All(parts) => parts
            .iter()
            .flat_map(|part| clauses(indexed, part, within))
            .collect(),
        // The clause whose shortest needle is the longest finds the fewest.
        Predicate::Any(parts) => parts
            .iter()
            .map(|part| {
                clauses(indexed, part, within)
                    .into_iter()
                    .max_by_key(|clause| clause.iter().map(String::len).min())
            })
            .collect::<Option<Vec<_>>>()
            .map(|parts| parts.concat())
            .filter(|clause| !clause.is_empty())
            .into_iter()
            .collect(),
        Predicate::Test(..)
        | Predicate::Constant(_)
        | Predicate::Not(_)
        | Predicate::Element { .. } => Vec::new(),
    }
}

/// What the text of a value that compares so must contain, if the index can look for it.
fn needle(op: CompareOp, text: &str) -> Option<String> {
    let mut needle = String::new();
    match op {
        CompareOp::Co | CompareOp::Ew => {}
        CompareOp::Eq | CompareOp::Sw => needle.push(LINE),
        CompareOp::Ne | CompareOp::Gt | CompareOp::Lt | CompareOp::Ge | CompareOp::Le => {
            return None;
        }
    }
    needle.extend(text.chars().take(LONGEST));
    // U+0000 ends the language of FTS5; no value has one.
    let fits = needle.chars().count() >= SHORTEST && !needle.contains('\0');
    fits.then_some(needle)
}

/// The clauses in the language of FTS5: `("…" OR "…") AND ("…")`.
fn expression(clauses: &[Vec<String>]) -> String {
    let quoted = |needle: &String| format!("\"{}\"", needle.replace('"', "\"\""));
    let bracketed = |clause: &Vec<String>| {
        format!(
            "({})",
            clause.iter().map(quoted).collect::<Vec<_>>().join(" OR ")
        )
    };
    clauses
        .iter()
        .map(bracketed)
        .collect::<Vec<_>>()
        .join(" AND ")
}
