/**
 * Steps from one version of the memory's file to the next; `PRAGMA user_version` counts those that were taken.
 *
 * A step that was released is never changed; a new one is added.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE episode (
    id INTEGER PRIMARY KEY,
    stamp_s REAL NOT NULL,
    map TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''
  );
  CREATE VIRTUAL TABLE episode_text USING fts5(
    text, content='episode', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
  );
  CREATE TRIGGER episode_added AFTER INSERT ON episode BEGIN
    INSERT INTO episode_text(rowid, text) VALUES (new.id, new.text);
  END;
  CREATE TRIGGER episode_removed AFTER DELETE ON episode BEGIN
    INSERT INTO episode_text(episode_text, rowid, text) VALUES ('delete', old.id, old.text);
  END;
  CREATE TABLE place (
    map TEXT NOT NULL,
    class TEXT NOT NULL,
    place TEXT NOT NULL,
    weight REAL NOT NULL,
    stamp_s REAL NOT NULL,
    PRIMARY KEY (map, class, place)
  ) WITHOUT ROWID;
  CREATE TABLE skill_run (
    id INTEGER PRIMARY KEY,
    stamp_s REAL NOT NULL,
    map TEXT NOT NULL,
    robot TEXT NOT NULL,
    skill TEXT NOT NULL,
    context TEXT NOT NULL,
    success INTEGER NOT NULL,
    code TEXT NOT NULL,
    feasibility REAL,
    elapsed_s REAL NOT NULL
  );
  `,
];
