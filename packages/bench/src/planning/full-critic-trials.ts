import { Rng } from '@efferent/core';
import {
  type Decision,
  type EpisodeOptions,
  listDecisions,
  type Trial,
  tryDecision,
} from '@efferent/runtime/simulation';
import { type CriticSample, trialsPerVerdict } from './critic-trials.ts';

/**
 * Accepted and vetoed steps of one episode that are tried; each stands for its share of them. Further ones of the same episode
 * would cost as much as those of another, and say less.
 */
const mostAccepts = 1;
const mostVetoes = 2;
/** From one copy to the next the step begins this much later, s: every sensor's noise is another. */
const betweenCopiesS = 0.37;

/**
 * Tries decisions of the critic out in full simulation: each in copies of the world as it was then, made by running the episode
 * again up to it.
 */
export async function tryDecisions(options: EpisodeOptions): Promise<readonly CriticSample[]> {
  const decisions = (await listDecisions(options)).map((decision, index) => ({ decision, index }));
  const rng = new Rng(options.seed).fork('full-critic-trials');
  const samples: CriticSample[] = [];
  for (const [verdict, most] of [
    ['accept', mostAccepts],
    ['veto', mostVetoes],
  ] as const) {
    const all = decisions.filter(({ decision }) => decision.verdict === verdict);
    const tried = rng.shuffle(all).slice(0, most);
    for (const { decision, index } of tried) {
      const trials = await tryInCopies(options, index);
      if (trials !== undefined) samples.push(sampleOf(decision, trials, all.length / tried.length));
    }
  }
  return samples;
}

/** Undefined when a disturbance came between in one of the copies: no critic can know of it. */
async function tryInCopies(options: EpisodeOptions, index: number): Promise<readonly Trial[] | undefined> {
  const trials: Trial[] = [];
  for (let copy = 0; copy < trialsPerVerdict; copy++) {
    const trial = await tryDecision(options, index, copy * betweenCopiesS);
    if (trial.outcome === 'disturbed') return undefined;
    trials.push(trial);
  }
  return trials;
}

const sampleOf = (decision: Decision, trials: readonly Trial[], weight: number): CriticSample => ({
  verdict: decision.verdict,
  layer: decision.layer,
  skill: decision.skill,
  arguments: decision.arguments,
  feasibility: decision.feasibility,
  successes: trials.filter(({ outcome }) => outcome === 'succeeded').length,
  weight,
  code: trials.find(({ outcome }) => outcome === 'failed')?.because ?? '',
});
