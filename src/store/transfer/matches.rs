//! Statements of an import: what is there already of what its lines are about.

use scim::json;
use serde_json::Value;

use super::import::Import;
use crate::expression::View;
use crate::fragment::{Fragment, value};
use crate::{Error, Row, Statement, fragment, statement};

impl Import<'_> {
    /// The ids of resources with a key, JSON, two at the most.
    fn with_key<'a>(
        &'a self,
        view: &View<'a>,
        (kind, column, text): (&'static str, &'static str, &'static str),
    ) -> Fragment<'a> {
        fragment!(
            "(SELECT json_group_array(id) FROM (SELECT * FROM ({of_dry_run}\
             SELECT x.id FROM {row} x WHERE {scope} AND x.{column} = {text}{is_as_stored}) LIMIT 2))",
            of_dry_run = self.of_dry_run(kind, view.resource_type.name, text),
            row = view.row(),
            scope = view.scope("x"),
            column = column,
            text = text,
            is_as_stored = self.is_as_stored(),
        )
    }

    /// Looks for the resources that lines are about, each line as its id or null, its unique name
    /// and its external id or null. A row each, in order: see [`read_match`].
    pub fn find(&self, view: &View<'_>, lines: &Value, now: &str) -> Statement {
        const ID: &str = "j.value ->> 0";
        let name = view
            .unique_key()
            .map(|key| self.with_key(view, ("n", key.column, "j.value ->> 1")));
        let no_name = name.is_none().then_some("'[]'");
        statement!(
            "SELECT coalesce({named}, (SELECT x.id FROM {row} x WHERE {scope} AND x.id = {ID})) AS by_id, \
             {name}{no_name} AS by_name, \
             CASE WHEN j.value ->> 2 IS NULL THEN '[]' ELSE {external} END AS by_external, \
             EXISTS (SELECT 1 FROM users x WHERE x.tenant_id = {tenant} AND x.id = {ID}) \
             OR EXISTS (SELECT 1 FROM teams x WHERE x.tenant_id = {tenant} AND x.id = {ID}) \
             OR EXISTS (SELECT 1 FROM resources x WHERE x.tenant_id = {tenant} AND x.id = {ID}) \
             OR EXISTS (SELECT 1 FROM deleted_resources x WHERE x.tenant_id = {tenant} AND x.id = {ID} \
             AND x.resource_type <> '{of}' AND x.purge_at > {now}){is_taken} AS taken \
             FROM json_each({lines}) j ORDER BY j.key",
            named = self.id_of_key("i", view.resource_type.name, ID),
            row = view.row(),
            scope = view.scope("x"),
            ID = ID,
            name = name,
            no_name = no_name,
            external = self.with_key(view, ("e", "external_id", "j.value ->> 2")),
            tenant = self.tenant,
            of = view.resource_type.name,
            now = value(now),
            is_taken = self.is_dry.then(|| fragment!(
                " OR EXISTS (SELECT 1 FROM import_keys d WHERE d.tenant_id = {tenant} AND d.job_id = {job} AND d.key = 'd/' || ({ID}))",
                tenant = self.tenant,
                job = value(self.job),
                ID = ID,
            )),
            lines = value(&json::text(lines)),
        )
    }

    /// The ids that lines have which were about these resources: rows of a resource, an id, which
    /// is empty where a line has none, and number and name of the last such line, JSON.
    pub fn sources(&self, ids: &[&str]) -> Statement {
        statement!(
            "SELECT j.value, k.id, k.document FROM json_each({ids}) j CROSS JOIN import_keys k \
             ON k.tenant_id = {tenant} AND k.job_id = {job} AND k.key = 'r/' || j.value",
            ids = value(&json::text(&Value::from(ids))),
            tenant = self.tenant,
            job = value(self.job),
        )
    }

    /// Documents that a dry run has made: rows of id and document.
    pub fn documents(&self, ids: &[&str]) -> Statement {
        statement!(
            "SELECT k.id, k.document FROM json_each({ids}) j CROSS JOIN import_keys k \
             ON k.tenant_id = {tenant} AND k.job_id = {job} AND k.key = 'd/' || j.value",
            ids = value(&json::text(&Value::from(ids))),
            tenant = self.tenant,
            job = value(self.job),
        )
    }

    /// The unique values among these, each with its path, that resources have, with the id of each:
    /// rows of path, value and id.
    pub fn holders(&self, values: &Value) -> Statement {
        let values = json::text(values);
        let of_dry_run = self.is_dry.then(|| fragment!(
                " UNION ALL SELECT j.value ->> 0, j.value ->> 1, k.id FROM json_each({values}) j CROSS JOIN import_keys k \
                 ON k.tenant_id = {tenant} AND k.job_id = {job} AND k.key = 'u/' || (j.value ->> 0) || '/' || (j.value ->> 1)",
                values = value(&values),
                tenant = self.tenant,
                job = value(self.job),
            ));
        statement!(
            "SELECT x.attribute, x.value, x.resource_id AS id FROM json_each({values}) j CROSS JOIN unique_values x \
             ON x.tenant_id = {tenant} AND x.attribute = j.value ->> 0 AND x.value = j.value ->> 1{of_dry_run}",
            values = value(&values),
            tenant = self.tenant,
            of_dry_run = of_dry_run,
        )
    }
}

/// What was found of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineMatch {
    /// The resource with the id that the line has, or that another line with it is.
    pub by_id: Option<String>,
    /// Those with its unique name, JSON.
    pub by_name: String,
    /// Those with its external id, JSON; two at the most.
    pub by_external: String,
    /// Whether its id is that of any resource, or of one of another type that was deleted and is
    /// kept.
    pub is_taken: bool,
}

/// Reads a row of [`Import::find`].
pub fn read_match(row: &mut Row) -> Result<LineMatch, Error> {
    row.read(|cells| LineMatch {
        by_id: cells.text(),
        by_name: cells.required_text(),
        by_external: cells.required_text(),
        is_taken: cells.flag(),
    })
}
