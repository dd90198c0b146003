//! What a list is ordered by: the sort key of a row in SQL, and as a cursor carries it (RFC 7644
//! §3.4.2.3).

use scim::path::Location;
use scim::schema::Type;

use crate::expression::{Arrow, json_path, path_of, value_at};
use crate::fragment;
use crate::fragment::{Fragment, value};
use crate::links::{link_column, links};
use crate::source::Source;

/// Characters of a text that a cursor carries: it stands in addresses, which hold a few thousand.
const LONGEST: usize = 200;
/// The last of all characters.
const LAST: &str = "\u{10ffff}";

/// Which way the list runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Whether there is a sort key before the id.
    pub keyed: bool,
    /// Largest key first. The id ascends all the same.
    pub descending: bool,
}

/// Where a row stands in the order.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its sort key; none where it has no value.
    pub key: Option<SortKey>,
    /// Its id.
    pub id: String,
}

/// A sort key, with the type that SQL orders it by.
#[derive(Clone, Debug, PartialEq)]
pub enum SortKey {
    /// Text.
    Text(String),
    /// What a longer text begins with: `LONGEST` characters. The rest is that of the row with the
    /// id of the mark.
    Long(String),
    /// A number, in digits that lose nothing.
    Number(String),
}

impl SortKey {
    /// Reads the text: a letter for the type, then the value.
    pub fn parse(text: &str) -> Option<Self> {
        let (letter, rest) = text.split_at_checked(1)?;
        let of = match letter {
            "t" => Self::Text,
            "l" => Self::Long,
            "n" => Self::Number,
            _ => return None,
        };
        Some(of(rest.to_owned()))
    }

    /// The text.
    pub fn to_text(&self) -> String {
        match self {
            Self::Text(text) => ["t", text].concat(),
            Self::Long(text) => ["l", text].concat(),
            Self::Number(digits) => ["n", digits].concat(),
        }
    }
}

/// Whether every row has the sort key: its column is NOT NULL. What a schema requires may have been
/// required only after a resource was stored.
pub(super) fn is_required(source: &Source<'_>) -> bool {
    source.sort.is_some_and(|location| {
        let key = source.view.table().key(location.attribute.name);
        location.extension.is_none() && key.is_some_and(|key| key.unique)
    })
}

/// The sort key of a row: for a multi-valued attribute that of the primary value, or of the first
/// (§3.4.2.3).
pub(super) fn sort_key<'a>(source: &Source<'a>) -> Fragment<'a> {
    match source.sort {
        Some(location) => key_at(source, location, Arrow::Value),
        None => "NULL".into(),
    }
}

/// The key as its value, or as the JSON text of a number.
fn key_at<'a>(source: &Source<'a>, location: &Location, arrow: Arrow) -> Fragment<'a> {
    let attribute = location.attribute;
    match location.sub {
        _ if !attribute.multi_valued => value_at(&source.view, location, arrow),
        None => first(location, arrow),
        Some(sub) if attribute.linked => fragment!(
            "(SELECT {column} FROM {links} ORDER BY e.value LIMIT 1)",
            column = link_column(sub),
            links = links(&source.view),
        ),
        // The whole value first, then the part: a primary value without the part has no key.
        Some(sub) => {
            let array = Location {
                sub: None,
                ..*location
            };
            fragment!(
                "coalesce((\
                     SELECT e.value FROM json_each(folded, {array}) e WHERE e.value ->> '$.primary' = 1 LIMIT 1), \
                     {first}){arrow}{part}",
                array = path_of(&array),
                first = first(&array, Arrow::Value),
                arrow = arrow,
                part = json_path(sub.name),
            )
        }
    }
}

/// The first element of an array: its text or number, or its JSON if it is an object.
fn first(array: &Location, arrow: Arrow) -> Fragment<'static> {
    fragment!(
        "folded -> {array}{arrow}0",
        array = path_of(array),
        arrow = arrow,
    )
}

