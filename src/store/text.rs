//! The trigram indexes of users and groups: what `co`, `sw` and `ew` on userName, displayName and
//! e-mail addresses need not walk the table for (`migrations/0003_text.sql`, `0005_team_text.sql`).
//!
//! It only says who may match; the condition itself is asked of those. Where it finds more than is
//! worth fetching one by one, the table is walked as if there were no index. One statement does
//! both: it is two selects, of which one is told to give no rows, and reads none.

use scim::filter::CompareOp;
use scim::filter::predicate::{Operand, Place, Predicate, Test};
use scim::index::Index;
use scim::list::List;
use scim::part;

use super::Statement;
use super::fragment::{Fragment, value};
use super::limits::{PARAMETERS, STATEMENT_BYTES};
use super::predicate::{is_lookup, modified_since};
use super::source::{Source, totals_of};
use crate::{fragment, statement};

/// Characters that are looked for: so many leave hardly anybody else.
const LONGEST: usize = 32;
/// The same of many texts. Characters that all have (a domain) are walked anew for each.
const LONGEST_OF_MANY: usize = 12;
/// Bytes of texts behind which no clause is added.
const MOST_BYTES: usize = 96;
/// Characters that the index knows the place of.
const SHORTEST: usize = 3;
/// Texts that are looked for at once, at the most: for each the index walks the places of its
/// characters in all that has them.
const MOST_NEEDLES: usize = 64;
/// Up to so many, the same characters may come again in one, and how often.
const FEW_NEEDLES: usize = 16;
const REPEATS: usize = 4;
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
    /// Behind `FROM`: the rows of the type; where the filter tells since when they were modified,
    /// by the index of that, since any other (of the order, a mark, ids) would be walked whole.
    pub fn of<'a>(self, source: &Source<'a>) -> Fragment<'a> {
        let row = source.view.row();
        let since = modified_condition(source);
        let index = since
            .is_some()
            .then_some([" INDEXED BY ", row, "_modified"]);
        let rows = match self {
            Self::Found => fragment!(
                "(SELECT j.value AS seq FROM hit CROSS JOIN json_each(hit.seqs) j) found CROSS JOIN {row} ON {row}.seq = found.seq",
                row = row,
            ),
            Self::All | Self::Share | Self::Rest => {
                fragment!("{row}{index}", row = row, index = index)
            }
        };
        fragment!(
            "{rows} WHERE {scope}{since}",
            rows = rows,
            scope = source.view.scope(row),
            since = since,
        )
    }

    /// `LIMIT …`; a limit of 0 ends a select before it reads.
    ///
    /// Never `LIMIT ?` alone: `SQLite` plans by the value of that, and so compiles the statement
    /// anew each time one is bound.
    pub fn limit(self, limit: i64) -> Fragment<'static> {
        let limit = value(limit);
        match self {
            Self::All | Self::Share => fragment!(" LIMIT {limit} + 0", limit = limit),
            Self::Found => fragment!(
                " LIMIT (SELECT iif(few, {limit}, 0) FROM hit)",
                limit = limit,
            ),
            Self::Rest => fragment!(
                " LIMIT (SELECT iif(few, 0, {limit}) FROM hit)",
                limit = limit,
            ),
        }
    }
}

/// The condition that a row was modified since the moment that the filter tells, unless it names
/// rows by a key.
fn modified_condition<'a>(source: &Source<'a>) -> Option<Fragment<'a>> {
    let since = modified_since(source.predicate?)?;
    (!is_lookup(&source.view, source.predicate?)).then(|| {
        fragment!(
            " AND {row}.updated_at >= {since}",
            row = source.view.row(),
            since = Fragment::Made(since),
        )
    })
}

/// A select that ends with a limit, given what it is of such rows.
pub fn select<'a>(source: &Source<'a>, of: &dyn Fn(Rows) -> Fragment<'a>) -> Fragment<'a> {
    let all = of(Rows::All);
    match both(source, of) {
        Some(both) => Fragment::Either(Box::new([both, all]), has_room),
        None => all,
    }
}

/// The statement that counts what is matched: `FROM … WHERE …`.
pub fn count<'a>(source: &Source<'a>, matching: &dyn Fn(Rows) -> Fragment<'a>) -> Statement {
    let one = |rows: Rows| {
        fragment!(
            "SELECT 1{matching}{limit}",
            matching = matching(rows),
            limit = rows.limit(-1),
        )
    };
    both(source, &one)
        .map(|both| statement!("SELECT count(*) AS total FROM ({both})", both = both))
        .filter(has_room)
        .unwrap_or_else(|| {
            statement!(
                "SELECT count(*) AS total{matching}",
                matching = matching(Rows::All),
            )
        })
}

