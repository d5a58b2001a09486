import type { BeliefView } from '../belief/belief-view.ts';
import { viewBelief } from '../belief/truth.ts';
import { amendCommands } from '../language/amend-commands.ts';
import type { Command, NounPhrase } from '../language/command.ts';
import type { Correction } from '../language/new-instruction.ts';
import { speakCommands } from '../language/speak.ts';
import type { PlanGraph, SubGoal } from '../plan/plan-graph.ts';
import { referenceName } from '../reasoner/resolve-object.ts';
import { wordsOf } from '../reasoner/world-words.ts';
import { chosenFor, heldName, heldObject, putBackCommand, thingsMeant } from './amendment-effects.ts';
import type { TaskEnvironment } from './environment.ts';
import { type AmendReply, TaskAmended } from './interjections.ts';
import type { TaskMemory } from './task-memory.ts';

/**
 * Changes the instruction of a running task as the person says.
 *
 * What is confirmed stays; steps that act on what is no longer meant are stopped; what is held and no longer wanted is put
 * back first. The planner asks for {@link take} between steps and plans anew.
 */
export class Amendments {
  readonly #environment: TaskEnvironment;
  readonly #memory: TaskMemory;
  readonly #plan: () => PlanGraph | undefined;
  readonly #steps = new Map<SubGoal, AbortController>();
  #change: string | undefined;
  /** Aborts with every change: what was being asked is to be asked anew, or not at all. */
  #unsettled = new AbortController();

  constructor(environment: TaskEnvironment, memory: TaskMemory, plan: () => PlanGraph | undefined) {
    this.#environment = environment;
    this.#memory = memory;
    this.#plan = plan;
  }

  /** Whether the plan is one for an instruction that has changed since. */
  get isPending(): boolean {
    return this.#change !== undefined;
  }

  /** Aborts with {@link TaskAmended} when the instruction changes before {@link take}. */
  get signal(): AbortSignal {
    return this.#unsettled.signal;
  }

  /** What changed since the last plan; undefined when nothing did. */
  take(): string | undefined {
    const change = this.#change;
    if (change === undefined) return undefined;
    this.#change = undefined;
    this.#unsettled = new AbortController();
    return change;
  }

  /**
   * Runs a step, which is aborted when what it acts on is no longer meant.
   *
   * @throws {@link TaskAmended} when it was; whatever the step throws otherwise
   */
  async during<T>(
    subGoal: SubGoal,
    signal: AbortSignal,
    step: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const stop = new AbortController();
    this.#steps.set(subGoal, stop);
    try {
      return await step(AbortSignal.any([signal, stop.signal]));
    } catch (error) {
      if (stop.signal.aborted && !signal.aborted) throw stop.signal.reason;
      throw error;
    } finally {
      this.#steps.delete(subGoal);
    }
  }

  /** Takes a correction; see {@link AmendListener}. */
  apply(correction: Correction, said: string): AmendReply {
    const view = viewBelief(this.#environment.belief, this.#environment.nowS());
    const parsed = wordsOf(view).commands(this.#memory.instruction);
    // Words that only a language model understands are changed by more words.
    if (!parsed.ok) return this.#changeTo(`${this.#memory.instruction} (${said})`, said, undefined);
    const amended = amendCommands(parsed.commands, correction);
    if (amended.kind !== 'amended') return amended;
    const meantBefore = this.#meant(parsed.commands, view);
    const chosen = amended.before === undefined ? [] : chosenFor(amended.before, view, this.#plan());
    this.#rename(amended.before, amended.other, chosen);
    const meant = this.#meant(amended.commands, view);
    const gone = new Set([...(meantBefore ?? []), ...chosen].filter((id) => meant?.has(id) !== true));
    const isMore = correction.kind === 'more-things' || correction.kind === 'more-commands';
    const back = isMore ? [] : this.#putBack(gone, amended.commands, view);
    const [first, ...rest] = amended.commands;
    const commands =
      back.length === 0 || first === undefined ? amended.commands : [{ ...first, after: true }, ...rest];
    const instruction = speakCommands([...back, ...commands]);
    return this.#changeTo(instruction, amended.change, isMore ? new Set() : gone);
  }

  /** A name that means something else now is not what it was found to be, nor what was answered about it. */
  #rename(before: NounPhrase | undefined, other: NounPhrase | undefined, chosen: readonly string[]): void {
    if (before === undefined) return;
    const { bindings, answers, excluded } = this.#memory;
    delete bindings[referenceName(before)];
    delete answers[`Which ${before.meaning?.noun} do you mean?`];
    if (other === undefined) return;
    const name = referenceName(other);
    delete bindings[name];
    excluded[name] = [...new Set([...(excluded[name] ?? []), ...chosen])];
  }

  #meant(commands: readonly Command[], view: BeliefView): ReadonlySet<string> | undefined {
    return thingsMeant(commands, view, this.#memory, this.#environment.robots[0].name);
  }

  #putBack(gone: ReadonlySet<string>, commands: readonly Command[], view: BeliefView): readonly Command[] {
    if (commands.length === 0) return [];
    return this.#environment.robots.flatMap(({ name }) => {
      const held = heldObject(view, name);
      if (held === undefined || !gone.has(held.id)) return [];
      this.#memory.bindings[heldName(held)] = held.id;
      return putBackCommand(held, name, view, this.#memory.origins[held.id]) ?? [];
    });
  }

  /** @param gone - what is no longer meant; undefined when that cannot be told */
  #changeTo(instruction: string, change: string, gone: ReadonlySet<string> | undefined): AmendReply {
    this.#memory.instruction = instruction;
    this.#memory.note('answer', `the person changed the task: ${change}`);
    this.#change = this.#change === undefined ? change : `${this.#change}; ${change}`;
    this.#environment.emit({
      kind: 'amended',
      subGoalId: '',
      text: change,
      detail: instruction,
      feasibility: Number.NaN,
    });
    this.#unsettled.abort(new TaskAmended());
    for (const [subGoal, stop] of this.#steps)
      if (gone === undefined || Object.values(subGoal.arguments).some((id) => gone.has(id)))
        stop.abort(new TaskAmended());
    return { kind: 'amended', instruction, change };
  }
}
