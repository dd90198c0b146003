//! Tenants of other shards than the first: a batch is atomic within one database, so such a tenant
//! is made in three steps. Each may be done again: its number is reserved in the directory, its row
//! is made in its shard, and the directory notes that. What breaks off in between goes on each
//! minute. It ends in two: where the second did not come, it is done when the tenant is next asked
//! for.

use super::{Context, Moment};
use store::Database;
use store::batch::Batch;
use store::directory::tenants;

/// Makes the rows of tenants whose number is reserved, and whose making was broken off.
pub async fn finish<D: Database>(directory: &Context<'_, D>) -> Result<(), store::Error> {
    for mut row in directory.ask(tenants::reserved(None)).await? {
        let id = row.integer(0)?.unwrap_or_default();
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
    tenant: i64,
    now: &Moment,
) -> Result<(), store::Error> {
    let mut batch = Batch::default();
    batch.add_all(tenants::unlist(tenant, &now.text));
    directory.send(batch).await.map(|_| ())
}
