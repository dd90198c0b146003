-- What co, sw and ew look for in teams: the same as users_text (0003_text.sql), over the folded displayName.
CREATE VIRTUAL TABLE teams_text USING fts5 (
  text, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
);

CREATE VIEW teams_text_source (seq, text) AS
  SELECT seq,
    char(983040 + tenant_id / 1048576 % 1024, 984064 + tenant_id / 1024 % 1024, 985088 + tenant_id % 1024)
    || char(10) || display_name_folded
  FROM teams;

INSERT INTO teams_text (rowid, text) SELECT seq, text FROM teams_text_source;

CREATE TRIGGER teams_insert_text AFTER INSERT ON teams BEGIN
  INSERT INTO teams_text (rowid, text) SELECT seq, text FROM teams_text_source WHERE seq = new.seq;
END;

CREATE TRIGGER teams_update_text AFTER UPDATE OF display_name_folded ON teams
WHEN old.display_name_folded IS NOT new.display_name_folded BEGIN
  UPDATE teams_text SET text = (SELECT text FROM teams_text_source WHERE seq = new.seq) WHERE rowid = new.seq;
END;

CREATE TRIGGER teams_delete_text AFTER DELETE ON teams BEGIN
  DELETE FROM teams_text WHERE rowid = old.seq;
END;
