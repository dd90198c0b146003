//! What an alarm looks at.

use super::Admin;
use super::refusal::Refusal;
use store::Database;
use store::directory::tenants;

impl<D: Database> Admin<'_, D> {
    /// The version, and of each shard what is in it; to an operator who is bound to a tenant, what
    /// is that tenant's.
    pub async fn status(&self, version: &str) -> Result<String, Refusal> {
        let (mut shards, mut jobs) = (Vec::new(), 0);
        for (number, shard) in self.directory.all() {
            let count = tenants::count(number, self.operator.tenant);
            for mut row in shard.ask(count).await? {
                shards.push(row.required_text(0)?);
                jobs += row.integer(1)?.unwrap_or_default();
            }
        }
        let shards = shards.join(",");
        Ok(format!(
            "{{\"version\":\"{version}\",\"shards\":[{shards}],\"jobs\":{jobs},\"failing\":[]}}"
        ))
    }
}
