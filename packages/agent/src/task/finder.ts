import { classOf } from '../belief/object-track.ts';
import { knownConfidence, truthOf, viewBelief } from '../belief/truth.ts';
import { whereIs } from '../belief/where-is.ts';
import type { ProposedReference } from '../model/proposal.ts';
import { newSubGoal, type PlanGraph, type SubGoal } from '../plan/plan-graph.ts';
import { nextSearchMove, type SearchMove } from '../plan/search-places.ts';
import { fitsReference, labelOf } from '../reasoner/things.ts';
import { describeSighting, describeStep } from './describe.ts';
import type { TaskEnvironment } from './environment.ts';
import type { TaskBudget } from './limits.ts';
import { rememberPlace } from './remember-place.ts';
import type { StepResult, StepRunner } from './step-runner.ts';
import type { TaskMemory } from './task-memory.ts';

export interface FindResult extends StepResult {
  /** Ids of the objects that match; several when the instruction did not say which. */
  readonly found: readonly string[];
}

/**
 * Looks at one place after the other, most promising first, until a thing is in the belief. What it does for that, a look
 * or opening and a look, are steps of the plan, inserted when it is known where to look next.
 */
export class Finder {
  readonly #environment: TaskEnvironment;
  readonly #budget: TaskBudget;
  readonly #memory: Pick<TaskMemory, 'excluded'>;
  readonly #runner: StepRunner;
  readonly #plan: () => PlanGraph | undefined;

  /** @param plan - the present one */
  constructor(
    environment: TaskEnvironment,
    budget: TaskBudget,
    memory: Pick<TaskMemory, 'excluded'>,
    runner: StepRunner,
    plan: () => PlanGraph | undefined,
  ) {
    this.#plan = plan;
    this.#environment = environment;
    this.#budget = budget;
    this.#memory = memory;
    this.#runner = runner;
  }

  /** @param reference - what is looked for when it has no id yet */
  async find(
    subGoal: SubGoal,
    reference: ProposedReference | undefined,
    signal: AbortSignal,
  ): Promise<FindResult> {
    const { belief } = this.#environment;
    const name = subGoal.arguments.object ?? '';
    const wanted = belief.tracker.find(name);
    const beganS = this.#environment.nowS();
    const query = {
      classNames: reference?.classNames ?? (wanted === undefined ? [name] : [classOf(wanted)]),
      within: reference?.within ?? '',
      track: wanted,
      // What was seen before a known thing went missing says little about where it is now.
      sinceS: wanted === undefined ? Number.NEGATIVE_INFINITY : Math.max(wanted.lastSeenS, beganS - 20),
    };
    const tried = new Set<string>();
    const { maxSearchLooks } = this.#budget.limits;
    let places = 0;
    // A look from close by is at a place that was looked at before, and there is one of each at most.
    for (let looks = 0; looks <= 2 * maxSearchLooks; looks++) {
      const found = this.#matches(name, reference);
      const nowS = this.#environment.nowS();
      if (found.length > 0) {
        for (const id of found)
          rememberPlace(this.#environment.memory, belief, id, looks === 0 ? 'seen' : 'found', nowS);
        return this.#foundResult(found, looks);
      }
      const view = viewBelief(belief, nowS);
      const move = nextSearchMove(view, subGoal.robot, {
        chances: whereIs(belief, view.fixtures, query, nowS),
        closelySince: (id) => belief.coverage.closelySince(id, query.sinceS),
        tried,
        handEmpty:
          truthOf(belief, { predicate: 'hand-empty', arguments: [] }, subGoal.robot, nowS) === 'true',
      });
      if (move === undefined || (move.skill !== 'navigate' && places === maxSearchLooks)) break;
      if (move.skill !== 'navigate') places += 1;
      tried.add(`${move.skill} ${move.target}`);
      await this.#make(move, subGoal, signal);
      tried.add(`look ${move.lookAt}`);
    }
    return this.#notFound(name, tried);
  }

  /** Looks at a place, after opening what hides it. */
  async #make(move: SearchMove, subGoal: SubGoal, signal: AbortSignal): Promise<void> {
    const view = viewBelief(this.#environment.belief, this.#environment.nowS());
    const target = labelOf(view, move.target);
    const text = { look: 'looking at', navigate: 'looking closely at', open: 'opening' }[move.skill];
    this.#environment.emit({
      kind: 'note',
      subGoalId: subGoal.id,
      text: `${text} ${target}`,
      detail: '',
      feasibility: Number.NaN,
    });
    const look = { skill: 'look', arguments: { target: move.lookAt } };
    const argument = move.skill === 'open' ? 'fixture' : 'target';
    const first = { skill: move.skill, arguments: { [argument]: move.target } };
    const steps = this.#planned(subGoal, move.skill === 'look' ? [look] : [first, look]);
    try {
      for (const step of steps) if (!(await this.#do(step, signal))) return;
      await this.#runner.waitForPictures(this.#environment.nowS(), signal);
    } finally {
      for (const step of steps) if (step.state !== 'done') step.state = 'skipped';
      this.#publish();
    }
  }

  /** Puts what is to be done next into the plan, before the search itself. */
  #planned(search: SubGoal, calls: readonly Pick<SubGoal, 'skill' | 'arguments'>[]): readonly SubGoal[] {
    const view = viewBelief(this.#environment.belief, this.#environment.nowS());
    const count = search.dependsOn.length;
    const steps = calls.map((call, index) =>
      newSubGoal({
        ...call,
        id: `${search.id}-${count + index + 1}`,
        description: describeStep(view, call.skill, call.arguments),
        dependsOn: index === 0 ? [] : [`${search.id}-${count + index}`],
        robot: search.robot,
      }),
    );
    this.#plan()?.insertGathering(search, steps);
    return steps;
  }

  /** @returns whether the search can go on with what comes after it */
  async #do(step: SubGoal, signal: AbortSignal): Promise<boolean> {
    step.state = 'running';
    step.attempts = 1;
    this.#publish();
    const beganS = this.#environment.nowS();
    const outcome = await this.#runner.send(step, () => undefined, signal);
    step.elapsedS = this.#environment.nowS() - beganS;
    // A search goes on elsewhere: what did not work is left out, not put right.
    step.state = outcome.success ? 'done' : 'skipped';
    step.reason = outcome.success ? '' : outcome.message;
    return outcome.success || step.skill === 'look';
  }

