import type { Clock } from '@efferent/core';
import { decay } from '../belief/kinds.ts';
import { fitsReference } from '../reasoner/things.ts';
import type { SkillRun } from '../task/environment.ts';
import type { Episode, EpisodicMemory, PlaceEvent, RememberedRun, TaskEpisode } from './episodic-memory.ts';
import type { MemoryDatabase } from './memory-database.ts';
import { agoText, searchExpression } from './recollection.ts';

/** After this time what was found somewhere counts half, s. */
const placeHalfLifeS = 14 * 86_400;
/** What the file holds at most; the oldest goes first. */
const mostEpisodes = 5000;
const mostRuns = 20_000;
const mostPlaces = 5000;

interface PlaceWeight {
  weight: number;
  stampS: number;
}

/** An {@link EpisodicMemory} in SQLite. A write that fails is reported once, and from then on nothing more is written. */
export class SqliteMemory implements EpisodicMemory {
  readonly #database: MemoryDatabase;
  readonly #map: string;
  readonly #clock: Clock;
  readonly #onTrouble: (error: unknown) => void;
  /** Places by class of this map, as in the file: reading happens at every look of a search. */
  readonly #places = new Map<string, Map<string, PlaceWeight>>();
  /** Classes and places that count for the present task already. */
  readonly #noted = new Set<string>();
  #othersVersion: number;
  #isBroken = false;

  /**
   * @param map - id of the scene or household; ids of places mean something in their own map only
   * @param clock - wall time for a file
   * @param onTrouble - told when nothing can be written any more
   */
  constructor(database: MemoryDatabase, map: string, clock: Clock, onTrouble: (error: unknown) => void) {
    this.#database = database;
    this.#map = map;
    this.#clock = clock;
    this.#onTrouble = onTrouble;
    this.#othersVersion = database.othersVersion();
    this.#readPlaces();
  }

  beginTask(): void {
    this.#noted.clear();
  }

