import type { BeliefView } from '../belief/belief-view.ts';
import type { SubGoal } from './plan-graph.ts';

/** How much of a plan has to be put right. */
export type RepairLevel = 'parameters' | 'sub-goal' | 'task';

/** Things that moved farther are somewhere else, m. */
const movedM = 0.25;

/**
 * Names what the belief says otherwise than when a plan was made: things that moved, went missing or came up, and what was
 * opened or shut.
 *
 * @param expected - ids that the plan itself has changed since
 */
export function changedThings(
  before: BeliefView,
  now: BeliefView,
  expected: ReadonlySet<string>,
): ReadonlySet<string> {
  const changed = new Set<string>();
  const objectsBefore = new Map(before.objects.map((object) => [object.id, object]));
  for (const object of now.objects) {
    const old = objectsBefore.get(object.id);
    if (old === undefined) continue;
    const gapM = Math.hypot(
      old.positionM[0] - object.positionM[0],
      old.positionM[1] - object.positionM[1],
      old.positionM[2] - object.positionM[2],
    );
    const isElsewhere = old.support !== object.support || old.relation !== object.relation || gapM > movedM;
    if (old.missing !== object.missing || (!object.missing && isElsewhere)) changed.add(object.id);
  }
  for (const fixture of now.fixtures) {
    const old = before.fixtures.find((candidate) => candidate.id === fixture.id);
    if (old !== undefined && old.state !== fixture.state && old.state !== 'unknown') changed.add(fixture.id);
  }
  for (const id of expected) changed.delete(id);
  return changed;
}

/** Names what a step reads: what it is given, what that stands on or lies in, and the doors before it. */
export function thingsReadBy(
  { arguments: given }: Pick<SubGoal, 'arguments'>,
  view: BeliefView,
): ReadonlySet<string> {
  const read = new Set(Object.values(given));
  for (const id of read) {
    const support = view.objects.find((object) => object.id === id)?.support;
    const behind = view.fixtures.find((fixture) => fixture.id === id)?.behind;
    for (const other of [support, behind]) if (other !== undefined && other !== '') read.add(other);
  }
  return read;
}

/**
 * Chooses at which level a failed step is put right, by how much of the belief changed since the plan was made: nothing
 * that the rest of the plan reads - other parameters of the same step; what this step reads - its sub-goal; what others
 * read - the task.
 *
 * @param others - steps that are still to be done
 */
export function repairLevel(
  failed: SubGoal,
  others: readonly SubGoal[],
  changed: ReadonlySet<string>,
  view: BeliefView,
): RepairLevel {
  const touches = (step: SubGoal) => [...thingsReadBy(step, view)].some((id) => changed.has(id));
  const own = thingsReadBy(failed, view);
  // What the failed step reads, too, is put right with it.
  const isElsewhere = others.some((step) =>
    [...thingsReadBy(step, view)].some((id) => changed.has(id) && !own.has(id)),
  );
  if (isElsewhere) return 'task';
  return touches(failed) ? 'sub-goal' : 'parameters';
}
