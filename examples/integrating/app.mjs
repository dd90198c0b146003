// An application's own Worker with the SCIM server beside it: providers reach both at one host, the
// SCIM server below /api, and the application reads the same database. Its wrangler.toml has
//
//   [[services]]
//   binding = "SCIM"
//   service = "scim-worker"
//
//   [[d1_databases]]
//   binding = "DB"
//   database_name = "scim"
//   database_id = "the id in the wrangler.toml of scim-worker"
//
// and that of scim-worker says where it is reached:
// BASE_URL = "https://app.example.com/api/scim/v2" below [vars].

const PREFIX = "/api";

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname.startsWith(`${PREFIX}/scim/`)) {
      url.pathname = url.pathname.slice(PREFIX.length);
      return env.SCIM.fetch(new Request(url, request));
    }
    const { results } = await env.DB.prepare("SELECT user_name, active FROM users WHERE tenant_id = 1 ORDER BY user_name").all();
    return Response.json(results);
  },
};
