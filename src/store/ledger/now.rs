//! Resources as they are now, of whichever tenants, for those who read of changes.

use scim::resource_type::ResourceType;

use crate::fragment::{Fragment, value};
use crate::record::{MEMBER_CHUNK, fill_up_to, weighed_record};
use crate::table::Table;
use crate::{Statement, fragment};

/// Bytes of records behind which no more are read.
const BYTES: usize = 1_000_000;
/// Members of a group that are shown at the most: as many as an event names.
pub const MEMBERS: usize = 250;

/// Resources of a type: `resources` is a JSON array of pairs of a tenant and an id. Rows of the
/// place in it, a chunk of members (NULL where there are more) and the record (NULL where those
/// before it are enough). What is not there has no row.
pub fn resources(resource_type: &'static ResourceType, resources: &str) -> Statement {
    let table = Table::of(resource_type);
    let of_type = table.shared.then_some(fragment!(
        " AND resources.resource_type = {name}",
        name = value(resource_type.name),
    ));
    let rows = fragment!(
        "SELECT {row}.seq AS found, j.key AS place FROM json_each({resources}) j \
         CROSS JOIN {row} ON {row}.tenant_id = j.value ->> 0 AND {row}.id = j.value ->> 1{of_type} \
         WHERE EXISTS (SELECT 1 FROM tenants n WHERE n.id = j.value ->> 0 AND n.state <> 'deleted')",
        resources = value(resources),
        row = table.name,
        of_type = of_type,
    );
    let of_row = |what| {
        fragment!(
            "(SELECT {what} FROM {row} WHERE {row}.seq = next ->> 0)",
            what = what,
            row = table.name,
        )
    };
    let members = table.has_members().then(|| of_row(members()));
    let item = [
        of_row(weighed_record(table, true)),
        members.unwrap_or("''".into()),
    ];
    fill_up_to("place, beside AS members, ".into(), rows, item, BYTES)
}

/// The members of a group, as a chunk of lines.
fn members() -> Fragment<'static> {
    fragment!(
        "(SELECT iif(count(*) > {MEMBERS}, NULL, coalesce({chunk}, '')) FROM (\
         SELECT member_id, member_type, display FROM team_members \
         WHERE tenant_id = teams.tenant_id AND team_id = teams.id ORDER BY member_id LIMIT {most}) m)",
        MEMBERS = MEMBERS,
        chunk = MEMBER_CHUNK,
        most = MEMBERS + 1,
    )
}
