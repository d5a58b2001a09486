import type { SkillContract } from '@efferent/skills';
import { type Atom, formatAtom } from '../belief/atom.ts';
import type { BeliefView } from '../belief/belief-view.ts';
import type { Truth } from '../belief/truth.ts';
import { fillTerm } from '../reasoner/operators.ts';
import type { SkillObstacle } from '../task/environment.ts';
import type { SubGoal } from './plan-graph.ts';

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
  /** Who decided: the gate of preconditions and staleness, or the critic by the chance of success. */
  readonly layer: 'gate' | 'critic';
  /** Probability that the step succeeds when it is sent now, whoever planned it, [0, 1]. */
  readonly feasibility: number;
  /** Chance of success that the step had to reach: higher for a step of a plan that the model is not sure of, [0, 1]. */
  readonly threshold: number;
  /** Chance that the plan is what was asked for, as far as the model's answers tell, (0, 1]; it moves the threshold alone. */
  readonly planChance: number;
  /** Statement that the belief contradicts or cannot judge; empty when none. */
  readonly violatedPrecondition: string;
  /** What to look at before judging again; set with `gather`. */
  readonly lookAt: string;
  readonly explanation: string;
  /** Why the robot's own planner finds no way to do it; only of a step that would pass otherwise. */
  readonly obstacle?: SkillObstacle;
}

/** What the critic has already done about one sub-goal. */
export interface CriticHistory {
  readonly vetoes: number;
  /** Vetoes of this skill with these arguments for its low chance alone. */
  readonly doubts: number;
  /** Things that were looked at for this sub-goal. */
  readonly gathered: ReadonlySet<string>;
}

/** A step that is to be judged, and what is known about its chance. */
export interface JudgedStep {
  readonly subGoal: SubGoal;
  readonly contract: SkillContract;
  readonly view: BeliefView;
  readonly truth: (statement: Atom) => Truth;
  /** Calibrated probability that the skill succeeds in this context; 1 where feasibility is left out. */
  readonly chance: number;
  /** Probability that the skill's contract is wrong about this thing, [0, 1]. */
  readonly contractDoubt: number;
  /** Chance that the plan is what was asked for, as far as the model's answers tell, (0, 1]. */
  readonly planChance: number;
}

/** A verdict before it is held against a threshold. */
type Ruling = Omit<Verdict, 'threshold' | 'planChance'>;

/** Chance given to a precondition that a look could not settle. */
const unsettledChance = 0.6;
/** A step of a plan that nobody is sure of needs at most so many times the chance of one that everybody is. */
const mostCaution = 2;
/** A contract that is wrong with this probability is not tried any more. */
export const hopelessDoubt = 0.9;
/** A thing that was seen within this time need not be looked at again, s. */
const justSeenS = 3;

/**
 * Judges whether a step is feasible now. First the gate: preconditions against the belief, and staleness of what the step
 * uses. Then, for what passes, the critic: the calibrated chance of success against the threshold. No model call.
 *
 * What the model's answers say of the plan is no part of the chance; it moves the threshold.
 */
export function criticise(step: JudgedStep, history: CriticHistory, settings: CriticSettings): Verdict {
  const lenient = history.vetoes >= settings.maxVetoes;
  const { planChance } = step;
  const caution = Math.min(mostCaution, 1 / planChance);
  const threshold = Math.min(1, settings.feasibilityThreshold * caution);
  const gate = passGate(step, history, settings, lenient);
  if (typeof gate !== 'number') return { ...gate, threshold, planChance };
  const chance = step.chance * gate * (1 - step.contractDoubt);
  const judged = (verdict: Verdict['verdict'], explanation: string, lookAt = ''): Verdict => ({
    verdict,
    layer: 'critic',
    feasibility: chance,
    threshold,
    planChance,
    violatedPrecondition: '',
    lookAt,
    explanation,
  });
  if (step.contractDoubt >= hopelessDoubt)
    return judged('replan', `${step.subGoal.skill} does not work there`);
  // Doubted once, a step that the planner insists on is tried: the estimate may be what is wrong.
  if (chance >= threshold || lenient || history.doubts > 0) return judged('accept', '');
  const because = `its chance of ${chance.toFixed(2)} is below ${threshold.toFixed(2)}`;
  const unseen = notJustSeen(step, history);
  return unseen === undefined ? judged('replan', because) : judged('gather', because, unseen);
}

/** Share of its chance that is left to a step for which the robot's planner finds no way as things are believed. */
const obstructedShare = 0.1;

/** The verdict on a step that would pass, but for which the robot's own planner finds no way: looks again first where it can. */
export function obstructed(
  step: Pick<JudgedStep, 'subGoal' | 'view'>,
  history: CriticHistory,
  passed: Verdict,
  obstacle: SkillObstacle,
): Verdict {
  const lookAt = notJustSeen(step, history) ?? '';
  return {
    ...passed,
    verdict: lookAt === '' ? 'replan' : 'gather',
    layer: 'critic',
    feasibility: passed.feasibility * obstructedShare,
    lookAt,
    explanation: obstacle.message,
    obstacle,
  };
}

/** A thing of the step that a look now may show otherwise. */
const notJustSeen = (
  { subGoal, view }: Pick<JudgedStep, 'subGoal' | 'view'>,
  { gathered }: CriticHistory,
): string | undefined =>
  Object.values(subGoal.arguments).find(
    (id) =>
      !gathered.has(id) &&
      view.objects.some(
        (object) => object.id === id && object.relation !== 'held-by' && object.ageS > justSeenS,
      ),
  );

/** Returns a verdict of the gate, or the factor by which what it could not settle lowers the chance. */
function passGate(
  { subGoal, contract, view, truth, chance }: JudgedStep,
  history: CriticHistory,
  settings: CriticSettings,
  lenient: boolean,
): Ruling | number {
  const stop = (
    verdict: 'gather' | 'replan',
    statement: string,
    lookAt: string,
    explanation: string,
  ): Ruling => ({
    verdict,
    layer: 'gate',
    feasibility: verdict === 'replan' ? 0 : chance * unsettledChance,
    violatedPrecondition: statement,
    lookAt,
    explanation,
  });
  let factor = 1;
  for (const term of contract.preconditions) {
    const statement = fillTerm(term, subGoal.arguments);
    if (statement === undefined || term.predicate === 'stowed') continue;
    const value = negate(truth(statement), term.negated);
    const text = `${term.negated ? 'not ' : ''}${formatAtom(statement)}`;
    if (value === 'false' && !lenient) return stop('replan', text, '', `${text} does not hold`);
    // What is not out of reach is reached as often as the skill's executions say.
    if (value !== 'unknown' || term.predicate === 'reachable') continue;
    const lookAt = gatherTarget(statement, view);
    if (lookAt !== '' && !history.gathered.has(lookAt))
      return stop('gather', text, lookAt, `I cannot tell whether ${text}`);
    factor *= unsettledChance;
  }
  for (const id of Object.values(subGoal.arguments)) {
    const object = view.objects.find((candidate) => candidate.id === id);
    if (object === undefined || object.relation === 'held-by') continue;
    if (object.ageS > settings.staleAfterS && !history.gathered.has(id)) {
      const explanation = `the ${object.className} was last seen ${Math.round(object.ageS)} s ago`;
      return stop('gather', `known(${id})`, id, explanation);
    }
  }
  return factor;
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