  #publish(): void {
    const plan = this.#plan();
    if (plan !== undefined) this.#environment.publishPlan(plan);
  }

  #matches(name: string, reference: ProposedReference | undefined): readonly string[] {
    const { belief } = this.#environment;
    const nowS = this.#environment.nowS();
    if (reference === undefined || belief.tracker.find(name) !== undefined) {
      return truthOf(belief, { predicate: 'known', arguments: [name] }, '', nowS) === 'true' ? [name] : [];
    }
    const view = viewBelief(belief, nowS);
    const excluded = this.#memory.excluded[name] ?? [];
    const usable = view.objects.filter(
      (object) => !object.missing && object.confidence >= knownConfidence && !excluded.includes(object.id),
    );
    for (let count = 1; count <= reference.classNames.length; count++) {
      const matching = usable.filter((object) =>
        fitsReference(object.className, reference.classNames.slice(0, count)),
      );
      if (matching.length > 0) return matching.map((object) => object.id);
    }
    return [];
  }

  #foundResult(found: readonly string[], looks: number): FindResult {
    const view = viewBelief(this.#environment.belief, this.#environment.nowS());
    const note = found.map((id) => describeSighting(view, id)).join('; ');
    return {
      success: true,
      code: '',
      message: note,
      note: looks > 1 ? `${note} · ${looks} places` : note,
      confirmed: true,
      found,
    };
  }

  #notFound(name: string, tried: ReadonlySet<string>): FindResult {
    const view = viewBelief(this.#environment.belief, this.#environment.nowS());
    const places = [
      ...new Set(
        [...tried].filter((move) => move.startsWith('look ')).map((move) => labelOf(view, move.slice(5))),
      ),
    ];
    const where = places.length === 0 ? 'everywhere that I know' : places.join(', ');
    const message = `I did not find the ${labelOf(view, name)}; I looked at: ${where}.`;
    return { success: false, code: 'not-found', message, note: message, confirmed: false, found: [] };
  }
}
