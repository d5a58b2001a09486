import { viewBelief } from '../belief/truth.ts';
import type { ProposedReference } from '../model/proposal.ts';
import { strayGoals } from '../safety/check-goals.ts';
import type { TaskEnvironment } from './environment.ts';
import type { TaskMemory } from './task-memory.ts';

/** What is proposed to be brought about, and by which steps. */
export interface Proposed {
  readonly goals: readonly string[];
  readonly steps: readonly { readonly skill: string; readonly arguments: Readonly<Record<string, string>> }[];
  readonly references: readonly ProposedReference[];
}

/** Holds goals and grasps to what the person said in this task. */
export class GoalGuard {
  readonly #environment: TaskEnvironment;
  readonly #memory: TaskMemory;
  readonly #isOn: boolean;

  /** @param isOn - false lets everything pass */
  constructor(environment: TaskEnvironment, memory: TaskMemory, isOn: boolean) {
    this.#environment = environment;
    this.#memory = memory;
    this.#isOn = isOn;
  }

  /** @returns what does not follow from the person's words, one sentence each */
  problems(proposed: Proposed): readonly string[] {
    if (!this.#isOn) return [];
    const view = viewBelief(this.#environment.belief, this.#environment.nowS());
    return strayGoals(proposed, this.#memory, view, this.#environment.skills);
  }
}
