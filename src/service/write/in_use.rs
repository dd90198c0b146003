//! Which of the operator's unique attributes has a value that is in use: the database tells that
//! one has, and not which.

use scim::index::Index;
use scim::resource::unique_values;
use scim::resource_type::ResourceType;

use super::change::{Change, ChangeKind};
use super::resource::of_type;
use crate::failure::{Failure, in_use};
use crate::links::all_ids;
use crate::session::Session;
use store::unique::Pair;
use store::{self, Database, run};

/// The refusal of the first of a resource's unique values that is in use, by what
/// [`values_in_use`](run::values_in_use) tells.
pub(crate) fn value_in_use(
    resource_type: &ResourceType,
    values: &[Pair],
    others: &Index,
) -> Option<Failure> {
    let is_taken = |(attribute, value): &&Pair| others.has(&of_type(attribute, value));
    let (path, _) = values.iter().find(is_taken)?;
    let core = path.strip_prefix(resource_type.schema.uri);
    let own = core.and_then(|path| path.strip_prefix(':'));
    Some(in_use(own.unwrap_or(path), "").into())
}

impl<D: Database> Session<'_, D> {
    /// The failure of a change that the database refused.
    pub(super) async fn explain_value(
        &self,
        change: &Change<'_>,
        error: store::Error,
    ) -> Result<Failure, Failure> {
        if error != store::Error::Unique(None) {
            return Ok(error.into());
        }
        let of = change.resource_type;
        let values = match change.kind {
            ChangeKind::Create(new) => new.unique().to_vec(),
            ChangeKind::Rewrite { rewrite, .. } => {
                let [before, mut values] = rewrite.images().map(|image| unique_values(of, image));
                values.retain(|value| !before.contains(value));
                values
            }
            ChangeKind::Assign { .. } | ChangeKind::Keep(_) | ChangeKind::Delete => Vec::new(),
        };
        let rows = self.ask(run::values_in_use(&self.view(of), &values));
        let others: Index = all_ids(rows.await?)?;
        Ok(value_in_use(of, &values, &others).unwrap_or_else(|| error.into()))
    }
}
