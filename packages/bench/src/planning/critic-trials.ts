import type { SkillCall, TaskEnvironment } from '@efferent/agent';
import { Rng } from '@efferent/core';
import { afterSteps, tryOut, tryOutUnspoilt } from './household-trials.ts';
import type { SymbolicWorld } from './symbolic-episode.ts';

type SubGoal = Parameters<TaskEnvironment['publishCritique']>[0];
type Verdict = Parameters<TaskEnvironment['publishCritique']>[1];
type PlanVetoes = Parameters<NonNullable<TaskEnvironment['onPlanVeto']>>;
type StepVeto = PlanVetoes[0][number];
type References = PlanVetoes[1];

/** Copies of the world in which a judged step is executed. */
export const trialsPerVerdict = 5;

/** One judgement of a step, beside what came of the step in copies of the world. */
export interface CriticSample {
  readonly verdict: 'accept' | 'veto';
  /** What decided: a contract when the plan was made, a precondition when the step was due, or the chance of success. */
  readonly layer: 'plan-gate' | 'gate' | 'critic';
  readonly skill: string;
  /** Ids by parameter name. */
  readonly arguments?: Readonly<Record<string, string>>;
  /** Chance of success as judged; 0 for a step that is ruled out. */
  readonly feasibility: number;
  /** Of {@link trialsPerVerdict}. */
  readonly successes: number;
  /** Judgements that it stands for; 1 without it. */
  readonly weight?: number;
  /** What the contract of a step of a plan says against it; nothing for steps that were due. */
  readonly breaks?: 'vocabulary' | 'precondition';
  /** Whether an accepted step fails in most copies of the world and in few of the world as it could be known. */
  readonly isHidden?: boolean;
  /** How the first failed trial ended; empty when none did. */
  readonly code?: string;
}

/**
 * Tries every accepted and every vetoed step out in copies of the world as it is at that moment: that is the truth that
 * the critic is measured by. What would disturb the world later has no part in it.
 *
 * A look before the judgement decides nothing: the judgement after it is the one that counts.
 */
export class CriticTrials {
  readonly samples: CriticSample[] = [];
  readonly #rng: Rng;

  constructor(seed: number) {
    this.#rng = new Rng(seed).fork('critic-trials');
  }

  readonly judge = (subGoal: SubGoal, verdict: Verdict, world: SymbolicWorld): void => {
    if (verdict.verdict === 'gather') return;
    const { robot, skill, arguments: given } = subGoal;
    const call = { robot, skill, arguments: given };
    const { skills, nowS: beganS } = world;
    const tried = this.#try((rng) => tryOut({ skills, call, beganS, rng }));
    const isMissed = verdict.verdict === 'accept' && tried.successes < trialsPerVerdict / 2;
    const unspoilt = isMissed
      ? this.#try((rng) => tryOutUnspoilt({ skills, call, beganS, rng })).successes
      : 0;
    this.samples.push({
      verdict: verdict.verdict === 'accept' ? 'accept' : 'veto',
      layer: verdict.layer,
      skill,
      arguments: given,
      feasibility: verdict.feasibility,
      ...tried,
      ...(isMissed ? { isHidden: unspoilt > trialsPerVerdict / 2 } : {}),
    });
  };

  /** A step of a plan that its contract rules out: it is tried after those before it; what has no contract cannot be sent. */
  readonly judgePlan = (vetoes: readonly StepVeto[], references: References, world: SymbolicWorld): void => {
    for (const { step, breaks, before } of vetoes) {
      const calls = [...before, step].map(callOf);
      const named = namesOf(calls, references, world);
      const last = calls.at(-1)!;
      const { skills, nowS: beganS } = world;
      const run = (rng: Rng) => {
        const then = afterSteps({ skills, beganS, rng: rng.fork('before') }, calls.slice(0, -1), named);
        return tryOut({ skills: then, call: last, beganS, rng });
      };
      this.samples.push({
        verdict: 'veto',
        layer: 'plan-gate',
        skill: step.skill,
        arguments: last.arguments,
        feasibility: 0,
        breaks,
        ...(breaks === 'vocabulary' ? { successes: 0, code: 'refused' } : this.#try(run)),
      });
    }
  };

  #try(run: (rng: Rng) => string): { readonly successes: number; readonly code: string } {
    const codes = Array.from({ length: trialsPerVerdict }, (_, trial) =>
      run(this.#rng.fork(`${this.samples.length} ${trial}`)),
    );
    return {
      successes: codes.filter((code) => code === '').length,
      code: codes.find((code) => code !== '') ?? '',
    };
  }
}

const callOf = ({ robot, skill, arguments: given }: StepVeto['step']): SkillCall => ({
  robot,
  skill,
  arguments: Object.fromEntries(given.map(({ name, value }) => [name, value])),
});

/** What the names of a plan stand for: things where they are believed to be, and for what is to be found one of its class. */
function namesOf(
  calls: readonly SkillCall[],
  references: References,
  { household, skills }: SymbolicWorld,
): ReadonlyMap<string, string> {
  const named = new Map<string, string>();
  for (const name of new Set(calls.flatMap(({ arguments: given }) => Object.values(given)))) {
    const reference = references.find((each) => each.name === name);
    const found = [...household.things.values()].find(
      ({ kind, supportId }) => supportId !== '' && reference?.classNames.includes(kind.id) === true,
    );
    const id = reference === undefined ? skills.thingAt(name)?.id : found?.id;
    if (id !== undefined) named.set(name, id);
  }
  return named;
}
