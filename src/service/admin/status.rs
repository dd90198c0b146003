//! What an alarm looks at.

use super::Admin;
use super::refusal::Refusal;
use store::Database;
use store::directory::tenants;

impl<D: Database> Admin<'_, D> {
    /// The version, and of each shard what is in it; to an operator who is bound to a tenant, what
    /// is that tenant's.
    pub async fn status(&self, version: &str) -> Result<String, Refusal> {
        let counts = self
            .context
            .ask(tenants::count(self.operator.tenant))
            .await?;
        let mut row = counts
            .into_iter()
            .next()
            .ok_or_else(|| Refusal::broken("no counts"))?;
        let shard = row.required_text(0)?;
        let jobs = row.integer(1)?.unwrap_or_default();
        Ok(format!(
            "{{\"version\":\"{version}\",\"shards\":[{shard}],\"jobs\":{jobs},\"failing\":[]}}"
        ))
    }
}
