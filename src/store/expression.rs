//! An attribute as SQL: where its value stands in a row.
//!
//! The row of the resource goes by the name of its table in every statement, which is how
//! `RETURNING` knows it, too. Values are those of the comparison image.

use scim::change::hidden_names;
use scim::path::Location;
use scim::resource_type::ResourceType;

use super::fragment::{Fragment, value};
use super::table::{KeyColumn, Table, scope};
use super::tenant::Tenant;
use crate::fragment;

/// What a statement about the resources of a type needs to know.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The type.
    pub resource_type: &'static ResourceType,
    /// Whose resources.
    pub tenant: &'a Tenant,
    /// The base URL of addresses, without a slash at the end.
    pub base: &'a str,
    /// Whether no two groups of the tenant have one name.
    pub unique_group_names: bool,
}

impl<'a> View<'a> {
    /// Where the resources are kept.
    pub fn table(&self) -> &'static Table {
        Table::of(self.resource_type)
    }

    /// The name of the resource's row.
    pub fn row(&self) -> &'static str {
        self.table().name
    }

    /// The key that no two resources of this type share, if there is one.
    pub fn unique_key(&self) -> Option<&'static KeyColumn> {
        let table = self.table();
        let shares = table.alone.is_some() && !self.unique_group_names;
        table.keys.iter().find(|key| key.unique && !shares)
    }

    /// The column that says whether a row's unique key is its alone, and what a name just given has
    /// there.
    pub fn alone(&self) -> Option<(&'static str, &'static str)> {
        let column = self.table().alone?;
        Some((column, if self.unique_group_names { "1" } else { "NULL" }))
    }

    /// A column of the resource's row.
    pub fn column(&self, column: &'static str) -> Fragment<'static> {
        [self.row(), ".", column].into()
    }

    /// The condition that `alias` is a row of this tenant and type.
    pub fn scope(&self, alias: &'static str) -> Fragment<'a> {
        scope(self.resource_type, alias, self.tenant)
    }
}

/// One step of a JSON path: a name out of the schema tables, whose characters the tables' own
/// checks allow.
#[derive(Clone, Copy, Debug)]
struct PathStep(&'static str);

impl From<PathStep> for Fragment<'_> {
    fn from(PathStep(name): PathStep) -> Self {
        let mut bytes = name.bytes();
        if bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            [".", name].into()
        } else {
            [".\"", name, "\""].into()
        }
    }
}

/// The path of a name at the top of a document, or of a value, such as `'$.name'` or `'$."urn:…"'`.
pub fn json_path(name: &'static str) -> Fragment<'static> {
    fragment!("'${step}'", step = PathStep(name))
}

/// The path of a location within a document, such as `'$.name.familyName'` or
/// `'$."urn:…"."manager"'`.
pub fn path_of(location: &Location) -> Fragment<'static> {
    fragment!(
        "'${extension}{attribute}{sub}'",
        extension = location.extension.map(|schema| PathStep(schema.uri)),
        attribute = PathStep(location.attribute.name),
        sub = location.sub.map(|sub| PathStep(sub.name)),
    )
}

/// The document of `row` without what nobody is shown; none where the type has nothing hidden.
pub fn without_hidden(
    resource_type: &'static ResourceType,
    row: &'static str,
) -> Option<Fragment<'static>> {
    let mut paths = Vec::new();
    for name in hidden_names(resource_type) {
        let path = ["$.\"", &name, "\""].concat();
        paths.push(fragment!(", {path}", path = Fragment::Made(path)));
    }
    (!paths.is_empty()).then(|| {
        fragment!(
            "json_remove({row}.document{paths})",
            row = row,
            paths = paths,
        )
    })
}

/// The document of the row, without what nobody is shown.
pub(super) fn shown_document(view: &View<'_>) -> Fragment<'static> {
    without_hidden(view.resource_type, view.row()).unwrap_or_else(|| view.column("document"))
}

/// How a value is taken out of the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrow {
    /// The value.
    Value,
    /// Its JSON text.
    Json,
}

impl From<Arrow> for Fragment<'_> {
    fn from(arrow: Arrow) -> Self {
        Self::Text(match arrow {
            Arrow::Value => " ->> ",
            Arrow::Json => " -> ",
        })
    }
}

/// The value of a singular attribute or sub-attribute; for a multi-valued or complex one its JSON,
/// which is NULL exactly when the attribute is unassigned. A value with a column of its own is
/// that, whatever the arrow.
pub fn value_at<'a>(view: &View<'a>, location: &Location, arrow: Arrow) -> Fragment<'a> {
    if is_meta(location) {
        return meta(view, location.sub.map(|sub| sub.name));
    }
    if let Some(column) = column_of(view, location) {
        return view.column(column);
    }
    fragment!(
        "{folded}{arrow}{path}",
        folded = view.column("folded"),
        arrow = arrow,
        path = path_of(location),
    )
}

/// Whether a value stands in columns, so that no document is read for it.
pub fn has_column(view: &View<'_>, location: &Location) -> bool {
    is_meta(location) || column_of(view, location).is_some()
}

fn is_meta(location: &Location) -> bool {
    location.extension.is_none() && location.attribute.name == "meta"
}

/// The column of its own that a value has.
fn column_of(view: &View<'_>, location: &Location) -> Option<&'static str> {
    if location.extension.is_some() || location.sub.is_some() {
        return None;
    }
    let name = location.attribute.name;
    if name == "id" {
        return Some("id");
    }
    let key = view.table().key(name).map(|key| key.column);
    key.or_else(|| {
        view.table()
            .copies
            .iter()
            .copied()
            .find(|column| *column == name)
    })
}

/// A part of `meta`, which is made of columns and is never unassigned.
fn meta<'a>(view: &View<'a>, sub: Option<&'static str>) -> Fragment<'a> {
    match sub {
        Some("created") => instant(view, "created_at"),
        Some("lastModified") => instant(view, "updated_at"),
        Some("version") => fragment!(
            "('W/\"' || {version} || '\"')",
            version = view.column("version"),
        ),
        Some("location") => fragment!(
            "({base} || '{endpoint}/' || {id})",
            base = value(view.base),
            endpoint = view.resource_type.endpoint,
            id = view.column("id"),
        ),
        Some(_) | None => ["'", view.resource_type.name, "'"].into(),
    }
}

/// A time: the image has nine digits of a second, the column three.
fn instant<'a>(view: &View<'a>, column: &'static str) -> Fragment<'a> {
    fragment!(
        "(substr({column}, 1, 23) || '000000Z')",
        column = view.column(column),
    )
}
