//! What a filter may cost: how often it compares, times what there is to compare with.

use scim::filter::predicate::{Operand, Predicate, Test};
use scim::path::Location;
use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};

use super::linked::{asks_type, indirect_links, nestings};
use super::lookup::{is_key, is_lookup};
use crate::Statement;
use crate::expression::{View, path_of};
use crate::fragment;
use crate::fragment::{Fragment, Joined, Written, value};
use crate::limits::LOOKS;
use crate::read::guard;
use crate::table::LinkEnd;
use crate::write_sql;

/// Comparisons that are always made, so that an ordinary filter is never refused.
const FREE: usize = 4;
/// Characters that such a filter may look for.
const FREE_CHARACTERS: usize = 250;
/// Bytes of a resource that count as one look more, in each comparison: looking through so many
/// takes as long.
const BYTES: usize = 1_024;
/// Looks that it takes to hand a mark down to a team within another.
const NESTED: usize = 32;
/// Looks that a link to a team through another takes, where its type is asked: who has it may be in
/// that team as well.
const INDIRECT: usize = 4;
/// Characters looked for that make such a look twice as long.
const CHARACTERS: usize = 16;

/// How often a filter compares.
#[derive(Default)]
struct Weight {
    /// With a value of the resource.
    own: usize,
    /// With each value of a multi-valued attribute.
    each: Vec<(Location, usize)>,
    /// With what the resource is linked to.
    linked: usize,
    /// Whether one of those is with the type of a user's group.
    typed: bool,
    /// Characters that are looked for.
    characters: usize,
}

/// The statement that fails the batch unless a filter is within its budget of looks ([`LOOKS`]);
/// none where it compares little, or only with what an index finds. The totals tell most; what
/// resources hold is looked at where they allow it, so that no more rows are read for it than the
/// filter may compare with.
pub fn budget(view: &View<'_>, predicate: &Predicate) -> Option<Statement> {
    if is_key(view, predicate) {
        return None;
    }
    let mut weight = Weight::default();
    weight.add(view, predicate, None);
    let weight = &weight;
    let most = LOOKS / weight.linked.max(1);
    let indirect = fragment!(
        " AND {links} <= {most}",
        links = indirect_links(view, most / INDIRECT + 1),
        most = most / INDIRECT,
    );
    let indirect = weight.typed.then_some(indirect);
    if weight.tests() <= FREE && weight.characters <= FREE_CHARACTERS {
        return indirect.map(|indirect| guard(fragment!("1{indirect}", indirect = &indirect)));
    }
    let nestings = fragment!(
        " AND {nestings} <= {most}",
        nestings = nestings(view, most / NESTED + 1),
        most = most / NESTED,
    );
    let nestings = (weight.linked > 0).then_some(nestings);
    let each = weight.each.iter().map(|(of, tests)| {
        fragment!(
            " + {tests} * coalesce(json_array_length({folded}, {path}), 0)",
            tests = *tests,
            folded = view.column("folded"),
            path = path_of(of),
        )
    });
    let each: Vec<_> = each.collect();
    let held = fragment!(
        " AND (SELECT sum({own}{each} + octet_length({folded}) / {bytes} * {scan}) FROM {row} WHERE {scope}) <= {most}",
        most = LOOKS,
        own = weight.own + weight.each.len(),
        each = &each,
        folded = view.column("folded"),
        bytes = BYTES,
        scan = weight.tests() + weight.characters / CHARACTERS,
        row = view.row(),
        scope = view.scope(view.row()),
    );
    // What is asked of links alone looks at no resource.
    let held = (weight.tests() > weight.linked).then_some(held);
    let ends = [
        (&[view.resource_type][..], weight.tests() - weight.linked),
        (&[&USER_TYPE, &GROUP_TYPE][..], weight.linked),
    ];
    let totals = ends.into_iter().filter(|(_, tests)| *tests > 0);
    let totals = totals.map(|(types, tests)| {
        fragment!(
            "{tests} * {total}",
            tests = tests,
            total = total(view, types)
        )
    });
    let totals = Joined(totals.collect(), " + ");
    Some(guard(fragment!(
        "coalesce({totals} <= {most}{nestings}{indirect}{held}, 1)",
        totals = &totals,
        most = LOOKS,
        nestings = nestings.as_ref(),
        indirect = indirect.as_ref(),
        held = held.as_ref(),
    )))
}

impl Weight {
    fn add(&mut self, view: &View<'_>, predicate: &Predicate, within: Option<Location>) {
        match predicate {
            Predicate::Constant(_) => {}
            Predicate::Not(part) => self.add(view, part, within),
            Predicate::All(parts) | Predicate::Any(parts) => {
                for part in parts {
                    self.add(view, part, within);
                }
            }
            Predicate::Element { .. } if is_lookup(view, predicate) && within.is_none() => {
                self.own += 1;
            }
            Predicate::Element { of, holds } => self.add(view, holds, Some(*of)),
            Predicate::Test(_, test) => {
                self.characters += characters(test);
                match within {
                    None => self.own += 1,
                    Some(of) if of.attribute.linked => {
                        self.linked += 1;
                        let is_of_user = view.table().links == LinkEnd::Groups;
                        self.typed |= is_of_user && asks_type(predicate);
                    }
                    Some(of) => match self.each.iter_mut().find(|(known, _)| *known == of) {
                        Some((_, tests)) => *tests += 1,
                        None => self.each.push((of, 1)),
                    },
                }
            }
        }
    }

    fn tests(&self) -> usize {
        let each: usize = self.each.iter().map(|(_, tests)| tests).sum();
        self.own + self.linked + each
    }
}

fn characters(test: &Test) -> usize {
    match test {
        Test::Compare(_, Operand::String(sought)) => sought.len(),
        Test::Present | Test::Absent | Test::Compare(..) | Test::OneOf(_) => 0,
    }
}

/// The number of resources of some types.
fn total(view: &View<'_>, types: &[&'static ResourceType]) -> impl Fragment {
    let names: Vec<&str> = types.iter().map(|of| of.name).collect();
    let tenant = view.tenant;
    Written(move |statement: &mut Statement| {
        let names: Vec<_> = names.iter().map(|name| value(*name)).collect();
        write_sql!(
            statement,
            "(SELECT sum(total) FROM totals WHERE tenant_id = {tenant} AND resource_type IN ({names}))",
            tenant = tenant,
            names = Joined(names, ", "),
        );
    })
}
