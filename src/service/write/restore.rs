//! What was deleted and kept comes back, as an operator asks.

use super::awaited::add_joins;
use super::event;
use store::batch::{Batch, Handle};
use store::deleted::{self, Restored};
use store::expression::View;
use store::ledger::events::Origin;

/// Adds what brings a resource back, with the memberships of what is still there. Gives a row if it
/// is back: not where its unique name is in use by now.
pub(crate) fn add_restore(
    batch: &mut Batch,
    (view, groups): (&View<'_>, &View<'_>),
    origin: &Origin<'_>,
    restored: &Restored<'_>,
    pends: bool,
) -> Handle {
    let row = batch.add_write(restored.insert(view));
    let table = view.table();
    let is_again = table.former_name.is_some();
    event::create((batch, origin, view), (restored.id, None), is_again);
    if !table.shared {
        let joins = restored.join(view, origin.request);
        event::joins((batch, origin, groups), restored.version, joins);
    }
    batch.add_writes(restored.links_back(view));
    if table.has_groups() && pends {
        add_joins(
            batch,
            groups,
            origin,
            &[(restored.id, None)],
            restored.version,
        );
    }
    batch.add_write(deleted::forget(view, &[restored.id]));
    row
}
