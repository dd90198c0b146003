-- Every user has `active`. Of those whom a provider created without a word about it some have none: they may come in, as
-- docs/data-model.md had it of NULL. Nothing else changes, and no version: it is what a client that read nothing has taken
-- for so. In pieces of 250,000 rows, so that no statement comes near the time that D1 gives to one. May be sent again.
UPDATE users SET document = json_set(document, '$.active', json('true')), folded = json_set(folded, '$.active', json('true'))
  WHERE active IS NULL AND seq < 250000;
UPDATE users SET document = json_set(document, '$.active', json('true')), folded = json_set(folded, '$.active', json('true'))
  WHERE active IS NULL AND seq >= 250000 AND seq < 500000;
UPDATE users SET document = json_set(document, '$.active', json('true')), folded = json_set(folded, '$.active', json('true'))
  WHERE active IS NULL AND seq >= 500000 AND seq < 750000;
UPDATE users SET document = json_set(document, '$.active', json('true')), folded = json_set(folded, '$.active', json('true'))
  WHERE active IS NULL AND seq >= 750000 AND seq < 1000000;
UPDATE users SET document = json_set(document, '$.active', json('true')), folded = json_set(folded, '$.active', json('true'))
  WHERE active IS NULL AND seq >= 1000000 AND seq < 1250000;
UPDATE users SET document = json_set(document, '$.active', json('true')), folded = json_set(folded, '$.active', json('true'))
  WHERE active IS NULL AND seq >= 1250000 AND seq < 1500000;
UPDATE users SET document = json_set(document, '$.active', json('true')), folded = json_set(folded, '$.active', json('true'))
  WHERE active IS NULL AND seq >= 1500000 AND seq < 1750000;
UPDATE users SET document = json_set(document, '$.active', json('true')), folded = json_set(folded, '$.active', json('true'))
  WHERE active IS NULL AND seq >= 1750000 AND seq < 2000000;
UPDATE users SET document = json_set(document, '$.active', json('true')), folded = json_set(folded, '$.active', json('true'))
  WHERE active IS NULL AND seq >= 2000000 AND seq < 2250000;
UPDATE users SET document = json_set(document, '$.active', json('true')), folded = json_set(folded, '$.active', json('true'))
  WHERE active IS NULL AND seq >= 2250000 AND seq < 2500000;
UPDATE users SET document = json_set(document, '$.active', json('true')), folded = json_set(folded, '$.active', json('true'))
  WHERE active IS NULL AND seq >= 2500000 AND seq < 2750000;
UPDATE users SET document = json_set(document, '$.active', json('true')), folded = json_set(folded, '$.active', json('true'))
  WHERE active IS NULL AND seq >= 2750000 AND seq < 3000000;
UPDATE users SET document = json_set(document, '$.active', json('true')), folded = json_set(folded, '$.active', json('true'))
  WHERE active IS NULL AND seq >= 3000000 AND seq < 3250000;
UPDATE users SET document = json_set(document, '$.active', json('true')), folded = json_set(folded, '$.active', json('true'))
  WHERE active IS NULL AND seq >= 3250000 AND seq < 3500000;
UPDATE users SET document = json_set(document, '$.active', json('true')), folded = json_set(folded, '$.active', json('true'))
  WHERE active IS NULL AND seq >= 3500000 AND seq < 3750000;
UPDATE users SET document = json_set(document, '$.active', json('true')), folded = json_set(folded, '$.active', json('true'))
  WHERE active IS NULL AND seq >= 3750000;
