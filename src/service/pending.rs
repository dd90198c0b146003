//! Members that name nobody yet (`unknown_members: pend`): a value is looked up as id, externalId
//! and userName, and waits where it is none of these.

use scim::index::Index;
use scim::list::List;
use scim::patch::LinkChange;
use scim::resource_type::GROUP_TYPE;

use super::failure::Failure;
use super::links::is_like_ours;
use super::session::Session;
use store::{Database, Row, pending};

impl<D: Database> Session<'_, D> {
    /// Looks up whom values name: one trip, if there are any.
    pub(crate) async fn look_up(&self, values: &[String]) -> Result<(), Failure> {
        if values.is_empty() {
            return Ok(());
        }
        let rows = self.ask(pending::find(&self.view(&GROUP_TYPE), values));
        self.note_named(rows.await?)
    }

    /// Notes whom values name: rows of [`pending::find`].
    pub(crate) fn note_named(&self, rows: Vec<Row>) -> Result<(), Failure> {
        for mut row in rows {
            let (value, id) = (row.required_text(0)?, row.text(1)?);
            self.member_ids.borrow_mut().set(&value, id);
        }
        Ok(())
    }

    /// Puts ids for the values of a change, as far as they were looked up; what names nobody waits,
    /// but for a group.
    pub(crate) fn settle_links(&self, change: &mut LinkChange) {
        self.leave_out_unknown(&mut change.add);
        if !self.settings().pend_unknown_members {
            return;
        }
        let named = self.member_ids.borrow();
        let mut values = std::mem::take(&mut change.add);
        values.append(&mut change.wait);
        let mut seen = Index::default();
        for value in values {
            match named.of(&value) {
                Some(_) if change.groups.has(&value) => {
                    if seen.add(&value) {
                        change.add.push(value);
                    }
                }
                Some(None) if seen.add(&value) => change.wait.push(value),
                Some(None) => {}
                known => {
                    let id = known.cloned().flatten().unwrap_or(value);
                    if seen.add(&id) {
                        change.add.push(id);
                    }
                }
            }
        }
        for value in std::mem::take(&mut change.remove) {
            let id = named.of(&value).cloned().flatten();
            for gone in [Some(value), id].into_iter().flatten() {
                if seen.add(&gone) {
                    change.remove.push(gone);
                }
            }
        }
    }
}

/// Those of these values that are to be looked up before members are changed by them: who goes
/// may be waited for, and who comes is taken for somebody who is there where the value has the
/// form of an id, so that it takes no trip.
pub(crate) fn doubtful(change: &LinkChange) -> Vec<String> {
    let come = change.add.iter().filter(|value| !is_like_ours(value));
    change.remove.iter().chain(come).cloned().list()
}
