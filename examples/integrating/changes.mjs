// Who has changed since a moment: `node examples/integrating/changes.mjs 2026-01-31T12:00:00.000Z`.
// A line of JSON for each user, as the columns of a table of the application's, and the moment to
// ask from next time on stderr. Without a moment everybody. SCIM_BASE is the base URL, SCIM_TOKEN a
// token of the customer's tenant.

const { SCIM_BASE, SCIM_TOKEN } = process.env;
const since = process.argv[2];
/**
 * A clock may be behind another's by that much: who is told twice is written twice, and nobody is
 * missed.
 */
const OVERLAP_MS = 60_000;

async function page(cursor) {
  const query = new URLSearchParams({ count: "500", cursor, attributes: "userName,displayName,emails,active,externalId,meta" });
  if (since) query.set("filter", `meta.lastModified gt "${since}"`);
  const reply = await fetch(`${SCIM_BASE}/Users?${query}`, { headers: { Authorization: `Bearer ${SCIM_TOKEN}` } });
  const answer = await reply.json();
  if (!reply.ok) throw new Error(`${reply.status} ${answer.detail}`);
  return answer;
}

const next = new Date(Date.now() - OVERLAP_MS).toISOString();
let cursor = "";
do {
  const { Resources = [], nextCursor } = await page(cursor);
  for (const { id, externalId, userName, displayName, emails = [], active, meta } of Resources) {
    const email = (emails.find(({ primary }) => primary) ?? emails[0])?.value;
    console.log(JSON.stringify({ id, external_id: externalId, user_name: userName, display_name: displayName, email, active, updated_at: meta.lastModified }));
  }
  cursor = nextCursor;
} while (cursor);
console.error(next);
