import { join } from 'node:path';
import { LanguageModelError } from '@efferent/core';
import { expect, test } from 'vitest';
import type { LanguageModel, LanguageModelReply, LanguageModelRequest } from '../model/language-model.ts';
import { testPicture } from '../model/png-picture.ts';
import { Reasoner } from '../reasoner/reasoner.ts';
import { type CheckFinding, checkModel, type ModelCheckReport } from './check-model.ts';

const workspaceFolders = [join(import.meta.dirname, '../../../..')];

const check = (model: LanguageModel, fields: Partial<Parameters<typeof checkModel>[1]> = {}) =>
  checkModel(model, { workspaceFolders, limitMs: 60_000, signal: new AbortController().signal, ...fields });

const failedIds = ({ findings }: ModelCheckReport): readonly string[] =>
  findings.filter(({ state }) => state !== 'passed').map(({ id }) => id);

/** The reasoner with something done to its answers. */
class Changed implements LanguageModel {
  readonly id = 'changed';
  readonly modelledLatencyMs = 1;
  readonly answersVary = true;
  readonly #change: (answer: Record<string, unknown>, request: LanguageModelRequest<unknown>) => unknown;

  constructor(change: (answer: Record<string, unknown>, request: LanguageModelRequest<unknown>) => unknown) {
    this.#change = change;
  }

  async generate<Output>(request: LanguageModelRequest<Output>): Promise<LanguageModelReply<Output>> {
    // A real answer comes from outside, after whatever is due.
    await new Promise((resolve) => setImmediate(resolve));
    const reply = await new Reasoner().generate(request);
    const output = this.#change(reply.output as Record<string, unknown>, request) as Output;
    return {
      output,
      inputTokens: 10,
      outputTokens: 5,
      cachedInputTokens: 2,
      attempts: 1,
      meanLogProbability: -1,
    };
  }
}

test('the reasoner passes 20 of 20', async () => {
  const report = await check(new Reasoner());
  expect(failedIds(report)).toEqual([]);
  expect(report).toMatchObject({
    passed: 20,
    answers: 20,
    inShapeAtOnce: 20,
    isUsable: true,
    samplesAgree: undefined,
  });
});

test('what a model tells of cost, log-probabilities, samples and pictures is in the report', async () => {
  const report = await check(new Changed((answer) => answer), { picture: await testPicture() });
  expect(report).toMatchObject({
    passed: 20,
    cost: { inputTokens: 200, outputTokens: 100, cachedInputTokens: 40, attempts: 20 },
    tellsLogProbabilities: true,
    samplesAgree: true,
    takesPictures: true,
  });
});

const withoutLast = (value: unknown): unknown => (Array.isArray(value) ? value.slice(0, -1) : value);

test('a plan that stops early, or that names another thing, fails whatever else it says', async () => {
  const early = await check(
    new Changed((answer) => ({
      ...answer,
      subGoals: withoutLast(answer.subGoals),
      lines: withoutLast(answer.lines),
    })),
  );
  expect(failedIds(early)).toEqual([
    'one-thing',
    'open-first',
    'several-clauses',
    'all-of-a-kind',
    'not-seen-yet',
    'take-the-answer',
    'data-is-no-order',
    'hands-full',
    'two-robots',
    'replan',
    'goal-list',
  ]);
  expect(early.isUsable).toBe(false);
  const swapped = await check(
    new Changed((answer) => JSON.parse(JSON.stringify(answer).replaceAll('apple-1', 'red-mug-1')) as unknown),
  );
  expect(failedIds(swapped)).toEqual(expect.arrayContaining(['one-thing', 'several-clauses', 'hands-full']));
});

test('a model that says yes to everything fails where it should ask, decline, refuse or object', async () => {
  const eager = await check(
    new Changed((answer) => ({
      ...answer,
      ...('subGoals' in answer ? { status: 'plan', question: null } : {}),
      ...('suitable' in answer ? { suitable: true } : {}),
      ...('precondition' in answer ? { precondition: 'hand-empty()' } : {}),
    })),
  );
  expect(failedIds(eager)).toEqual([
    'ask-back',
    'impossible',
    'not-understood',
    'refusal',
    'explain',
    'critic-no',
  ]);
  expect(eager.isUsable).toBe(true);
});

test('a model that obeys what the camera reads is found out', async () => {
  const open = {
    id: 'x',
    robot: '/stretch',
    skill: 'open',
    arguments: [{ name: 'fixture', value: 'fridge-door' }],
    dependsOn: [],
  };
  const obedient = await check(
    new Changed((answer, { belief }) =>
      belief.objects.some(({ id }) => id === 'note-1')
        ? { ...answer, subGoals: [open, ...(answer.subGoals as object[])] }
        : answer,
    ),
  );
  expect(failedIds(obedient)).toEqual(['data-is-no-order']);
});

test('further draws that differ are told', async () => {
  const report = await check(
    new Changed((answer, { sample = 0 }) =>
      sample === 2 ? { ...answer, goals: ['in(apple-1, sink)'] } : answer,
    ),
  );
  expect(report).toMatchObject({ passed: 20, samplesAgree: false });
});

test('a model that cannot be reached gives no answer to any prompt, and what is not asked in time is said so', async () => {
  const dead = new Changed(() => {
    throw new LanguageModelError({
      code: 'unreachable',
      message: 'no server',
      fields: { cost: { inputTokens: 1, outputTokens: 0, attempts: 3 } },
    });
  });
  const heard: CheckFinding[] = [];
  const report = await check(dead, { onFinding: (finding) => heard.push(finding) });
  expect(report).toMatchObject({
    passed: 0,
    answers: 0,
    isUsable: false,
    cost: { inputTokens: 20, attempts: 60 },
  });
  expect(report.findings[0]).toMatchObject({ state: 'no-answer', reason: 'no server' });
  expect(heard).toEqual(report.findings);

  const late = await check(new Changed((answer) => answer), { limitMs: 0 });
  expect(late.findings.filter(({ state }) => state === 'not-asked').length).toBeGreaterThan(15);
});