  endTask(task: TaskEpisode): void {
    const { instruction, outcome, message, planner, plan, elapsedS } = task;
    this.#write(() => {
      this.#add('task', `"${instruction}": ${outcome}: ${message}`, { planner, plan, elapsedS });
      for (const failure of task.failures) this.#add('failure', failure, { instruction });
      for (const [question, answer] of Object.entries(task.answers))
        this.#add('answer', `"${question}" was answered "${answer}"`, { instruction });
      this.#trim('episode', mostEpisodes);
      this.#trim('skill_run', mostRuns);
      this.#database.run(
        `DELETE FROM place WHERE (map, class, place) IN
           (SELECT map, class, place FROM place ORDER BY stamp_s DESC LIMIT -1 OFFSET ?)`,
        mostPlaces,
      );
    });
  }

  rememberPlace(className: string, place: string, event: PlaceEvent, text: string): void {
    const key = `${className} ${place}`;
    if (this.#noted.has(key)) return;
    this.#noted.add(key);
    const stampS = this.#nowS();
    const places = this.#placesOf(className);
    const before = places.get(place);
    const weight =
      1 + (before === undefined ? 0 : before.weight * decay(stampS - before.stampS, placeHalfLifeS));
    places.set(place, { weight, stampS });
    this.#write(() => {
      this.#database.run(
        'INSERT OR REPLACE INTO place (map, class, place, weight, stamp_s) VALUES (?, ?, ?, ?, ?)',
        this.#map,
        className,
        place,
        weight,
        stampS,
      );
      if (event !== 'seen') this.#add(event, text, { className, place });
    });
  }

  readonly places = (classNames: readonly string[]): ReadonlyMap<string, number> => {
    const version = this.#database.othersVersion();
    if (version !== this.#othersVersion) {
      this.#othersVersion = version;
      this.#readPlaces();
    }
    const nowS = this.#nowS();
    const sums = new Map<string, number>();
    for (const [className, places] of this.#places) {
      if (!fitsReference(className, classNames)) continue;
      for (const [place, { weight, stampS }] of places)
        sums.set(place, (sums.get(place) ?? 0) + weight * decay(nowS - stampS, placeHalfLifeS));
    }
    return sums;
  };

  rememberSkill({ robot, skill, context, outcome, verdict, feasibility }: SkillRun): void {
    this.#write(() =>
      this.#database.run(
        `INSERT INTO skill_run (stamp_s, map, robot, skill, context, success, code, feasibility, elapsed_s)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        this.#nowS(),
        this.#map,
        robot,
        skill,
        context.className,
        outcome.success && verdict !== 'refuted' ? 1 : 0,
        verdict === 'refuted' ? 'not-confirmed' : outcome.failureCode,
        Number.isNaN(feasibility) ? null : feasibility,
        outcome.elapsedS,
      ),
    );
  }

  skillRuns(most: number): readonly RememberedRun[] {
    return this.#database
      .all('SELECT * FROM skill_run WHERE map = ? ORDER BY id DESC LIMIT ?', this.#map, most)
      .map((row) => ({
        skill: String(row.skill),
        context: String(row.context),
        robot: String(row.robot),
        success: row.success === 1,
        code: String(row.code),
        feasibility: row.feasibility === null ? Number.NaN : Number(row.feasibility),
        elapsedS: Number(row.elapsed_s),
        stampS: Number(row.stamp_s),
      }))
      .reverse();
  }

  recollect(instruction: string, most: number): readonly string[] {
    const words = searchExpression(instruction, 'any');
    if (words === '') return [];
    const nowS = this.#nowS();
    const rows = this.#database.all(
      `SELECT e.text AS text, max(e.stamp_s) AS stamp_s, count(*) AS times, min(f.rank) AS best
       FROM (SELECT rowid, rank FROM episode_text WHERE episode_text MATCH ? ORDER BY rank LIMIT 200) f
       JOIN episode e ON e.id = f.rowid
       WHERE e.map = ? GROUP BY e.text ORDER BY best, stamp_s DESC LIMIT ?`,
      words,
      this.#map,
      most,
    );
    return rows.map(({ text, stamp_s, times }) => {
      const often = Number(times) > 1 ? `, ${times} times` : '';
      return `${agoText(nowS - Number(stamp_s))}${often}: ${text}`;
    });
  }

  close(): void {
    this.#database.close();
  }

  #add(kind: Episode['kind'], text: string, detail: unknown): void {
    this.#database.run(
      'INSERT INTO episode (stamp_s, map, kind, text, detail) VALUES (?, ?, ?, ?, ?)',
      this.#nowS(),
      this.#map,
      kind,
      text,
      JSON.stringify(detail),
    );
  }

  #trim(table: 'episode' | 'skill_run', most: number): void {
    this.#database.run(
      `DELETE FROM ${table} WHERE id <= (SELECT id FROM ${table} ORDER BY id DESC LIMIT 1 OFFSET ?)`,
      most,
    );
  }

  #readPlaces(): void {
    this.#places.clear();
    const sql = 'SELECT class, place, weight, stamp_s FROM place WHERE map = ?';
    for (const row of this.#database.all(sql, this.#map))
      this.#placesOf(String(row.class)).set(String(row.place), {
        weight: Number(row.weight),
        stampS: Number(row.stamp_s),
      });
  }

  #placesOf(className: string): Map<string, PlaceWeight> {
    let places = this.#places.get(className);
    if (places === undefined) {
      places = new Map();
      this.#places.set(className, places);
    }
    return places;
  }

  #write(work: () => void): void {
    if (this.#isBroken) return;
    try {
      this.#database.together(work);
    } catch (error) {
      this.#isBroken = true;
      this.#onTrouble(error);
    }
  }

  #nowS(): number {
    return Number(this.#clock.nowNs()) / 1e9;
  }
}
