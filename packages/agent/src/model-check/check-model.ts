import { describeError, steadyWallClock } from '@efferent/core';
import { loadPriorMap } from '@efferent/robot';
import { WorldMap } from '../belief/world-map.ts';
import type { LanguageModel, LanguageModelRequest, ModelCost, Picture } from '../model/language-model.ts';
import { costOf, noCost, sumCost } from '../model/model-cost.ts';
import type { PlanProposal } from '../model/proposal.ts';
import { type CheckPrompt, checkPrompts } from './check-prompts.ts';
import { checkSkills, checkView, teamOf } from './check-scene.ts';

/** The scene whose rooms and furniture the prompts speak of. */
const scene = 'kitchen';
const maxOutputTokens = 3000;

/** What came of one prompt. */
export interface CheckFinding {
  readonly id: string;
  readonly ability: string;
  readonly isNeeded: boolean;
  readonly state: 'passed' | 'failed' | 'no-answer' | 'not-asked';
  /** What is wrong; empty when nothing is. */
  readonly reason: string;
  readonly latencyMs: number;
}

export interface ModelCheckReport {
  readonly model: string;
  readonly findings: readonly CheckFinding[];
  readonly passed: number;
  /** Everything that planners cannot do without was passed. */
  readonly isUsable: boolean;
  readonly cost: Required<ModelCost>;
  readonly medianLatencyMs: number;
  readonly slowestLatencyMs: number;
  /** Answers of the asked shape at the first try, of those that came. */
  readonly inShapeAtOnce: number;
  readonly answers: number;
  readonly tellsLogProbabilities: boolean;
  /** Whether two more draws of the first plan name the same goals; undefined where answers do not vary or none came. */
  readonly samplesAgree: boolean | undefined;
  /** Whether a question with a picture was answered; undefined when none was sent. */
  readonly takesPictures: boolean | undefined;
}

export interface ModelCheckOptions {
  /** Where the scene is looked for. */
  readonly workspaceFolders: readonly string[];
  /** Longest time for all prompts, ms. */
  readonly limitMs: number;
  /** Sent along with one question more; absent for a model that does not see. */
  readonly picture?: Picture;
  readonly signal: AbortSignal;
  readonly onFinding?: (finding: CheckFinding) => void;
}

interface Asked {
  readonly finding: CheckFinding;
  readonly answer?: unknown;
  readonly cost: ModelCost;
  readonly hasLogProbability: boolean;
}

/** Puts 20 prompts to a model and judges every answer by the plan checker and the skills' contracts, never by its words. */
export async function checkModel(
  model: LanguageModel,
  options: ModelCheckOptions,
): Promise<ModelCheckReport> {
  const map = new WorldMap(loadPriorMap(options.workspaceFolders, scene));
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.limitMs)]);
  const asked: Asked[] = [];
  for (const prompt of checkPrompts) {
    options.signal.throwIfAborted();
    const each = signal.aborted ? notAsked(prompt) : await ask(model, prompt, requestOf(prompt, map, signal));
    asked.push(each);
    options.onFinding?.(each.finding);
  }
  const [first] = checkPrompts;
  const plain = requestOf(first!, map, signal);
  const samplesAgree = model.answersVary ? await agreement(model, plain, asked[0]?.answer) : undefined;
  const takesPictures =
    options.picture === undefined ? undefined : await takes(model, map, signal, options.picture);
  return { model: model.id, ...summary(asked), samplesAgree, takesPictures };
}

function requestOf(prompt: CheckPrompt, map: WorldMap, signal: AbortSignal): LanguageModelRequest<unknown> {
  return {
    question: prompt.question,
    instruction: prompt.instruction,
    belief: checkView(map, prompt.belief),
    skills: checkSkills,
    robots: teamOf(prompt.belief),
    history: [],
    failures: [],
    answers: {},
    achieved: [],
    bindings: {},
    schema: prompt.schema,
    maxOutputTokens,
    signal,
    ...prompt.more,
  };
}

async function ask(
  model: LanguageModel,
  prompt: CheckPrompt,
  request: LanguageModelRequest<unknown>,
): Promise<Asked> {
  const { id, ability, isNeeded } = prompt;
  const beganNs = steadyWallClock.nowNs();
  const finding = (state: CheckFinding['state'], reason: string): CheckFinding => {
    const latencyMs = Number(steadyWallClock.nowNs() - beganNs) / 1e6;
    return { id, ability, isNeeded, state, reason, latencyMs };
  };
  try {
    const reply = await model.generate(request);
    const reason = prompt.judge(reply.output, request);
    return {
      finding: finding(reason === '' ? 'passed' : 'failed', reason),
      answer: reply.output,
      cost: reply,
      hasLogProbability: reply.meanLogProbability !== undefined,
    };
  } catch (error) {
    return {
      finding: finding('no-answer', describeError(error)),
      cost: costOf(error),
      hasLogProbability: false,
    };
  }
}

const notAsked = ({ id, ability, isNeeded }: CheckPrompt): Asked => ({
  finding: { id, ability, isNeeded, state: 'not-asked', reason: 'the time was over', latencyMs: 0 },
  cost: noCost,
  hasLogProbability: false,
});

/** Draws the first plan twice more. */
async function agreement(
  model: LanguageModel,
  request: LanguageModelRequest<unknown>,
  first: unknown,
): Promise<boolean | undefined> {
  if (first === undefined) return undefined;
  const goalsOf = (plan: unknown) => [...(plan as PlanProposal).goals].sort().join();
  try {
    const draws = await Promise.all([1, 2].map((sample) => model.generate({ ...request, sample })));
    return draws.every(({ output }) => goalsOf(output) === goalsOf(first));
  } catch {
    // A model that gives no second answer has been reported by the prompts above.
    return undefined;
  }
}

async function takes(
  model: LanguageModel,
  map: WorldMap,
  signal: AbortSignal,
  picture: Picture,
): Promise<boolean> {
  const critic = checkPrompts.find(({ question }) => question.purpose === 'criticise')!;
  const { finding } = await ask(model, critic, { ...requestOf(critic, map, signal), picture });
  return finding.state === 'passed' || finding.state === 'failed';
}

function summary(
  asked: readonly Asked[],
): Omit<ModelCheckReport, 'model' | 'samplesAgree' | 'takesPictures'> {
  const findings = asked.map(({ finding }) => finding);
  const answered = asked.filter(({ answer }) => answer !== undefined);
  const latencies = answered.map(({ finding }) => finding.latencyMs).sort((a, b) => a - b);
  return {
    findings,
    passed: findings.filter(({ state }) => state === 'passed').length,
    isUsable: findings.every(({ state, isNeeded }) => !isNeeded || state === 'passed'),
    cost: asked.map(({ cost }) => cost).reduce<Required<ModelCost>>(sumCost, noCost),
    medianLatencyMs: latencies[Math.floor(latencies.length / 2)] ?? 0,
    slowestLatencyMs: latencies.at(-1) ?? 0,
    inShapeAtOnce: answered.filter(({ cost }) => cost.attempts === 1).length,
    answers: answered.length,
    tellsLogProbabilities: answered.some(({ hasLogProbability }) => hasLogProbability),
  };
}
