import type { SkillContract } from '@efferent/skills';
import { type Atom, formatAtom } from '../belief/atom.ts';
import type { BeliefView } from '../belief/belief-view.ts';
import type { Truth } from '../belief/truth.ts';
import { fillTerm } from '../reasoner/operators.ts';
import type { SubGoal } from './plan-graph.ts';
import { contextOf } from './skill-context.ts';
import type { SkillStatistics } from './skill-statistics.ts';

export interface CriticSettings {
  /** Below this probability of success a step is not sent. */
  readonly feasibilityThreshold: number;
  /** A thing that was seen longer ago is looked at before it is used, s. */
  readonly staleAfterS: number;
  /** After this many vetoes of one sub-goal the critic lets it pass. */
  readonly maxVetoes: number;
}

export const defaultCriticSettings: CriticSettings = {
  feasibilityThreshold: 0.3,
  staleAfterS: 120,
  maxVetoes: 3,
};

export interface Verdict {
  readonly verdict: 'accept' | 'gather' | 'replan';
  /** Probability that the step succeeds now, [0, 1]. */
  readonly feasibility: number;
  /** Statement that the belief contradicts or cannot judge; empty when none. */
  readonly violatedPrecondition: string;
  /** What to look at before judging again; set with `gather`. */
  readonly lookAt: string;
  readonly explanation: string;
}

/** What the critic has already done about one sub-goal. */
export interface CriticHistory {
  readonly vetoes: number;
  /** Vetoes of this skill with these arguments for its low chance alone. */
  readonly doubts: number;
  /** Things that were looked at for this sub-goal. */
  readonly gathered: ReadonlySet<string>;
}

/** Chance given to a precondition that a look could not settle. */
const unsettledChance = 0.6;

/**
 * Judges whether a step is feasible now: preconditions against the belief, staleness of what it uses, and the learned
 * success rate of the skill in this context. Deterministic, no model call.
 */
export function criticise(
  subGoal: SubGoal,
  contract: SkillContract,
  view: BeliefView,
  truth: (statement: Atom) => Truth,
  statistics: SkillStatistics,
  history: CriticHistory,
  settings: CriticSettings,
): Verdict {
  let chance = statistics.successProbability(subGoal.skill, contextOf(subGoal, view, 0).className);
  const lenient = history.vetoes >= settings.maxVetoes;
  for (const term of contract.preconditions) {
    const statement = fillTerm(term, subGoal.arguments);
    if (statement === undefined || term.predicate === 'reachable' || term.predicate === 'stowed') continue;
    const value = negate(truth(statement), term.negated);
    const text = `${term.negated ? 'not ' : ''}${formatAtom(statement)}`;
    if (value === 'false' && !lenient) {
      return {
        verdict: 'replan',
        feasibility: 0,
        violatedPrecondition: text,
        lookAt: '',
        explanation: `${text} does not hold`,
      };
    }
    if (value === 'unknown') {
      const lookAt = gatherTarget(statement, view);
      if (lookAt !== '' && !history.gathered.has(lookAt)) {
        return {
          verdict: 'gather',
          feasibility: chance * unsettledChance,
          violatedPrecondition: text,
          lookAt,
          explanation: `I cannot tell whether ${text}`,
        };
      }
      chance *= unsettledChance;
    }
  }
  for (const id of Object.values(subGoal.arguments)) {
    const object = view.objects.find((candidate) => candidate.id === id);
    if (object === undefined || object.relation === 'held-by') continue;
    chance *= object.confidence;
    if (object.ageS > settings.staleAfterS && !history.gathered.has(id)) {
      const explanation = `the ${object.className} was last seen ${Math.round(object.ageS)} s ago`;
      return {
        verdict: 'gather',
        feasibility: chance,
        violatedPrecondition: `known(${id})`,
        lookAt: id,
        explanation,
      };
    }
  }
  // Doubted once, a step that the planner insists on is tried: the estimate may be what is wrong.
  if (chance < settings.feasibilityThreshold && !lenient && history.doubts === 0) {
    return {
      verdict: 'replan',
      feasibility: chance,
      violatedPrecondition: '',
      lookAt: '',
      explanation: `its chance of ${chance.toFixed(2)} is below ${settings.feasibilityThreshold}`,
    };
  }
  return { verdict: 'accept', feasibility: chance, violatedPrecondition: '', lookAt: '', explanation: '' };
}

const negate = (value: Truth, negated: boolean): Truth =>
  !negated || value === 'unknown' ? value : value === 'true' ? 'false' : 'true';

/** The thing a look at which would settle the statement: the closed door rather than what is behind it. */
function gatherTarget(statement: Atom, view: BeliefView): string {
  const [first = ''] = statement.arguments;
  if (statement.predicate !== 'accessible') return first;
  let id = first;
  for (let depth = 0; depth < 4; depth++) {
    const fixture = view.fixtures.find((candidate) => candidate.id === id);
    if (fixture !== undefined) return fixture.behind ?? '';
    const support = view.objects.find((candidate) => candidate.id === id)?.support;
    if (support === undefined || support === '') return '';
    id = support;
  }
  return '';
}
