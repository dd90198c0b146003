// `npm run admin -- status`

export const status = {
  about: "Shows what an alarm looks at: the version, and of each database what is in it",
  example: "status",
  run: async ({ api, print, values }) => {
    const told = await api.get("/status");
    if (values.json) return print.one(told);
    const { shards, ...rest } = told;
    const rows = shards.map((shard) => ({ ...rest, ...shard }));
    print.rows(rows, Object.keys(rows[0]), "There is no database");
  },
};