/// The key in the form that [`SortKey::parse`] reads. A number goes as it stands in the JSON: read
/// again it is the same, where `SQLite` prints it with an error in the last digits.
pub(super) fn key_text<'a>(source: &Source<'a>) -> Fragment<'a> {
    let Some(location) = source.sort else {
        return "NULL".into();
    };
    let number = if is_number(location) {
        fragment!("({key})", key = key_at(source, location, Arrow::Json))
    } else {
        "x".into()
    };
    fragment!(
        "(SELECT CASE typeof(x) WHEN 'null' THEN NULL WHEN 'text' THEN iif(length(x) > {longest}, 'l', 't') || substr(x, 1, {longest}) ELSE 'n' || {number} END \
             FROM (SELECT {key} AS x))",
        longest = LONGEST,
        number = number,
        key = sort_key(source),
    )
}

fn is_number(location: &Location) -> bool {
    let attribute = location.sub.unwrap_or(location.attribute);
    matches!(attribute.kind, Type::Integer | Type::Decimal)
}

/// The key of a mark, given the type of what it is compared with. A long text is that of the
/// marked row, of whichever type, while it still begins so. Is that gone, it is the first of all
/// that begin so, or the last, so that none of them is left out.
fn key_seen<'a>(
    sources: &[Source<'a>],
    mark: &'a Mark,
    key: &'a SortKey,
    growing: bool,
) -> Fragment<'a> {
    let text = match key {
        SortKey::Text(text) => return value(text).into(),
        SortKey::Number(digits) => {
            return fragment!("CAST({digits} AS NUMERIC)", digits = value(digits));
        }
        SortKey::Long(text) => text,
    };
    let of_marked = sources.iter().map(|source| {
        let view = &source.view;
        fragment!(
            "(SELECT {key} FROM {row} WHERE {scope} AND {row}.id = {id} AND substr({key}, 1, {longest}) = {text}), ",
            key = sort_key(source),
            row = view.row(),
            scope = view.scope(view.row()),
            id = value(&mark.id),
            longest = LONGEST,
            text = value(text),
        )
    });
    fragment!(
        "coalesce({of_marked}{text} || {end})",
        of_marked = of_marked.collect::<Fragment<'_>>(),
        text = value(text),
        end = value(if growing { "" } else { LAST }),
    )
}

/// The condition that a row lies behind the mark in the order (or before it).
pub(super) fn beyond<'a>(
    source: &Source<'a>,
    sources: &[Source<'a>],
    (order, behind): (Order, bool),
    mark: &'a Mark,
) -> Fragment<'a> {
    let id = fragment!(
        "id {beyond} {id}",
        beyond = if behind { ">" } else { "<" },
        id = value(&mark.id),
    );
    // The direction in which keys grow along the walk; where they grow, unassigned ones lie at the
    // far end.
    let growing = behind != order.descending;
    let beyond = if growing { ">" } else { "<" };
    let key = sort_key(source);
    let last = |key| key_seen(sources, mark, key, growing);
    match &mark.key {
        _ if !order.keyed => fragment!(" AND ({id})", id = id),
        None if growing => {
            fragment!(" AND (({key} IS NULL AND {id}))", key = key, id = id)
        }
        None => fragment!(
            " AND ({key} IS NOT NULL OR ({key} IS NULL AND {id}))",
            key = key,
            id = id,
        ),
        // A key that every row has is bounded at both ends: the first condition is a range of
        // its index.
        Some(of) if is_required(source) => fragment!(
            " AND ({key} {beyond}= {last} AND ({key} {beyond} {last} OR ({key} = {last} AND {id})))",
            key = key,
            beyond = beyond,
            last = last(of),
            id = id,
        ),
        Some(of) => fragment!(
            " AND ({key} {beyond} {last} OR ({key} = {last} AND {id}){unassigned})",
            key = key,
            beyond = beyond,
            last = last(of),
            id = id,
            unassigned = growing.then(|| fragment!(" OR {key} IS NULL", key = sort_key(source))),
        ),
    }
}
