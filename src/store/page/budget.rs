//! What a list may cost: what its filter compares, times what there is to compare with, and what
//! its order looks at.
//!
//! Refused is what would take about a second, whatever there is to say for it: what stands in
//! columns is hardly ever that, what stands in documents is from some 60,000 resources of 2 kB on.
//! Where an index finds few, or a key names them, those are weighed alone.

use scim::list::List;
use scim::path::Location;
use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};

use super::part::{Columns, Page};
use crate::Statement;
use crate::expression::{View, has_column, path_of};
use crate::fragment;
use crate::fragment::{Fragment, value};
use crate::limits::LOOKS;
use crate::predicate::{
    condition, indirect_links, key_part, matched_links, memberships_upto, nestings, skim,
};
use crate::read::guard;
use crate::source::Source;
use crate::table::LinkEnd;
use crate::text::{Rows, hit};

mod columns;
mod weight;
mod weights;

use weight::{Weight, narrowing};
use weights::{
    CHARACTERS, COMPARED, COUNTED, INDIRECT, LEAST, MARKED, MEMBERSHIP, NESTED, OF_COLUMNS,
    OF_NAMED, READ, READ_TO_SORT, SHOWN, SKIMMED, SMALL, SORT_LINKED, SORT_LIST, SORT_VALUE,
    SORTED, SOUGHT, VALUE,
};

impl Page<'_> {
    /// The statements that fail the batch unless the list is within its budget of looks
    /// ([`LOOKS`]).
    pub fn budgets(&self, columns: Columns) -> Vec<Statement> {
        let rows = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let shown = if self.has_own_order() && columns.groups {
            rows.saturating_mul(SHOWN)
        } else {
            0
        };
        let most = LOOKS.saturating_sub(shown) / self.sources.len().max(1);
        let of = |source| budget(source, most);
        self.sources.iter().filter_map(of).list()
    }
}

/// None where there is little to compare with. The totals tell most; what resources hold is looked
/// at where they allow it, so that no more rows are read for it than the filter may compare with.
fn budget(source: &Source<'_>, most: usize) -> Option<Statement> {
    let view = &source.view;
    let predicate = source.predicate;
    let mut weight = Weight::default();
    if let Some(predicate) = predicate {
        weight.add(view, predicate, None);
    }
    if let Some(key) = predicate.and_then(|predicate| key_part(view, predicate)) {
        let heavy =
            weight.of_documents() > OF_NAMED || weight.names.are_many() || sort_looks(source).1 > 0;
        let key_rows = fragment!(
            "{row} WHERE {scope} AND {key}",
            row = view.row(),
            scope = view.scope(view.row()),
            key = condition(view, &key),
        );
        let looks = heavy.then(|| weight.looks(source, key_rows));
        return looks
            .map(|looks| guard(fragment!("{looks} <= {most}", looks = looks, most = most)));
    }
    let own = weight.own_condition(source, most);
    let links = (weight.linked > 0).then(|| weight.link_condition(view, most));
    if own.is_none() && links.is_none() {
        return None;
    }
    let few = predicate
        .filter(|_| weight.of_documents() > 0)
        .and_then(|predicate| hit(source, predicate));
    let own = own.map(|own| match few {
        None => own,
        Some(few) => {
            // `OR` asks both of its sides, `iif` the one that is due.
            fragment!(
                "(WITH {few} SELECT iif(few, {looks} <= {most}, {own}) FROM hit)",
                few = few,
                looks = weight.looks(source, Rows::Found.of(source)),
                most = most,
                own = own,
            )
        }
    });
    let both = (own.is_some() && links.is_some()).then_some(" AND ");
    Some(guard(fragment!(
        "coalesce({links}{both}{own}, 1)",
        links = links.as_ref(),
        both = both,
        own = own.as_ref(),
    )))
}