/// Both selects; none where the index is of no use.
fn both<'a>(source: &Source<'a>, of: &dyn Fn(Rows) -> Fragment<'a>) -> Option<Fragment<'a>> {
    let predicate = source.predicate?;
    Some(fragment!(
        "WITH {hit} SELECT * FROM ({found}) UNION ALL SELECT * FROM ({rest})",
        hit = hit(source, predicate)?,
        found = of(Rows::Found),
        rest = of(Rows::Rest),
    ))
}

/// What stands behind `WITH`: whether the index finds few, and which; none where it is of no use.
pub fn hit<'a>(source: &Source<'a>, predicate: &Predicate) -> Option<Fragment<'a>> {
    if is_lookup(&source.view, predicate) {
        return None;
    }
    let needles = needles(source, predicate)?;
    Some(fragment!(
        "hit(few, seqs) AS MATERIALIZED (\
         SELECT count(*) <= {few}, json_group_array(rowid) FROM ({hits}))",
        few = few(source),
        hits = hits(source, needles),
    ))
}

/// What the index is asked for; none where it is of no use.
fn needles(source: &Source<'_>, predicate: &Predicate) -> Option<String> {
    let clauses = affordable(clauses(source.view.table().text, predicate, false));
    (!clauses.is_empty()).then(|| expression(&clauses))
}

/// The select of the rows that the index finds, as far as one more than are few.
fn hits<'a>(source: &Source<'a>, needles: String) -> Fragment<'a> {
    // The tenant is a trigram of its own: see the migration.
    fragment!(
        "SELECT rowid FROM {table}_text WHERE {table}_text MATCH (\
             SELECT '\"' || char(983040 + id / 1048576 % 1024, 984064 + id / 1024 % 1024, 985088 + id % 1024) || '\" AND ' \
             FROM tenants WHERE id = {tenant}) || {needles} LIMIT 1 + {few}",
        table = source.view.row(),
        tenant = source.view.tenant,
        needles = Fragment::Made(needles),
        few = few(source),
    )
}

/// Whether D1 takes the statement with what it has behind its page.
fn has_room(statement: &Statement) -> bool {
    let (bytes, parameters) = REST;
    statement.text().len() + bytes <= STATEMENT_BYTES
        && statement.parameters().len() + parameters <= PARAMETERS
}

/// Rows that are few, however many there are.
const ALWAYS_FEW: usize = 1_000;
/// The part of all rows that is few.
const ONE_OF: usize = 20;

/// How many rows are fetched one by one, where the index finds no more. A row fetched costs some
/// seven and one walked past two; finding out that there are more costs one for each that is found.
/// Of those modified since a moment no more are looked for than there are.
fn few<'a>(source: &Source<'a>) -> Fragment<'a> {
    if modified_condition(source).is_some() {
        return fragment!(
            "(SELECT count(*) FROM (SELECT 1 FROM {rows} LIMIT {always}))",
            rows = Rows::All.of(source),
            always = ALWAYS_FEW,
        );
    }
    fragment!(
        "(SELECT max({always}, coalesce(sum(total) / {one_of}, 0)){totals})",
        always = ALWAYS_FEW,
        one_of = ONE_OF,
        totals = totals_of(&source.view),
    )
}

/// What must be in the text of a resource that satisfies the predicate, as far as the index knows
/// it: one of each clause. `within` the brackets of `emails[…]`.
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
            let mut needles = Vec::new();
            for text in texts {
                match needle(CompareOp::Eq, text) {
                    Some(needle) => needles.push(needle),
                    None => return Vec::new(),
                }
            }
            vec![needles]
        }
        Predicate::Element { of, holds }
            if of.extension.is_none()
                && of.attribute.name == "emails"
                && indexed.contains(&"emails") =>
        {
            clauses(indexed, holds, true)
        }
        Predicate::All(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(clauses(indexed, part, within));
            }
            all
        }
        Predicate::Any(parts) => {
            let mut any = Vec::new();
            for part in parts {
                // The clause whose shortest needle is the longest finds the fewest.
                let mut best: Option<Vec<String>> = None;
                for clause in clauses(indexed, part, within) {
                    if best
                        .as_ref()
                        .is_none_or(|best| shortest(&clause) >= shortest(best))
                    {
                        best = Some(clause);
                    }
                }
                match best {
                    Some(clause) => any.extend(clause),
                    None => return Vec::new(),
                }
            }
            if any.is_empty() {
                Vec::new()
            } else {
                vec![any]
            }
        }
        Predicate::Test(..)
        | Predicate::Constant(_)
        | Predicate::Not(_)
        | Predicate::Element { .. } => Vec::new(),
    }
}

