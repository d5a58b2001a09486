import { type Atom, formatAtom, parseAtom } from '../belief/atom.ts';
import { type Truth, truthOf } from '../belief/truth.ts';
import type { SubGoal } from '../plan/plan-graph.ts';
import { fillTerm } from '../reasoner/operators.ts';
import type { TaskEnvironment } from './environment.ts';
import { isFind, type StepRunner } from './step-runner.ts';
import type { TaskMemory } from './task-memory.ts';

/** Conditions that pass: once brought about they count, also when the robot has moved on since. */
const passing = ['inspected', 'stowed', 'known', 'at', 'pressed', 'wiped', 'offered'];

/** Knows which goals of a task are met, by the belief and by what was confirmed on the way. */
export class TaskGoals {
  readonly #environment: TaskEnvironment;
  readonly #memory: TaskMemory;
  readonly #runner: StepRunner;
  /** Goals that were looked at once at the end of a plan. */
  readonly #settled = new Set<string>();

  constructor(environment: TaskEnvironment, memory: TaskMemory, runner: StepRunner) {
    this.#environment = environment;
    this.#memory = memory;
    this.#runner = runner;
  }

  /** Puts the ids of found things in place of references. */
  bound(goal: string): string {
    const statement = parseAtom(goal);
    if (statement === undefined) return goal;
    return formatAtom({
      ...statement,
      arguments: statement.arguments.map((name) => this.#memory.bindings[name] ?? name),
    });
  }

  isMet(goal: string): boolean {
    const bound = this.bound(goal);
    const statement = parseAtom(bound);
    if (statement === undefined) return false;
    const { achieved } = this.#memory;
    if (passing.includes(statement.predicate) && (achieved.includes(bound) || achieved.includes(goal)))
      return true;
    return this.#truths(statement).includes('true');
  }

  /** Remembers what a step brought about, for goals that cannot be read off the belief later. */
  achieve(subGoal: SubGoal): void {
    for (const statement of this.#effects(subGoal)) this.#memory.achieved.push(formatAtom(statement));
    if (isFind(subGoal)) this.#memory.achieved.push(`known(${subGoal.arguments.object ?? ''})`);
  }

  /** Tells whether a step would change nothing. */
  holdsAlready(subGoal: SubGoal): boolean {
    return subGoal.attempts === 0 && this.effectsHold(subGoal);
  }

  /** Tells whether all that a step is for is believed; where next to what a thing lies is no part of that. */
  effectsHold(subGoal: SubGoal): boolean {
    if (subGoal.arguments.near !== undefined) return false;
    const { belief } = this.#environment;
    const nowS = this.#environment.nowS();
    return this.#effects(subGoal).every(
      (statement) => truthOf(belief, statement, subGoal.robot, nowS) === 'true',
    );
  }

  /** Looks once at what each goal speaks of and the belief cannot judge. */
  async settle(goals: readonly string[], signal: AbortSignal): Promise<void> {
    const { robots, skills } = this.#environment;
    if (!skills.some((skill) => skill.name === 'look')) return;
    for (const goal of goals) {
      const statement = parseAtom(this.bound(goal));
      const target = statement?.arguments.at(-1);
      if (statement === undefined || target === undefined || this.isMet(goal) || this.#settled.has(goal))
        continue;
      if (!this.#truths(statement).includes('unknown')) continue;
      this.#settled.add(goal);
      const robot = robots[0].name;
      await this.#runner.send({ robot, skill: 'look', arguments: { target } }, () => undefined, signal);
      await this.#runner.waitForPictures(this.#environment.nowS(), signal);
    }
  }

  /** What the belief says for every robot that the statement may be about. */
  #truths(statement: Atom): readonly Truth[] {
    const { belief, robots } = this.#environment;
    const nowS = this.#environment.nowS();
    return robots.map((robot) => truthOf(belief, statement, robot.name, nowS));
  }

  #effects(subGoal: SubGoal) {
    const contract = this.#environment.skills.find((skill) => skill.name === subGoal.skill);
    const effects = contract?.effects.filter((term) => !term.negated) ?? [];
    return effects
      .map((term) => fillTerm(term, subGoal.arguments))
      .filter((statement) => statement !== undefined);
  }
}
