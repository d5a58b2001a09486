import type { BeliefView } from '../belief/belief-view.ts';
import { viewBelief } from '../belief/truth.ts';
import type { PlanProposal } from '../model/proposal.ts';
import { checkPlan, type PlanProblem, vetoesOf } from '../plan/check-plan.ts';
import { type PlanGraph, planFromProposal } from '../plan/plan-graph.ts';
import type { Review } from '../plan/review-plan.ts';
import { describeStep } from './describe.ts';
import { putToPerson } from './dialogue.ts';
import type { TaskEnvironment } from './environment.ts';
import type { GoalGuard } from './goal-guard.ts';
import { type TaskBudget, TaskEnd } from './limits.ts';
import type { TaskMemory } from './task-memory.ts';

/** Rejections and questions that one planning round may take. */
const maxRounds = 6;
const maxRejections = 3;

/** Where plans come from: asked again after a rejection, which stands in the memory's history, and after an answer of the person. */
export interface PlanSource {
  /** What plans and reports call it. */
  readonly id: string;
  propose(signal: AbortSignal): Promise<PlanProposal>;
}

/** Looks a proposal over, and may put it right. */
export type PlanReview = (proposal: PlanProposal, view: BeliefView) => Review;

/** What a new revision of the plan is called and why there is one; `change` is empty for the first. */
export interface PlanRevision {
  readonly revision: number;
  readonly change: string;
}

/** Gets plans from a source, checks every one, and puts the source's questions to the person. */
export class Planning {
  readonly #environment: TaskEnvironment;
  readonly #budget: TaskBudget;
  readonly #memory: TaskMemory;
  readonly #guard: GoalGuard;

  constructor(environment: TaskEnvironment, budget: TaskBudget, memory: TaskMemory, guard: GoalGuard) {
    this.#environment = environment;
    this.#budget = budget;
    this.#memory = memory;
    this.#guard = guard;
  }

  /**
   * Gets a plan that passed the checker.
   *
   * @param review - without it, plans are held against the contracts alone
   * @throws {@link TaskEnd} not understood, impossible, rejected too often, no answer, or out of budget
   */
  async plan(
    source: PlanSource,
    revision: PlanRevision,
    signal: AbortSignal,
    review: PlanReview = this.#check,
  ): Promise<PlanGraph> {
    const beganS = this.#environment.nowS();
    let rejections = 0;
    for (let round = 0; round < maxRounds; round++) {
      const proposed = await source.propose(signal);
      if (await putToPerson(this.#environment, this.#budget, this.#memory, proposed, signal)) continue;
      const view = viewBelief(this.#environment.belief, this.#environment.nowS());
      const { proposal, problems: found, changes, vetoes } = review(proposed, view);
      if (vetoes.length > 0) this.#environment.onPlanVeto?.(vetoes, proposed.references);
      const problems = found.length > 0 ? found : this.#strayGoals(proposal);
      if (problems.length === 0) {
        if (changes.length > 0) this.#mended(changes);
        if (proposal.message !== '') this.#note(proposal.message, '');
        const planningS = this.#environment.nowS() - beganS;
        return planFromProposal(proposal, { ...revision, planningS }, (skill, given) =>
          describeStep(view, skill, given),
        );
      }
      const reasons = problems
        .map(({ subGoalId, reason }) => (subGoalId === '' ? reason : `${subGoalId}: ${reason}`))
        .join('; ');
      this.#memory.note('rejected', reasons);
      this.#note('plan-rejected', reasons);
      if (++rejections >= maxRejections)
        throw new TaskEnd('plan-rejected', `The ${source.id} proposed no plan that can work: ${reasons}`);
    }
    throw new TaskEnd('plan-rejected', `The ${source.id} gave no plan in ${maxRounds} rounds.`);
  }

  #strayGoals({ goals, subGoals, references }: PlanProposal): readonly PlanProblem[] {
    const steps = subGoals.map((step) => ({
      skill: step.skill,
      arguments: Object.fromEntries(step.arguments.map(({ name, value }) => [name, value])),
    }));
    return this.#guard.problems({ goals, steps, references }).map((reason) => ({ subGoalId: '', reason }));
  }

  readonly #check: PlanReview = (proposal, view) => {
    const { skills, robots } = this.#environment;
    const problems = checkPlan(proposal, view, skills, robots);
    return { proposal, problems, changes: [], vetoes: vetoesOf(problems) };
  };

  #mended(changes: readonly string[]): void {
    const text = changes.join('; ');
    this.#memory.note('note', `plan put right: ${text}`);
    this.#note('plan-mended', text);
  }

  #note(text: string, detail: string): void {
    this.#environment.emit({ kind: 'note', subGoalId: '', text, detail, feasibility: Number.NaN });
  }
}
