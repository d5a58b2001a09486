import type { PlanProposal, ProposedReference } from '../model/proposal.ts';

export type SubGoalState = 'waiting' | 'ready' | 'running' | 'done' | 'vetoed' | 'failed' | 'skipped';

/** One node of a plan. */
export interface SubGoal {
  readonly id: string;
  readonly description: string;
  readonly skill: string;
  /** Ids by parameter name; names of references are replaced once the thing is found. */
  arguments: Readonly<Record<string, string>>;
  dependsOn: readonly string[];
  readonly robot: string;
  state: SubGoalState;
  /** Probability of success as the critic judged it; NaN before. */
  feasibility: number;
  /** Why vetoed, failed or skipped; empty otherwise. */
  reason: string;
  attempts: number;
  elapsedS: number;
}

/** A plan: sub-goals with dependencies, the conditions it is to reach, and what its names refer to. */
export class PlanGraph {
  readonly revision: number;
  /** What this revision changed and why; empty for the first plan. */
  readonly change: string;
  readonly goals: readonly string[];
  readonly references: readonly ProposedReference[];
  /** False when planning goes on after these sub-goals. */
  readonly complete: boolean;
  readonly planningS: number;
  #subGoals: readonly SubGoal[];
  readonly #gathering = new Set<SubGoal>();

  constructor(fields: {
    readonly revision: number;
    readonly change: string;
    readonly goals: readonly string[];
    readonly references: readonly ProposedReference[];
    readonly complete: boolean;
    readonly planningS: number;
    readonly subGoals: readonly SubGoal[];
  }) {
    this.revision = fields.revision;
    this.change = fields.change;
    this.goals = fields.goals;
    this.references = fields.references;
    this.complete = fields.complete;
    this.planningS = fields.planningS;
    this.#subGoals = fields.subGoals;
    this.refresh();
  }

  get subGoals(): readonly SubGoal[] {
    return this.#subGoals;
  }

  /** Sub-goals whose dependencies are done. */
  ready(): readonly SubGoal[] {
    return this.#subGoals.filter((subGoal) => subGoal.state === 'ready');
  }

  get isFinished(): boolean {
    return this.#subGoals.every((subGoal) => subGoal.state === 'done' || subGoal.state === 'skipped');
  }

  /** Recomputes which waiting sub-goals have become ready. */
  refresh(): void {
    const done = new Set(
      this.#subGoals.filter((s) => s.state === 'done' || s.state === 'skipped').map((s) => s.id),
    );
    for (const subGoal of this.#subGoals) {
      if (subGoal.state !== 'waiting' && subGoal.state !== 'ready') continue;
      subGoal.state = subGoal.dependsOn.every((id) => done.has(id)) ? 'ready' : 'waiting';
    }
  }

  /** Returns the next revision, with `repair` inserted before `before`, which then waits for the last of them. */
  withRepair(before: SubGoal, repair: readonly SubGoal[], change: string): PlanGraph {
    const last = repair[repair.length - 1];
    const subGoals: SubGoal[] = [];
    for (const subGoal of this.#subGoals) {
      if (subGoal === before) subGoals.push(...repair);
      subGoals.push(subGoal);
    }
    before.state = 'waiting';
    before.reason = '';
    if (last !== undefined) before.dependsOn = [...before.dependsOn, last.id];
    return new PlanGraph({ ...this.#fields(), revision: this.revision + 1, change, subGoals });
  }

  /** Inserts steps that find something out before `before`; the revision stays, since what is planned for stays. */
  insertGathering(before: SubGoal, steps: readonly SubGoal[]): void {
    this.#subGoals = this.#subGoals.flatMap((each) => (each === before ? [...steps, each] : [each]));
    before.dependsOn = [...before.dependsOn, ...steps.map(({ id }) => id)];
    for (const step of steps) this.#gathering.add(step);
  }

  /** What a person calls a step: its place in the plan as it was made, from 1. */
  numberOf(subGoal: SubGoal): number {
    return this.#subGoals.filter((each) => !this.#gathering.has(each)).indexOf(subGoal) + 1;
  }

  #fields() {
    const { goals, references, complete, planningS } = this;
    return { goals, references, complete, planningS };
  }
}

export function newSubGoal(
  fields: Pick<SubGoal, 'id' | 'description' | 'skill' | 'arguments' | 'dependsOn' | 'robot'>,
): SubGoal {
  return { ...fields, state: 'waiting', feasibility: Number.NaN, reason: '', attempts: 0, elapsedS: 0 };
}

/** Turns a checked proposal into a plan graph. @param describe - what a person reads for a sub-goal */
export function planFromProposal(
  proposal: PlanProposal,
  fields: {
    readonly revision: number;
    readonly change: string;
    readonly planningS: number;
  },
  describe: (skill: string, given: Readonly<Record<string, string>>) => string,
): PlanGraph {
  const subGoals = proposal.subGoals.map((proposed) => {
    const given = Object.fromEntries(proposed.arguments.map((argument) => [argument.name, argument.value]));
    return newSubGoal({
      id: proposed.id,
      description: describe(proposed.skill, given),
      skill: proposed.skill,
      arguments: given,
      dependsOn: proposed.dependsOn,
      robot: proposed.robot,
    });
  });
  const { goals, references, complete } = proposal;
  return new PlanGraph({
    revision: fields.revision,
    change: fields.change,
    planningS: fields.planningS,
    goals,
    references,
    complete,
    subGoals,
  });
}
