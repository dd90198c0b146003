//! What became of a job.

use super::Admin;
use super::refusal::Refusal;
use store::Database;
use store::directory::jobs;

impl<D: Database> Admin<'_, D> {
    /// A job, and whether it goes on. It needs the scope that made it.
    pub async fn job(&self, id: &str) -> Result<(String, bool), Refusal> {
        let mut found = None;
        for (_, shard) in self.directory.all() {
            if found.is_none() {
                found = shard.ask(jobs::read(id)).await?.into_iter().next();
            }
        }
        let missing = || Refusal::missing("job_not_found", "There is no such job.");
        let mut row = found.ok_or_else(missing)?;
        let (shape, scope) = (row.required_text(0)?, row.required_text(1)?);
        let tenant = row.integer(2)?;
        if self
            .operator
            .tenant
            .is_some_and(|only| tenant != Some(only))
        {
            return Err(missing());
        }
        if !self.operator.scopes.has(&scope) {
            return Err(Refusal::no_scope(super::scope::known(&scope)));
        }
        Ok((shape, row.text(3)?.is_none()))
    }
}