fn shortest(clause: &[String]) -> Option<usize> {
    clause.iter().map(String::len).min()
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
    let fits = needle.chars().count() >= SHORTEST && !needle.as_bytes().contains(&b'\0');
    fits.then_some(needle)
}

/// A text as far as this, and as no three characters in it come more often than that. (A name of
/// one letter, 100,000 times, has them at as many places, and each time they are walked anew.)
fn cap_repeats(text: &str, longest: usize, most: usize) -> String {
    let letters: Vec<char> = text.chars().take(longest).collect();
    let mut seen: Vec<&[char]> = Vec::new();
    for trigram in letters.windows(SHORTEST) {
        if seen.iter().filter(|other| **other == trigram).count() == most {
            break;
        }
        seen.push(trigram);
    }
    let length = seen.len() + SHORTEST - 1;
    letters.into_iter().take(length).collect()
}

/// The clauses with each text once, and no more of them than [`MOST_BYTES`] and [`MOST_NEEDLES`]
/// allow: a clause less finds more, which are asked for the condition itself. Many texts are looked
/// for in less of each.
fn affordable(clauses: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let mut best: Vec<Vec<String>> = Vec::new();
    let (mut texts, mut bytes) = (0, 0);
    for clause in clauses {
        let (longest, repeats) = if texts + clause.len() > FEW_NEEDLES {
            (LONGEST_OF_MANY, 1)
        } else {
            (LONGEST, REPEATS)
        };
        let clause: Index = clause
            .iter()
            .map(|text| cap_repeats(text, longest, repeats))
            .collect();
        let clause = clause.into_texts();
        if bytes < MOST_BYTES && texts + clause.len() <= MOST_NEEDLES && !best.contains(&clause) {
            texts += clause.len();
            bytes += clause.iter().map(String::len).sum::<usize>();
            best.push(clause);
        }
    }
    best
}

/// The clauses in the language of FTS5: `("…" OR "…") AND ("…")`.
fn expression(clauses: &[Vec<String>]) -> String {
    let quoted = |needle: &String| format!("\"{}\"", part::replace(needle, "\"", "\"\""));
    let bracketed =
        |clause: &Vec<String>| format!("({})", clause.iter().map(quoted).list().join(" OR "));
    clauses.iter().map(bracketed).list().join(" AND ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_ends_where_three_characters_come_too_often() {
        for (text, once, thrice) in [
            ("ada.lovelace", "ada.lovelace", "ada.lovelace"),
            ("aaaaaaaa", "aaa", "aaaaa"),
            ("abcabcabc", "abcab", "abcabcabc"),
            ("anna anna", "anna an", "anna anna"),
            ("\nab", "\nab", "\nab"),
        ] {
            assert_eq!(cap_repeats(text, 32, 1), once);
            assert_eq!(cap_repeats(text, 32, 3), thrice);
        }
    }

    #[test]
    fn each_text_is_looked_for_once_and_not_too_many() {
        let clause = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let many: Vec<String> = (100..162).map(|number| number.to_string()).collect();
        let clauses = vec![
            clause(&["abc", "abc"]),
            many.clone(),
            clause(&["abc"]),
            clause(&["xyz", "aaaaaa"]),
        ];
        assert_eq!(affordable(clauses), [clause(&["abc"]), many]);
        let few = vec![clause(&["xyz", "aaaaaa"])];
        assert_eq!(affordable(few), [clause(&["aaaaaa", "xyz"])]);
        // One more than are few: less of each.
        for (count, left) in [(16, "aaaaaa"), (17, "aaa")] {
            let mut texts: Vec<String> = (101..100 + count)
                .map(|number| number.to_string())
                .collect();
            texts.push("aaaaaaaaa".to_owned());
            assert_eq!(affordable(vec![texts])[0].last().unwrap(), left);
        }
    }
}
