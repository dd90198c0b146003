//! Tenants of other shards than the first: a batch is atomic within one database, so such a tenant
//! is made in three steps. Each may be done again: its number is reserved in the directory, its row
//! is made in its shard, and the directory notes that. What breaks off in between goes on each
//! minute. It ends in two: where the second did not come, it is done when the tenant is next asked
//! for. Once its job has ended there, the directory gives its `external_id` free: where that did
//! not come, when somebody next wants it.

use super::context::Context;
use store::Database;
use store::batch::Batch;
use store::directory::house_events::{self, Thing};
use store::directory::tenants;
use store::ledger::events::{Origin, house};

/// Makes the rows of tenants whose number is reserved, and whose making was broken off.
pub async fn finish<D: Database>(directory: &Context<'_, D>) -> Result<(), store::Error> {
    for mut row in directory.ask(tenants::read_reserved(None)).await? {
        let id = row.count(0)?;
        let shard = row.integer(1)?.and_then(|shard| u16::try_from(shard).ok());
        // That of a binding which was taken away waits.
        if let Some(shard) = shard.and_then(|shard| directory.on(shard)) {
            shard
                .ask(tenants::make_reserved(&row.required_text(2)?))
                .await?;
            directory.ask(tenants::open_reserved(id)).await?;
        }
    }
    Ok(())
}

/// Tells the directory that a tenant of another shard is closed there.
pub(crate) async fn unlist<D: Database>(
    directory: &Context<'_, D>,
    origin: &Origin<'_>,
    tenant: i64,
) -> Result<(), store::Error> {
    directory.send(unlisting(origin, tenant)).await.map(|_| ())
}

/// The batch that does it. The directory has the events of tenants.
pub(crate) fn unlisting(origin: &Origin<'_>, tenant: i64) -> Batch {
    let mut batch = Batch::default();
    batch.add(house(origin, house_events::tenant_deleted(tenant, None)));
    let bound = house_events::revoked(Thing::OperatorsOf(tenant));
    batch.add(house(origin, bound));
    batch.add_all(tenants::unlist(tenant, origin.now));
    batch
}
