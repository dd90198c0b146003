//! The trigram index of users: what `co`, `sw` and `ew` on userName, displayName and e-mail addresses need not walk the
//! table for (`migrations/0003_text.sql`).
//!
//! It only says who may match; the condition itself is asked of those. Where it finds more than is worth fetching one by
//! one, the table is walked as if there were no index. One statement does both: it is two selects, of which one is told
//! to give no rows, and reads none.

use scim::filter::CompareOp;
use scim::filter::predicate::{Operand, Place, Predicate, Test};
use scim::resource_type::USER_TYPE;

use super::Statement;
use super::limits::STATEMENT_BYTES;
use super::page::Source;
use super::predicate::is_lookup;

/// Users that are fetched one by one; where more may match, the table is walked.
const FEW: &str = "1000";
/// Characters that are looked for: so many leave hardly anybody else.
const LONGEST: usize = 32;
/// Characters that the index knows the place of.
const SHORTEST: usize = 3;

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
            statement.push(
                "(SELECT j.value AS seq FROM hit CROSS JOIN json_each(hit.seqs) j) found \
                 CROSS JOIN users ON users.seq = found.seq",
            );
        } else {
            statement.push(table);
        }
    }

    /// Appends `LIMIT …`; a limit of 0 ends a select before it reads.
    pub fn push_limit(self, statement: &mut Statement, limit: i64) {
        statement.push(" LIMIT ");
        match self {
            Self::All | Self::Share => statement.bind(limit),
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

/// The statement of a select that ends with a limit.
pub fn select(source: &Source<'_>, push: &dyn Fn(&mut Statement, Rows)) -> Statement {
    choice(source, "", push).unwrap_or_else(|| {
        let mut statement = Statement::default();
        push(&mut statement, Rows::All);
        statement
    })
}

/// The statement that counts what is appended: `FROM … WHERE …`.
pub fn count(source: &Source<'_>, push: &dyn Fn(&mut Statement, Rows)) -> Statement {
    let counted = |statement: &mut Statement, rows: Rows| {
        statement.push("SELECT 1");
        push(statement, rows);
        rows.push_limit(statement, -1);
    };
    if let Some(mut statement) = choice(source, "SELECT count(*) AS total FROM (", &counted) {
        statement.push(")");
        return statement;
    }
    let mut statement = Statement::new("SELECT count(*) AS total");
    push(&mut statement, Rows::All);
    statement
}

/// Both selects behind `start`; none where the index is of no use, or the two would be more than D1 takes.
fn choice(
    source: &Source<'_>,
    start: &str,
    push: &dyn Fn(&mut Statement, Rows),
) -> Option<Statement> {
    let predicate = source.predicate?;
    if *source.view.resource_type != USER_TYPE || is_lookup(&source.view, predicate) {
        return None;
    }
    let needles = needles(predicate, false)?;
    let mut statement = Statement::new(start);
    // The tenant is a trigram of its own: see the migration.
    statement.push("WITH hit(few, seqs) AS MATERIALIZED (SELECT count(*) <= ");
    statement.push(FEW).push(
        ", json_group_array(rowid) FROM (SELECT rowid FROM users_text WHERE users_text MATCH (SELECT '\"' || \
         char(983040 + id / 1048576 % 1024, 984064 + id / 1024 % 1024, 985088 + id % 1024) || '\" AND ' \
         FROM tenants WHERE id = ",
    );
    source.view.tenant.push(&mut statement);
    statement
        .push(") || ")
        .bind(expression(&needles))
        .push(" LIMIT 1 + ")
        .push(FEW)
        .push(")) SELECT * FROM (");
    push(&mut statement, Rows::Found);
    statement.push(") UNION ALL SELECT * FROM (");
    push(&mut statement, Rows::Rest);
    statement.push(")");
    (statement.fits() && statement.text.len() < STATEMENT_BYTES).then_some(statement)
}

/// What one of must be in the text of a user who satisfies the predicate; none if nothing must be, or nothing that the
/// index knows. `in_email` within the brackets of `emails[…]`.
fn needles(predicate: &Predicate, in_email: bool) -> Option<Vec<&str>> {
    match predicate {
        Predicate::Test(
            place,
            Test::Compare(
                CompareOp::Eq | CompareOp::Co | CompareOp::Sw | CompareOp::Ew,
                Operand::String(text),
            ),
        ) => {
            let indexed = match place {
                Place::At(location) => {
                    location.extension.is_none()
                        && location.sub.is_none()
                        && matches!(location.attribute.name, "userName" | "displayName")
                }
                Place::Sub(sub) => in_email && sub.name == "value",
                Place::Value(_) => false,
            };
            // U+0000 ends the language of FTS5; no value has one.
            let usable = text.chars().count() >= SHORTEST && !text.contains('\0');
            (indexed && usable).then(|| vec![text.as_str()])
        }
        Predicate::Element { of, holds }
            if of.extension.is_none() && of.attribute.name == "emails" =>
        {
            needles(holds, true)
        }
        // The longest finds the fewest.
        Predicate::All(parts) => parts
            .iter()
            .filter_map(|part| needles(part, in_email))
            .max_by_key(|needles| needles.iter().map(|text| text.len()).min()),
        Predicate::Any(parts) => parts
            .iter()
            .map(|part| needles(part, in_email))
            .collect::<Option<Vec<_>>>()
            .map(|parts| parts.concat())
            .filter(|needles| !needles.is_empty()),
        Predicate::Test(..)
        | Predicate::Constant(_)
        | Predicate::Not(_)
        | Predicate::Element { .. } => None,
    }
}

/// The needles in the language of FTS5: `("…" OR "…")`.
fn expression(needles: &[&str]) -> String {
    let mut expression = String::from("(");
    for needle in needles {
        expression.push_str(if expression.len() > 1 { " OR \"" } else { "\"" });
        for character in needle.chars().take(LONGEST) {
            expression.push(character);
            if character == '"' {
                expression.push('"');
            }
        }
        expression.push('"');
    }
    expression.push(')');
    expression
}
