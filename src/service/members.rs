//! Changing who is in a group, without reading who is (RFC 7644 §3.5.2): one trip, as many rows as
//! members change.

use scim::error::Error;
use scim::filter::predicate::Predicate;
use scim::habit::NOTHING_REMOVED;
use scim::index::Index;
use scim::patch::{LinkChange, LinkOperation, net_links};
use scim::resource_type::GROUP_TYPE;

use super::failure::Failure;
use super::links::{can_be_id, ids};
use super::pending::doubtful;
use super::removals::Removals;
use super::session::Session;
use store::batch::{Answers, Batch, Handle};
use store::expression::View;
use store::limits::{EXPRESSION_DEPTH, IDS_PER_PARAMETER, PARAMETERS, STATEMENT_BYTES};
use store::membership;
use store::predicate::{comparisons, depth};
use store::{Cell, Database};

/// Comparisons in the filters of one request that remove members, at the most: each looks at every
/// member of the group.
const COMPARED: usize = 100;
/// Levels of such a filter: a hundred are in one expression.
const DEEPEST_FILTER: usize = EXPRESSION_DEPTH - 10;

impl<D: Database> Session<'_, D> {
    /// The net effect of member operations; `groups` were sent as such. Removals by filter are
    /// resolved to ids first, which takes a trip.
    pub(crate) async fn net_change(
        &self,
        id: &str,
        mut operations: Vec<LinkOperation>,
        groups: Index,
    ) -> Result<LinkChange, Failure> {
        self.resolve(id, &mut operations).await?;
        for operation in &mut operations {
            if let LinkOperation::Add(ids)
            | LinkOperation::Remove(ids)
            | LinkOperation::Replace(ids) = operation
            {
                self.trim(ids);
            }
        }
        let mut change = net_links(&operations).unwrap_or_default();
        change.groups = groups;
        *self.removals.borrow_mut() = Removals::of(operations, &change);
        self.check_links(&GROUP_TYPE, &mut change.add)?;
        change.remove.retain(|id| can_be_id(id));
        if self.settings().pend_unknown_members {
            self.look_up(&doubtful(&change)).await?;
            self.settle_links(&mut change);
        }
        Ok(change)
    }

    /// Notes who was removed by a change that was made.
    pub(crate) fn note_gone(&self, removals: &[Handle], answers: &mut Answers) {
        let mut all = self.removals.borrow_mut();
        for row in answers.rows_of(removals) {
            if let Some(Cell::Text(id)) = row.0.first() {
                all.add(id);
            }
        }
    }

    /// Tells, once all is done, of an operation that removed nobody.
    pub(crate) fn tell_removals(&self) {
        if self.removals.take().has_missed(&self.member_ids.borrow()) {
            self.habits().leave_out(NOTHING_REMOVED, "members");
        }
    }

    /// Puts ids for the filters of removals: of the members that satisfy one, among those of the
    /// group and those that the request adds anywhere. (One that is added only behind the removal
    /// is added all the same.)
    async fn resolve(&self, id: &str, operations: &mut [LinkOperation]) -> Result<(), Failure> {
        let mut added: Vec<String> = Vec::new();
        let mut filters: Vec<&Predicate> = Vec::new();
        for operation in &*operations {
            match operation {
                LinkOperation::Add(ids) | LinkOperation::Replace(ids) => {
                    added.extend(ids.iter().filter(|id| can_be_id(id)).cloned());
                }
                LinkOperation::RemoveWhere(predicate) => filters.push(predicate),
                LinkOperation::Remove(_) | LinkOperation::RemoveAll => {}
            }
        }
        if filters.is_empty() {
            return Ok(());
        }
        let view = self.view(&GROUP_TYPE);
        let compared: usize = filters
            .iter()
            .map(|filter| comparisons(&view, filter))
            .sum();
        if compared > COMPARED {
            return Err(too_many_filters().into());
        }
        if filters
            .iter()
            .any(|filter| depth(&view, filter) > DEEPEST_FILTER)
        {
            return Err(Error::invalid_filter(
                "The filter in the path nests too many parentheses within `[ ]`. Send it with fewer.",
            )
            .into());
        }
        self.note_compared(compared);
        let mut batch = Batch::default();
        batch.add(membership::budget(&view, id, compared));
        let mut marked = Vec::new();
        let mut first = 0;
        for filters in in_parts(&view, id, &filters) {
            marked.push((batch.add(membership::candidates(&view, id, filters)), first));
            for ids in added.chunks(IDS_PER_PARAMETER) {
                let among = membership::candidates_among(&view, ids, filters);
                marked.push((batch.add(among), first));
            }
            first += filters.len();
        }
        if !batch.fits() {
            return Err(too_many_filters().into());
        }
        // By filter, the members that satisfy it; but a member that one filter has removed is left
        // out by those behind it, until it is added again.
        let mut found = FilterHits::default();
        let rows_read = self.rows_read();
        let mut answers = match self.send(batch).await {
            Err(store::Error::Guard) => return Err(too_many_filters().into()),
            answers => answers?,
        };
        self.note_compared_since(rows_read, compared);
        for (handle, first) in marked {
            for mut row in answers.rows(handle) {
                for text in ids(&mut row)? {
                    let (id, satisfied) = membership::read_marked(&text);
                    for index in satisfied {
                        found.add(id, first + index);
                    }
                }
            }
        }
        put_ids(operations, &found);
        Ok(())
    }
}