impl Weight<'_> {
    /// The looks that some rows take together.
    fn looks<'b>(&self, source: &Source<'b>, rows: Fragment<'b>) -> Fragment<'b> {
        let (sort, times_read) = sort_looks(source);
        let image = [source.view.row(), ".folded"];
        let bytes = |beyond: usize, of: usize, times: usize| {
            (times > 0).then(|| {
                fragment!(
                    " + max(octet_length({image}) - {beyond}, 0) * {times} / {of}",
                    image = image,
                    beyond = beyond,
                    times = times,
                    of = of,
                )
            })
        };
        let bytes = [
            bytes(0, READ, self.times_read()),
            bytes(0, READ_TO_SORT, times_read),
            bytes(SMALL, SORTED, times_read),
            bytes(SMALL, SOUGHT, self.sought),
            bytes(SMALL, COMPARED, self.characters / CHARACTERS),
        ];
        let each_of = self.each.iter().map(|(of, tests)| {
            fragment!(
                " + coalesce(json_array_length({image}, {path}), 0) * {looks} / {of}",
                image = image,
                path = path_of(of),
                looks = VALUE.0 * (tests + 1),
                of = VALUE.1,
            )
        });
        let list_to_sort = source.sort.filter(|_| sort == SORT_LIST).map(|sort| {
            let list = Location { sub: None, ..*sort };
            fragment!(
                " + coalesce(json_array_length({image}, {path}), 0) * {times}",
                image = image,
                path = path_of(&list),
                times = SORT_VALUE,
            )
        });
        // A small one is looked through while its bytes are told: most have not what is sought.
        let skim = source.predicate.and_then(|of| skim(&source.view, of));
        let skim = skim.map(|skim| {
            fragment!(
                "iif(octet_length({image}) <= {small} AND NOT {skim}, 1 + octet_length({image}) / {skimmed}, ",
                image = image,
                small = SMALL,
                skim = skim,
                skimmed = SKIMMED,
            )
        });
        let end = skim.is_some().then_some(")");
        fragment!(
            "(SELECT coalesce(sum({skim}{own}{each_of}{list_to_sort}{bytes}{end}{names}), 0) FROM {rows})",
            skim = skim,
            own = self.columns.div_ceil(OF_COLUMNS) + self.own + self.walks + sort,
            each_of = each_of.collect::<Fragment<'_>>(),
            names = self.names.looks(&source.view),
            list_to_sort = list_to_sort,
            bytes = bytes,
            end = end,
            rows = rows,
        )
    }

    /// The condition that what resources hold may be looked at; none where nothing of them is.
    fn own_condition<'b>(&self, source: &Source<'b>, most: usize) -> Option<Fragment<'b>> {
        let view = source.view;
        let (sort, times_read) = sort_looks(source);
        let each_row =
            self.columns.div_ceil(OF_COLUMNS) + self.of_documents() + self.times_read() + sort;
        if each_row == 0 {
            return None;
        }
        let columns = source
            .predicate
            .and_then(|of| narrowing(&view, of, self.names.are_many()));
        let is_skimmed = source.predicate.is_some_and(|of| skim(&view, of).is_some());
        let each_row = match columns {
            Some(_) => 1,
            None if is_skimmed => LEAST,
            None => each_row,
        };
        let narrow = columns
            .map(|columns| fragment!(" AND {columns}", columns = condition(&view, &columns)));
        // Where all stands in columns, their number is all that matters, but for long names.
        let counts = self.of_documents() + times_read == 0 && !self.names.are_many();
        let looked_at = (!counts).then(|| {
            let rows = fragment!(
                "{rows}{narrow}",
                rows = Rows::All.of(source),
                narrow = narrow,
            );
            fragment!(
                "{looks} <= {most}",
                looks = self.looks(source, rows),
                most = most
            )
        });
        let enough = counts.then_some("1");
        // The groups of a user are put together for its key, with those through others.
        let of_users = sort == SORT_LINKED && view.table().links == LinkEnd::Groups;
        let indirect = of_users.then_some(few_indirect(view, most / INDIRECT));
        Some(fragment!(
            "iif({total} * {each_row} > {most}, 0, {looked_at}{enough}{indirect})",
            total = total(&view, &[view.resource_type]),
            each_row = each_row,
            most = most,
            looked_at = looked_at,
            enough = enough,
            indirect = indirect,
        ))
    }

    /// The condition that what is linked may be looked at: the other ends of links, and the
    /// memberships of those that satisfy what is asked of them.
    fn link_condition<'b>(&self, view: &View<'b>, most: usize) -> Fragment<'b> {
        let ends: Vec<&'static ResourceType> = match view.table().links {
            LinkEnd::Members => vec![&USER_TYPE, &GROUP_TYPE],
            LinkEnd::Groups | LinkEnd::None => vec![&GROUP_TYPE],
        };
        let each = most / self.linked.max(1);
        let indirect = self.typed.then_some(few_indirect(*view, each / INDIRECT));
        let links = most / (MEMBERSHIP + self.linked.div_ceil(MARKED));
        // Of many conditions it would take long to find out.
        let matches = (self.links.len() <= COUNTED).then(|| {
            let matches = self.links.iter();
            let matches = matches.map(|holds| matched_links(view, holds, links + 1));
            Fragment::join(matches, " + ")
        });
        let matches = matches
            .map(|matches| fragment!(" OR {matches} <= {links}", matches = matches, links = links));
        fragment!(
            "{total} * {tests} <= {most} AND {nestings} <= {nested}{indirect} \
             AND ({memberships} <= {links}{matches})",
            total = total(view, &ends),
            tests = self.linked,
            most = most,
            nestings = nestings(view, each / NESTED + 1),
            nested = each / NESTED,
            indirect = indirect,
            memberships = memberships_upto(view, links + 1),
            links = links,
            matches = matches,
        )
    }
}

/// The looks that the order takes at each resource, and how often it reads its document.
fn sort_looks(source: &Source<'_>) -> (usize, usize) {
    match source.sort {
        Some(sort) if sort.attribute.linked => (SORT_LINKED, 0),
        Some(sort) if has_column(&source.view, sort) => (0, 0),
        Some(sort) if sort.attribute.multi_valued => (SORT_LIST, 1),
        Some(_) => (1, 1),
        None => (0, 0),
    }
}

/// The condition that so many users, at the most, are in a team through another.
fn few_indirect(view: View<'_>, most: usize) -> Fragment<'_> {
    fragment!(
        " AND {links} <= {most}",
        links = indirect_links(&view, most + 1),
        most = most,
    )
}

/// The number of resources of some types.
fn total<'a>(view: &View<'a>, types: &[&'static ResourceType]) -> Fragment<'a> {
    let names = types.iter().map(|of| value(of.name).into());
    fragment!(
        "(SELECT sum(total) FROM totals WHERE tenant_id = {tenant} AND resource_type IN ({names}))",
        tenant = view.tenant,
        names = Fragment::join(names, ", "),
    )
}
