import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { ConfigurationError, describeError } from '@efferent/core';
import { migrations } from './schema.ts';

/** A memory that lives as long as the process. */
export const inProcess = ':memory:';
/** How long a write waits for another process that writes, ms. */
const busyMs = 250;

type Row = Readonly<Record<string, unknown>>;

/** An SQLite file of the present version, with its statements kept. */
export class MemoryDatabase {
  readonly file: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * Opens the file, makes it when there is none, and brings an older one up to date.
   *
   * @param file - path, or {@link inProcess}
   * @throws {@link ConfigurationError} code `memory-unusable`: damaged, locked, or of a newer version
   */
  constructor(file: string) {
    this.file = file;
    const isNew = file !== inProcess && !existsSync(file);
    let database: DatabaseSync | undefined;
    try {
      if (file !== inProcess) mkdirSync(dirname(file), { recursive: true });
      database = new DatabaseSync(file);
      // What the robot saw and was told is for its owner alone.
      if (isNew) chmodSync(file, 0o600);
      database.exec(
        `PRAGMA busy_timeout = ${busyMs}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;`,
      );
      migrate(database);
      this.#database = database;
    } catch (error) {
      database?.close();
      throw unusable(file, error);
    }
  }

  /** Runs a statement. @returns how many rows it changed */
  run(sql: string, ...values: readonly SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[] {
    return this.#prepare(sql).all(...values);
  }

  /** Does several writes as one. */
  together(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** A number that changes whenever another connection has written. */
  othersVersion(): number {
    return Number(this.all('PRAGMA data_version')[0]?.data_version ?? 0);
  }

  /** Gives the space of deleted rows back, so that nothing of them is left in the file. */
  compact(): void {
    this.#database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE);');
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** Removes the file and what SQLite keeps beside it. */
export function removeMemoryFile(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true });
}

function migrate(database: DatabaseSync): void {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
  const version = row.user_version;
  if (version > migrations.length)
    throw new Error(`it is of version ${version}, newer than the ${migrations.length} that is known here`);
  for (let step = version; step < migrations.length; step++)
    database.exec(`BEGIN IMMEDIATE; ${migrations[step]!} PRAGMA user_version = ${step + 1}; COMMIT;`);
}

const unusable = (file: string, cause: unknown) =>
  new ConfigurationError({
    code: 'memory-unusable',
    message: `the memory ${file} cannot be used: ${describeError(cause)}; "npx efferent memory forget" deletes it`,
    fields: { file },
    cause,
  });