/// Ids, each with the indexes of filters.
#[derive(Default)]
struct FilterHits {
    ids: Index,
    /// Those of each id, by its number, in order and each once.
    indexes: Vec<Vec<usize>>,
}

impl FilterHits {
    fn add(&mut self, id: &str, index: usize) {
        match self.indexes.get_mut(self.ids.number_or_add(id)) {
            Some(indexes) => {
                if let Err(place) = indexes.binary_search(&index) {
                    indexes.insert(place, index);
                }
            }
            None => self.indexes.push(vec![index]),
        }
    }

    /// Those of the id with this number.
    fn of(&self, number: Option<usize>) -> &[usize] {
        let indexes = number.and_then(|number| self.indexes.get(number));
        indexes.map_or(&[], Vec::as_slice)
    }
}

/// As many filters together as one statement takes.
fn in_parts<'a, 'p>(
    view: &View<'_>,
    id: &str,
    filters: &'a [&'p Predicate],
) -> Vec<&'a [&'p Predicate]> {
    let statement = membership::candidates(view, id, filters);
    if filters.len() < 2
        || statement.parameters().len() <= PARAMETERS && statement.text().len() <= STATEMENT_BYTES
    {
        return vec![filters];
    }
    let (left, right) = filters.split_at(filters.len() / 2);
    [in_parts(view, id, left), in_parts(view, id, right)].concat()
}

/// Puts the ids that filters found in place of them. A member that one filter removes is not named
/// by those behind it, until an operation between them adds it again: it would be named a hundred
/// times.
fn put_ids(operations: &mut [LinkOperation], found: &FilterHits) {
    let filters = operations
        .iter()
        .filter(|operation| matches!(operation, LinkOperation::RemoveWhere(_)));
    let mut removed: Vec<Vec<String>> = vec![Vec::new(); filters.count()];
    // Before which filter an id is added.
    let mut added = FilterHits::default();
    let mut index = 0;
    for operation in &*operations {
        match operation {
            LinkOperation::RemoveWhere(_) => index += 1,
            LinkOperation::Add(ids) | LinkOperation::Replace(ids) => {
                for id in ids {
                    added.add(id, index);
                }
            }
            LinkOperation::Remove(_) | LinkOperation::RemoveAll => {}
        }
    }
    for (id, number) in found.ids.iter() {
        let added = added.of(added.ids.number(id));
        let mut last: Option<usize> = None;
        for &index in found.of(Some(number)) {
            let again = last.is_none_or(|last| added.iter().any(|&at| last < at && at <= index));
            if again && let Some(ids) = removed.get_mut(index) {
                ids.push(id.to_owned());
                last = Some(index);
            }
        }
    }
    let mut removed = removed.into_iter();
    for operation in operations {
        if let LinkOperation::RemoveWhere(_) = operation {
            *operation = LinkOperation::Remove(removed.next().unwrap_or_default());
        }
    }
}

fn too_many_filters() -> Error {
    Error::too_many(
        "The filters that remove members make too many comparisons for one request. Name the members by their ids, or send the request in parts.",
    )
}

#[cfg(test)]
mod tests {
    use scim::filter::predicate::Predicate;

    use super::*;

    /// One that is added before the filters is named by the first of them alone, one that is added
    /// between them by both.
    #[test]
    fn a_member_is_named_again_only_where_it_was_added_again() {
        let names = || vec!["a".to_owned()];
        let add = || LinkOperation::Add(names());
        let filter = || LinkOperation::RemoveWhere(Predicate::Constant(true));
        for (mut operations, second) in [
            (vec![add(), filter(), filter()], vec![]),
            (vec![filter(), add(), filter()], names()),
            (vec![filter(), filter(), add()], vec![]),
        ] {
            let mut found = FilterHits::default();
            found.add("a", 0);
            found.add("a", 1);
            put_ids(&mut operations, &found);
            operations.retain(|operation| matches!(operation, LinkOperation::Remove(_)));
            let expected = [
                LinkOperation::Remove(names()),
                LinkOperation::Remove(second),
            ];
            assert_eq!(operations, expected);
        }
    }
}
