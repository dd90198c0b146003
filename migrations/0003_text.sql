-- What co, sw and ew look for in users: a trigram index over the folded userName, displayName and addresses. It says
-- which users may match, and knows no attribute and no position; the condition itself is asked of those. It holds no
-- text (contentless), and triggers keep it: one row written where the text changes, none where it does not.
CREATE VIRTUAL TABLE users_text USING fts5 (
  text, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
);

-- The text of a user, a line for each value. It begins with three characters that stand for the tenant, one trigram:
-- ten bits of its number each, out of a plane in which no characters are assigned.
CREATE VIEW users_text_source (seq, text) AS
  SELECT seq,
    char(983040 + tenant_id / 1048576 % 1024, 984064 + tenant_id / 1024 % 1024, 985088 + tenant_id % 1024)
    || char(10) || user_name_folded || coalesce(char(10) || display_name_folded, '')
    || coalesce((
      SELECT group_concat(char(10) || (e.value ->> '$.value'), '') FROM json_each(folded, '$.emails') e
      WHERE e.value ->> '$.value' IS NOT user_name_folded), '')
  FROM users;

INSERT INTO users_text (rowid, text) SELECT seq, text FROM users_text_source;

CREATE TRIGGER users_insert_text AFTER INSERT ON users BEGIN
  INSERT INTO users_text (rowid, text) SELECT seq, text FROM users_text_source WHERE seq = new.seq;
END;

CREATE TRIGGER users_update_text AFTER UPDATE OF folded ON users
WHEN old.user_name_folded IS NOT new.user_name_folded OR old.display_name_folded IS NOT new.display_name_folded
  OR old.folded -> '$.emails' IS NOT new.folded -> '$.emails' BEGIN
  UPDATE users_text SET text = (SELECT text FROM users_text_source WHERE seq = new.seq) WHERE rowid = new.seq;
END;

CREATE TRIGGER users_delete_text AFTER DELETE ON users BEGIN
  DELETE FROM users_text WHERE rowid = old.seq;
END;
