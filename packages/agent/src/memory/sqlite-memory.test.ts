import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { VirtualClock } from '@efferent/core';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TaskEpisode } from './episodic-memory.ts';
import { forgetEverything, MemoryArchive } from './memory-archive.ts';
import { inProcess, MemoryDatabase } from './memory-database.ts';
import { openMemory } from './open-memory.ts';
import { agoText, searchExpression } from './recollection.ts';
import { SqliteMemory } from './sqlite-memory.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'efferent-memory-'));
  file = join(folder, 'inner', 'memory.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const day = 86_400_000_000_000n;
const clock = (days = 0) => new VirtualClock(1_790_000_000_000_000_000n + BigInt(days) * day);
const never = (error: unknown) => {
  throw error;
};
const remember = (map = 'kitchen', at = clock(), where = file) =>
  new SqliteMemory(new MemoryDatabase(where), map, at, never);
const task = (fields: Partial<TaskEpisode> = {}): TaskEpisode => ({
  instruction: 'put the apple in the bowl',
  planner: 'hybrid',
  outcome: 'success',
  message: 'the apple is in the bowl',
  plan: ['find apple: done'],
  failures: [],
  answers: {},
  elapsedS: 30,
  ...fields,
});
const run = (skill: string, success: boolean) => ({
  robot: '/stretch',
  skill,
  arguments: {},
  context: {
    className: 'apple',
    supportKind: 'table',
    distanceM: 1,
    confidence: 1,
    ageS: 0,
    crowd: 0,
    tries: 0,
  },
  feasibility: Number.NaN,
  outcome: { success, failureCode: success ? '' : 'grasp-failed', message: '', elapsedS: 9 },
  verdict: 'unverified' as const,
});

test('places are kept across restarts, by map, and count once a task', () => {
  const memory = remember();
  memory.beginTask();
  for (let i = 0; i < 3; i++) memory.rememberPlace('red-mug', 'shelf-upper', 'found', 'found the mug');
  memory.beginTask();
  memory.rememberPlace('red-mug', 'shelf-upper', 'seen', '');
  memory.rememberPlace('blue-mug', 'table-top', 'seen', '');
  memory.close();
  const later = remember();
  expect(later.places(['mug'])).toEqual(
    new Map([
      ['shelf-upper', expect.closeTo(2)],
      ['table-top', expect.closeTo(1)],
    ]),
  );
  expect(later.places(['red-mug']).has('table-top')).toBe(false);
  expect(remember('living-room').places(['mug'])).toEqual(new Map());
  expect(remember('kitchen', clock(14)).places(['red-mug'])).toEqual(
    new Map([['shelf-upper', expect.closeTo(1)]]),
  );
});

test('what may help with an instruction is recalled, with its age, and is bounded', () => {
  const memory = remember();
  memory.endTask(task({ failures: ['pick(object=apple-1) failed (grasp-failed): it is wet'] }));
  memory.endTask(task({ instruction: 'close the fridge', message: 'the fridge is closed' }));
  memory.endTask(task({ answers: { 'Which apple?': 'the green one' } }));
  const [first, ...others] = remember('kitchen', clock(1)).recollect('take the apple', 3);
  expect([first, ...others]).toHaveLength(3);
  expect([first, ...others].join('\n')).toContain('yesterday: pick(object=apple-1) failed');
  expect([first, ...others].join('\n')).toContain('"Which apple?" was answered "the green one"');
  expect([first, ...others].join('\n')).not.toContain('fridge');
  expect(memory.recollect('the', 3)).toEqual([]);
});

test('outcomes of skills come back oldest first', () => {
  const memory = remember();
  memory.rememberSkill(run('pick', false));
  memory.rememberSkill(run('open', true));
  memory.rememberSkill({ ...run('open', true), verdict: 'refuted' });
  expect(memory.skillRuns(2).map(({ skill, success, code }) => [skill, success, code])).toEqual([
    ['open', true, ''],
    ['open', false, 'not-confirmed'],
  ]);
});

test('no text of a person breaks the search', () => {
  const memory = remember('kitchen', clock(), inProcess);
  fc.assert(
    fc.property(fc.string(), (text) => {
      memory.endTask(task({ instruction: text, message: text }));
      expect(memory.recollect(text, 5).length).toBeLessThanOrEqual(5);
    }),
  );
  expect(searchExpression('apple" OR NEAR(x) -y *', 'all')).toBe('"apple"* "or"* "near"* "x"* "y"*');
});

test('the file does not grow without bound: the oldest goes first', () => {
  const database = new MemoryDatabase(inProcess);
  const memory = new SqliteMemory(database, 'kitchen', clock(), never);
  database.together(() => {
    for (let i = 0; i < 5200; i++)
      database.run(
        "INSERT INTO episode (stamp_s, map, kind, text) VALUES (?, 'kitchen', 'found', ?)",
        i,
        `old${i}`,
      );
  });
  memory.endTask(task());
  expect(database.all('SELECT count(*) AS n FROM episode')[0]?.n).toBe(5000);
  expect(memory.recollect('old100', 1)).toEqual([]);
  expect(memory.recollect('old5100', 1)).toHaveLength(1);
});

test('a person finds by the beginning of a word, and one call forgets everything', () => {
  const memory = remember();
  memory.beginTask();
  memory.rememberPlace('spoon', 'left-drawer', 'found', 'found the spoon in the left drawer');
  const archive = new MemoryArchive(file);
  expect(archive.search('spo draw', 5).map(({ text }) => text)).toEqual([
    'found the spoon in the left drawer',
  ]);
  expect(archive.count()).toEqual({ episodes: 1, places: 1, runs: 0 });
  archive.close();
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(forgetEverything(file)).toBe(true);
  expect(memory.places(['spoon'])).toEqual(new Map());
  memory.close();
  expect(readFileSync(file).includes('spoon')).toBe(false);
  expect(forgetEverything(join(folder, 'none.db'))).toBe(false);
});

test('a damaged, locked or newer file is refused with what to do, and the agent goes on without it', () => {
  const problems: string[] = [];
  const open = () =>
    openMemory(file, [], 'kitchen', clock(), (error) => problems.push((error as Error).message));
  remember().close();
  const other = new DatabaseSync(file);
  other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  const memory = open();
  memory.rememberPlace('spoon', 'left-drawer', 'found', 'found the spoon');
  expect(memory.places(['spoon']).size).toBe(1);
  other.exec('ROLLBACK; PRAGMA user_version = 99');
  other.close();
  open().close();
  writeFileSync(file, 'no database');
  open().close();
  expect(problems).toEqual([
    expect.stringMatching(/memory\.db cannot be used: .*locked/),
    expect.stringMatching(/version 99, newer/),
    expect.stringMatching(/not a database.*efferent memory forget/),
  ]);
  expect(forgetEverything(file)).toBe(true);
  expect(existsSync(file)).toBe(false);
});

test('a write that fails later is reported once, and the task goes on', () => {
  const database = new MemoryDatabase(file);
  const problems: unknown[] = [];
  const memory = new SqliteMemory(database, 'kitchen', clock(), (error) => problems.push(error));
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  memory.endTask(task());
  memory.endTask(task());
  other.close();
  expect(problems).toHaveLength(1);
});

test('an age is said as a person would', () => {
  expect([5, 1200, 3 * 3600, 90_000, 5 * 86_400].map(agoText)).toEqual([
    'just now',
    '20 min ago',
    '3 h ago',
    'yesterday',
    '5 days ago',
  ]);
});
