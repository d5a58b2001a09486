import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Episode } from './episodic-memory.ts';
import { MemoryDatabase, removeMemoryFile } from './memory-database.ts';
import { searchExpression } from './recollection.ts';

/** Where the memory of a workspace is. */
export const workspaceMemoryFile = (workspaceFolder: string): string =>
  join(workspaceFolder, '.efferent', 'memory.db');

/** The memory's file as a person reads it, beside an agent that may be using it. */
export class MemoryArchive {
  readonly #database: MemoryDatabase;

  /** @throws {@link ConfigurationError} code `memory-unusable` */
  constructor(file: string) {
    this.#database = new MemoryDatabase(file);
  }

  /** Episodes that hold all words, best first; the last letters of a word may be missing. */
  search(text: string, most: number): readonly Episode[] {
    const words = searchExpression(text, 'all');
    if (words === '') return [];
    return this.#episodes(
      `SELECT e.* FROM episode_text f JOIN episode e ON e.id = f.rowid
       WHERE episode_text MATCH ? ORDER BY f.rank, e.id DESC LIMIT ?`,
      words,
      most,
    );
  }

  /** The newest episodes, newest first. */
  newest(most: number): readonly Episode[] {
    return this.#episodes('SELECT * FROM episode ORDER BY id DESC LIMIT ?', most);
  }

  count(): { readonly episodes: number; readonly places: number; readonly runs: number } {
    const of = (table: string) => Number(this.#database.all(`SELECT count(*) AS n FROM ${table}`)[0]?.n ?? 0);
    return { episodes: of('episode'), places: of('place'), runs: of('skill_run') };
  }

  close(): void {
    this.#database.close();
  }

  #episodes(sql: string, ...values: readonly (string | number)[]): readonly Episode[] {
    return this.#database.all(sql, ...values).map((row) => ({
      stampS: Number(row.stamp_s),
      kind: row.kind as Episode['kind'],
      map: String(row.map),
      text: String(row.text),
    }));
  }
}

/**
 * Deletes everything that is remembered. A file that cannot be read is removed; an agent that uses it knows nothing more.
 *
 * @returns whether there was a file
 */
export function forgetEverything(file: string): boolean {
  if (!existsSync(file)) return false;
  let database: MemoryDatabase;
  try {
    database = new MemoryDatabase(file);
  } catch {
    removeMemoryFile(file);
    return true;
  }
  database.together(() => {
    for (const table of ['episode', 'place', 'skill_run']) database.run(`DELETE FROM ${table}`);
    // Without it, words of deleted rows stay in the index.
    database.run("INSERT INTO episode_text (episode_text) VALUES ('delete-all')");
  });
  database.compact();
  database.close();
  return true;
}
