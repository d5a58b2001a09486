import { Rng } from '@efferent/core';
import type { Episode, Scene } from '@efferent/sim';
import type { Household } from './household.ts';

/** Where this world is not as the contracts of the skills say. */
export interface WorldFaults {
  /** Pulls and pushes that a drawer or door withstands, by id; infinite for one that is jammed. */
  readonly jams: ReadonlyMap<string, number>;
  /** Things that lie over the opening of a container or vessel, by its id. */
  readonly covers: ReadonlyMap<string, string>;
}

export const noWorldFaults: WorldFaults = { jams: new Map(), covers: new Map() };

/** A part that sticks gives way at this try. */
const sticksFor = 2;

/**
 * Draws contracts that are wrong about this world: a part that sticks or is jammed for good, and a thing that covers a
 * container which has to be taken away first. Only what the task needs is drawn; equal arguments give equal faults.
 *
 * @param chance - of each part and each container that the task needs, [0, 1]
 */
export function drawWorldFaults(scene: Scene, episode: Episode, chance: number, seed: number): WorldFaults {
  const rng = new Rng(seed).fork('world-faults');
  const jams = new Map<string, number>();
  const covers = new Map<string, string>();
  for (const part of partsNeeded(scene, episode))
    if (rng.chance(chance)) jams.set(part, rng.chance(0.5) ? sticksFor : Number.POSITIVE_INFINITY);
  const named = new Set(episode.goal.flatMap((each) => ('objectId' in each ? [each.objectId] : [])));
  const free = scene.file.objects
    .map(({ id, kind }) => ({ id, kind: scene.kinds.get(kind)! }))
    .filter(({ id, kind }) => !named.has(id) && kind.grasp.type === 'body' && kind.holds === undefined)
    .map(({ id }) => id);
  for (const container of containersNeeded(episode)) {
    const isDrawn = rng.chance(chance);
    const left = free.filter((id) => ![...covers.values()].includes(id));
    if (isDrawn && left.length > 0) covers.set(container, rng.pick(left));
  }
  return { jams, covers };
}

/** Puts the faults into a household. */
export function applyWorldFaults(household: Household, { covers }: WorldFaults): void {
  for (const [container, cover] of covers) {
    const thing = household.things.get(cover);
    if (thing === undefined || !household.put(thing, container)) continue;
    household.covers.set(container, cover);
  }
}

function partsNeeded(scene: Scene, { goal, setup }: Episode): readonly string[] {
  const asked = goal.flatMap((each) => (each.kind === 'part' ? [each.articulationId] : []));
  const closed = scene.map.articulations.filter(
    (part) => (setup.articulationPositions.get(part.id) ?? part.range[0]) < part.openAt,
  );
  const inside = goal.flatMap((each) => (each.kind === 'inside' ? [each.containerId] : []));
  const behind = scene.map.containers
    .filter((container) => inside.includes(container.id))
    .flatMap((container) => container.behindArticulationId ?? []);
  return [...new Set([...asked, ...behind.filter((id) => closed.some((part) => part.id === id))])].sort();
}

const containersNeeded = ({ goal }: Episode): readonly string[] =>
  [...new Set(goal.flatMap((each) => (each.kind === 'inside' ? [each.containerId] : [])))].sort();
