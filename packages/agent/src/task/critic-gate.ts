import type { SkillContract } from '@efferent/skills';
import type { Atom } from '../belief/atom.ts';
import { truthOf, viewBelief } from '../belief/truth.ts';
import {
  type CriticHistory,
  type CriticSettings,
  criticise,
  type JudgedStep,
  obstructed,
  type Verdict,
} from '../plan/critic.ts';
import type { SubGoal } from '../plan/plan-graph.ts';
import { mainArgument } from '../plan/skill-context.ts';
import type { SkillStatistics } from '../plan/skill-statistics.ts';
import type { SkillObstacle, TaskEnvironment } from './environment.ts';
import type { StepRunner } from './step-runner.ts';

/**
 * What steps bring about for which the robot's own planner is asked. A grasp is none: it is planned anew on what is seen from
 * close by, and how a thing lies is not believed well enough to rule it out from afar.
 */
const rehearsedEffects: ReadonlySet<string> = new Set(['hand-empty', 'open', 'closed']);

/** Lets the critic judge steps, looks at what it cannot judge, and bounds its vetoes. */
export class CriticGate {
  readonly #environment: TaskEnvironment;
  readonly #runner: StepRunner;
  readonly #statistics: SkillStatistics;
  readonly #settings: CriticSettings;
  readonly #vetoes = new Map<string, number>();
  readonly #gathered = new Map<string, Set<string>>();
  readonly #weighs: boolean;
  readonly #rehearses: boolean;
  readonly #effectsHold: (subGoal: SubGoal) => boolean;
  /** Chance that the present plan is what was asked for, as far as the model's answers tell, (0, 1]. */
  planChance = 1;
  /** Vetoes for a low chance alone, by skill and arguments; new plans do not clear them. */
  readonly #doubts = new Map<string, number>();

  /**
   * @param parts.weighs - false to judge by preconditions and staleness alone
   * @param parts.rehearses - whether the robot's own planner is asked
   * @param effectsHold - whether all that a step is for is believed
   */
  constructor(
    environment: TaskEnvironment,
    runner: StepRunner,
    statistics: SkillStatistics,
    settings: CriticSettings,
    parts: { readonly weighs: boolean; readonly rehearses: boolean },
    effectsHold: (subGoal: SubGoal) => boolean,
  ) {
    this.#effectsHold = effectsHold;
    this.#weighs = parts.weighs;
    this.#rehearses = parts.rehearses;
    this.#environment = environment;
    this.#runner = runner;
    this.#statistics = statistics;
    this.#settings = settings;
  }

  /** Forgets the vetoes of the plan before; sub-goal ids begin anew. */
  startPlan(): void {
    this.#vetoes.clear();
    this.#gathered.clear();
  }

  /**
   * Returns an acceptance or a veto; undefined when a look on the way has shown that the step would change nothing. Every
   * judgement on the way is published and passed to `onVerdict`.
   */
  async judge(
    subGoal: SubGoal,
    contract: SkillContract,
    onVerdict: (verdict: Verdict) => void,
    signal: AbortSignal,
  ): Promise<Verdict | undefined> {
    const { belief } = this.#environment;
    const gathered = this.#gathered.get(subGoal.id) ?? new Set<string>();
    this.#gathered.set(subGoal.id, gathered);
    const signature = `${subGoal.skill} ${JSON.stringify(subGoal.arguments)}`;
    for (;;) {
      const nowS = this.#environment.nowS();
      const vetoes = this.#vetoes.get(subGoal.id) ?? 0;
      const doubts = this.#doubts.get(signature) ?? 0;
      const step = {
        subGoal,
        contract,
        view: viewBelief(belief, nowS),
        truth: (statement: Atom) => truthOf(belief, statement, subGoal.robot, nowS),
        ...this.#chances(subGoal),
      };
      const history = { vetoes, doubts, gathered };
      const passed = criticise(step, history, this.#settings);
      const obstacle = passed.verdict === 'accept' ? await this.#rehearse(step, history) : undefined;
      const verdict = obstacle === undefined ? passed : obstructed(step, history, passed, obstacle);
      subGoal.feasibility = verdict.feasibility;
      this.#environment.publishCritique(subGoal, verdict);
      onVerdict(verdict);
      if (verdict.verdict === 'accept') return verdict;
      if (verdict.verdict === 'replan') {
        if (verdict.violatedPrecondition === '') this.#doubts.set(signature, doubts + 1);
        else this.#vetoes.set(subGoal.id, vetoes + 1);
        return verdict;
      }
      gathered.add(verdict.lookAt);
      const look = { robot: subGoal.robot, skill: 'look', arguments: { target: verdict.lookAt } };
      await this.#runner.send(look, () => undefined, signal);
      await this.#runner.waitForPictures(this.#environment.nowS(), signal);
      if (this.#effectsHold(subGoal)) return undefined;
    }
  }

  /** Asks the robot's own planner about what the hand is to do; a step that it has objected to often enough is tried. */
  async #rehearse(
    { subGoal, contract }: JudgedStep,
    { doubts, vetoes }: CriticHistory,
  ): Promise<SkillObstacle | undefined> {
    const isAsked = contract.effects.some(
      ({ predicate, negated }) => !negated && rehearsedEffects.has(predicate),
    );
    if (!this.#rehearses || !isAsked || Math.max(doubts, vetoes) >= this.#settings.maxVetoes)
      return undefined;
    const { robot, skill, arguments: given } = subGoal;
    return this.#environment.rehearse?.({ robot, skill, arguments: given });
  }

  #chances(subGoal: SubGoal): Pick<JudgedStep, 'chance' | 'contractDoubt' | 'planChance'> {
    if (!this.#weighs) return { chance: 1, contractDoubt: 0, planChance: 1 };
    const { skill } = subGoal;
    const context = this.#runner.contextOf(subGoal);
    const contractDoubt = this.#statistics.doubt.probability(skill, mainArgument(subGoal));
    // Tries that made the contract doubtful have lowered the chance by that; they must not count twice.
    const tries = contractDoubt > 0 ? 0 : context.tries;
    return {
      chance: this.#statistics.successProbability(skill, { ...context, tries }),
      contractDoubt,
      planChance: this.planChance,
    };
  }
}
