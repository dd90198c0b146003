//! What a list is ordered by: the sort key of a row in SQL, and as a cursor carries it (RFC 7644 §3.4.2.3).

use scim::path::Location;
use scim::schema::Type;

use super::{Order, Source};
use crate::store::Statement;
use crate::store::expression::{link_column, push_json_path, push_links, push_value_by, segments};
use crate::store::table::Table;

/// Where a row stands in the order.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its sort key; none where it has no value.
    pub key: Option<Key>,
    /// Its id.
    pub id: String,
}

/// A sort key, with the type that SQL orders it by.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// Text.
    Text(String),
    /// A number, in digits that lose nothing.
    Number(String),
}

impl Key {
    /// Reads the dressed form: a letter for the type, then the value.
    pub fn parse(dressed: &str) -> Option<Self> {
        if let Some(text) = dressed.strip_prefix('t') {
            Some(Self::Text(text.to_owned()))
        } else {
            dressed
                .strip_prefix('n')
                .map(|digits| Self::Number(digits.to_owned()))
        }
    }

    /// The dressed form.
    pub fn dressed(&self) -> String {
        match self {
            Self::Text(text) => format!("t{text}"),
            Self::Number(digits) => format!("n{digits}"),
        }
    }
}

/// Whether every row has the sort key: its column is NOT NULL. What a schema requires may have been required only after
/// a resource was stored.
fn is_required(source: &Source<'_>) -> bool {
    source.sort.is_some_and(|location| {
        let key = Table::of(source.view.resource_type).key(location.attribute.name);
        location.extension.is_none() && key.is_some_and(|key| key.unique)
    })
}

/// Appends the sort key of a row: for a multi-valued attribute that of the primary value, or of the first (§3.4.2.3).
pub(super) fn push_key(statement: &mut Statement, source: &Source<'_>) {
    match source.sort {
        Some(location) => push_part(statement, source, location, " ->> "),
        None => {
            statement.push("NULL");
        }
    }
}

/// Appends the key by this arrow: `->>` for its value, `->` for the JSON text of a number.
fn push_part(statement: &mut Statement, source: &Source<'_>, location: &Location, arrow: &str) {
    let attribute = location.attribute;
    if !attribute.multi_valued {
        push_value_by(statement, &source.view, location, arrow);
        return;
    }
    let Some(sub) = location.sub else {
        push_first(statement, location, arrow);
        return;
    };
    if attribute.linked {
        statement
            .push("(SELECT ")
            .push(link_column(sub))
            .push(" FROM ");
        push_links(statement, &source.view);
        statement.push(" ORDER BY e.value LIMIT 1)");
        return;
    }
    // The whole value first, then the part: a primary value without the part has no key.
    let array = Location {
        sub: None,
        ..*location
    };
    statement.push("coalesce((SELECT e.value FROM json_each(folded, ");
    push_json_path(statement, &segments(&array));
    statement.push(") e WHERE e.value ->> '$.primary' = 1 LIMIT 1), ");
    push_first(statement, &array, " ->> ");
    statement.push(")").push(arrow);
    push_json_path(statement, &[sub.name]);
}

/// Appends the first element of an array: its text or number, or its JSON if it is an object.
fn push_first(statement: &mut Statement, array: &Location, arrow: &str) {
    statement.push("folded -> ");
    push_json_path(statement, &segments(array));
    statement.push(arrow).push("0");
}

/// Appends the key in the form that [`Key::parse`] reads. A number goes as it stands in the JSON: read again it is the same,
/// where `SQLite` prints it with an error in the last digits.
pub(super) fn push_dressed(statement: &mut Statement, source: &Source<'_>) {
    let Some(location) = source.sort else {
        statement.push("NULL");
        return;
    };
    statement.push(
        "(SELECT CASE typeof(x) WHEN 'null' THEN NULL WHEN 'text' THEN 't' || x ELSE 'n' || ",
    );
    if is_number(location) {
        statement.push("(");
        push_part(statement, source, location, " -> ");
        statement.push(")");
    } else {
        statement.push("x");
    }
    statement.push(" END FROM (SELECT ");
    push_key(statement, source);
    statement.push(" AS x))");
}

fn is_number(location: &Location) -> bool {
    let attribute = location.sub.unwrap_or(location.attribute);
    matches!(attribute.kind, Type::Integer | Type::Decimal)
}

fn push_mark_key(statement: &mut Statement, key: &Key) {
    match key {
        Key::Text(text) => statement.bind(text.as_str()),
        Key::Number(digits) => statement
            .push("CAST(")
            .bind(digits.as_str())
            .push(" AS NUMERIC)"),
    };
}

/// Appends the condition that a row lies behind the mark in the order (or before it).
pub(super) fn push_beyond(
    statement: &mut Statement,
    source: &Source<'_>,
    order: Order,
    mark: &Mark,
    behind: bool,
) {
    let id = if behind { "id > " } else { "id < " };
    statement.push(" AND (");
    if !order.keyed {
        statement.push(id).bind(mark.id.as_str()).push(")");
        return;
    }
    // The direction in which keys grow along the walk; where they grow, unassigned ones lie at the far end.
    let growing = behind != order.descending;
    let key = |statement: &mut Statement| push_key(statement, source);
    let Some(seen) = &mark.key else {
        if !growing {
            key(statement);
            statement.push(" IS NOT NULL OR ");
        }
        statement.push("(");
        key(statement);
        statement
            .push(" IS NULL AND ")
            .push(id)
            .bind(mark.id.as_str())
            .push("))");
        return;
    };
    // A key that every row has is bounded at both ends: the first condition is a range of its index.
    let required = is_required(source);
    if required {
        key(statement);
        statement.push(if growing { " >= " } else { " <= " });
        push_mark_key(statement, seen);
        statement.push(" AND (");
    }
    key(statement);
    statement.push(if growing { " > " } else { " < " });
    push_mark_key(statement, seen);
    statement.push(" OR (");
    key(statement);
    statement.push(" = ");
    push_mark_key(statement, seen);
    statement
        .push(" AND ")
        .push(id)
        .bind(mark.id.as_str())
        .push(")");
    if required {
        statement.push(")");
    } else if growing {
        statement.push(" OR ");
        key(statement);
        statement.push(" IS NULL");
    }
    statement.push(")");
}
