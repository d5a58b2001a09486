import type { TaskEnvironment } from '@efferent/agent';
import { Rng } from '@efferent/core';
import type { SymbolicWorld } from './symbolic-episode.ts';

type SubGoal = Parameters<TaskEnvironment['publishCritique']>[0];
type Verdict = Parameters<TaskEnvironment['publishCritique']>[1];

/** Copies of the world in which a judged step is executed. */
export const trialsPerVerdict = 5;

/** One judgement of the critic, beside what came of the step in copies of the world. */
export interface CriticSample {
  readonly verdict: 'accept' | 'veto';
  /** What decided: a precondition, or the chance of success. */
  readonly layer: 'gate' | 'critic';
  readonly skill: string;
  readonly feasibility: number;
  /** Of {@link trialsPerVerdict}. */
  readonly successes: number;
  /** Judgements that it stands for; 1 without it. */
  readonly weight?: number;
}

/**
 * Tries every accepted and every vetoed step out in copies of the world as it is at that moment: that is the truth that
 * the critic is measured by. What would disturb the world later has no part in it.
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
    let successes = 0;
    for (let trial = 0; trial < trialsPerVerdict; trial++) {
      const rng = this.#rng.fork(`${this.samples.length} ${trial}`);
      if (world.skills.tryOut({ robot, skill, arguments: given }, world.nowS, rng)) successes += 1;
    }
    this.samples.push({
      verdict: verdict.verdict === 'accept' ? 'accept' : 'veto',
      layer: verdict.layer,
      skill,
      feasibility: verdict.feasibility,
      successes,
    });
  };
}
