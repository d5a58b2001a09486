import { classOf } from '../belief/object-track.ts';
import { knownConfidence, truthOf, viewBelief } from '../belief/truth.ts';
import { whereIs } from '../belief/where-is.ts';
import type { ProposedReference } from '../model/proposal.ts';
import type { SubGoal } from '../plan/plan-graph.ts';
import { nextSearchMove, type SearchMove } from '../plan/search-places.ts';
import { fitsReference, labelOf } from '../reasoner/things.ts';
import { describeSighting } from './describe.ts';
import type { TaskEnvironment } from './environment.ts';
import type { TaskBudget } from './limits.ts';
import { rememberPlace } from './remember-place.ts';
import type { StepResult, StepRunner } from './step-runner.ts';
import type { TaskMemory } from './task-memory.ts';

export interface FindResult extends StepResult {
  /** Ids of the objects that match; several when the instruction did not say which. */
  readonly found: readonly string[];
}

/** Looks at one place after the other, most promising first, until a thing is in the belief. */
export class Finder {
  readonly #environment: TaskEnvironment;
  readonly #budget: TaskBudget;
  readonly #memory: Pick<TaskMemory, 'excluded'>;
  readonly #runner: StepRunner;

  constructor(
    environment: TaskEnvironment,
    budget: TaskBudget,
    memory: Pick<TaskMemory, 'excluded'>,
    runner: StepRunner,
  ) {
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
    for (let looks = 0; looks <= this.#budget.limits.maxSearchLooks; looks++) {
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
      if (move === undefined || looks === this.#budget.limits.maxSearchLooks) break;
      tried.add(`${move.skill} ${move.target}`);
      await this.#make(move, subGoal.robot, subGoal.id, signal);
      tried.add(`look ${move.lookAt}`);
    }
    return this.#notFound(name, tried);
  }

  /** Looks at a place, after opening what hides it. */
  async #make(move: SearchMove, robot: string, subGoalId: string, signal: AbortSignal): Promise<void> {
    const view = viewBelief(this.#environment.belief, this.#environment.nowS());
    const target = labelOf(view, move.target);
    const text = { look: 'looking at', navigate: 'looking closely at', open: 'opening' }[move.skill];
    this.#environment.emit({
      kind: 'note',
      subGoalId,
      text: `${text} ${target}`,
      detail: '',
      feasibility: Number.NaN,
    });
    if (move.skill !== 'look') {
      const given = move.skill === 'open' ? { fixture: move.target } : { target: move.target };
      const call = { robot, skill: move.skill, arguments: given };
      const prepared = await this.#runner.send(call, () => undefined, signal);
      if (!prepared.success) return;
    }
    const given = { target: move.lookAt };
    await this.#runner.send({ robot, skill: 'look', arguments: given }, () => undefined, signal);
    await this.#runner.waitForPictures(this.#environment.nowS(), signal);
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
