//! Resources as they are now, of whichever tenants, for those who read of changes.

use scim::resource_type::ResourceType;

use crate::fragment::{Fragment, value};
use crate::record::{MEMBER_CHUNK, record_of_any};
use crate::table::Table;
use crate::{Statement, fragment, statement};

/// Bytes of records behind which no more are read.
const BYTES: usize = 1_000_000;
/// Members of a group that are shown at the most: as many as an event names.
pub const MEMBERS: usize = 250;

/// Resources of a type: `wanted` is a JSON array of pairs of a tenant and an id. Rows of the place
/// in it, the record (NULL where those before it are enough) and a chunk of members (NULL where
/// there are more). What is not there has no row.
pub fn resources(resource_type: &'static ResourceType, wanted: &str) -> Statement {
    let table = Table::of(resource_type);
    let of_type = table.shared.then_some(fragment!(
        " AND resources.resource_type = {name}",
        name = value(resource_type.name),
    ));
    // With limits of their own the selects within are not made one with this one, which would put
    // each record together thrice.
    statement!(
        "SELECT place, iif(before < {BYTES}, record, NULL) AS record, members FROM (\
         SELECT *, sum(bytes) OVER (ORDER BY place ROWS UNBOUNDED PRECEDING) - bytes AS before FROM (\
         SELECT *, octet_length(record) + octet_length(coalesce(members, '')) AS bytes FROM (\
         SELECT j.key AS place, {record} AS record, {members} AS members \
         FROM json_each({wanted}) j \
         CROSS JOIN {row} ON {row}.tenant_id = j.value ->> 0 AND {row}.id = j.value ->> 1{of_type} \
         WHERE EXISTS (SELECT 1 FROM tenants n WHERE n.id = j.value ->> 0 AND n.state <> 'deleted') LIMIT -1) LIMIT -1)) ORDER BY place",
        BYTES = BYTES,
        record = record_of_any(table),
        members = members(table),
        wanted = value(wanted),
        row = table.name,
        of_type = of_type,
    )
}

/// The members of a group, as a chunk of lines.
fn members(table: &'static Table) -> Fragment<'static> {
    let has_members = table.has_members();
    let chunk = fragment!(
        "(SELECT iif(count(*) > {MEMBERS}, NULL, coalesce({chunk}, '')) FROM (\
         SELECT member_id, member_type, display FROM team_members \
         WHERE tenant_id = teams.tenant_id AND team_id = teams.id ORDER BY member_id LIMIT {most}) m)",
        MEMBERS = MEMBERS,
        chunk = MEMBER_CHUNK,
        most = MEMBERS + 1,
    );
    fragment!(
        "{chunk}{none}",
        chunk = has_members.then_some(chunk),
        none = (!has_members).then_some("''"),
    )
}
