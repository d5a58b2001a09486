import { Rng } from '@efferent/core';
import { type Decision, type EpisodeOptions, listDecisions, tryDecision } from '@efferent/runtime/simulation';
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
      const successes = await countSuccesses(options, index);
      if (successes !== undefined) samples.push(sampleOf(decision, successes, all.length / tried.length));
    }
  }
  return samples;
}

/** Undefined when a disturbance came between in one of the copies: no critic can know of it. */
async function countSuccesses(options: EpisodeOptions, index: number): Promise<number | undefined> {
  let successes = 0;
  for (let copy = 0; copy < trialsPerVerdict; copy++) {
    const trial = await tryDecision(options, index, copy * betweenCopiesS);
    if (trial === 'disturbed') return undefined;
    if (trial === 'succeeded') successes += 1;
  }
  return successes;
}

const sampleOf = (
  { verdict, layer, skill, feasibility }: Decision,
  successes: number,
  weight: number,
): CriticSample => ({ verdict, layer, skill, feasibility, successes, weight });
