import type { Vector3 } from '@efferent/core';
import { furnitureTransform } from '@efferent/robot';
import { type Judgement, judgeBeforeFace, no, yes } from './judge-face.ts';
import { centerOfMass, objectSolids } from './object-body.ts';
import type { Scene } from './scene-file.ts';
import type { EntityState } from './sim-world.ts';
import type { Episode, GoalCondition } from './task-card.ts';

/** What the judge says about one condition. */
export interface ConditionVerdict {
  readonly condition: GoalCondition;
  readonly isMet: boolean;
  /** One sentence with the numbers that decided. */
  readonly reason: string;
}

export interface TaskVerdict {
  readonly success: boolean;
  /** Share of the conditions that are met, 0 to 1. */
  readonly goalConditionShare: number;
  readonly conditions: readonly ConditionVerdict[];
}

/** A thing is at rest below these, m/s and rad/s. */
const restMps = 0.03;
const restRadS = 0.3;
/** How far above a surface a thing may float, m: it may lie on something flat. */
const onToleranceM = 0.03;
/** How far outside of a rectangle its centre may be, m. */
const edgeToleranceM = 0.02;

/**
 * Judges the end of an episode from true states alone. Pure: equal arguments give equal verdicts.
 *
 * @param states - what {@link SimWorld.entityStates} gives, or what was read over `/sim`
 */
export function judgeTask(
  scene: Scene,
  episode: Pick<Episode, 'goal'>,
  states: readonly EntityState[],
): TaskVerdict {
  const byId = new Map(states.map((state) => [state.id, state]));
  const conditions = episode.goal.map((condition) => {
    const { isMet, reason } = judgeCondition(scene, condition, byId);
    return { condition, isMet, reason };
  });
  const met = conditions.filter(({ isMet }) => isMet).length;
  return { success: met === conditions.length, goalConditionShare: met / conditions.length, conditions };
}

function judgeCondition(
  scene: Scene,
  condition: GoalCondition,
  states: ReadonlyMap<string, EntityState>,
): Judgement {
  if (condition.kind === 'part') return judgePart(scene, condition.articulationId, condition.state, states);
  if (condition.kind === 'wiped') return judgeWiped(condition, states);
  const object = states.get(condition.objectId);
  if (object === undefined) return no(`there is no ${condition.objectId}`);
  if (condition.kind === 'held') return judgeHeld(object, condition.aboveM ?? Number.NEGATIVE_INFINITY);
  if (condition.kind === 'before-face') return judgeBeforeFace(scene, condition, object);
  if (object.isHeld) return no(`${object.id} is still held`);
  const speed = Math.hypot(...object.linearMps);
  if (speed > restMps || Math.hypot(...object.angularRadS) > restRadS)
    return no(`${object.id} still moves at ${speed.toFixed(3)} m/s`);
  switch (condition.kind) {
    case 'inside':
      return judgeInside(scene, object, condition.containerId, states);
    case 'on':
      return judgeOn(scene, object, condition.supportId);
    case 'at':
      return judgeAt(scene, object, condition.placeId);
  }
}

function judgeWiped(
  { stainId, share }: Extract<GoalCondition, { kind: 'wiped' }>,
  states: ReadonlyMap<string, EntityState>,
): Judgement {
  const wiped = states.get(stainId)?.wipedShare;
  if (wiped === undefined) return no(`there is no ${stainId}`);
  const where = `${(100 * wiped).toFixed(0)} % of ${stainId} is wiped, ${(100 * share).toFixed(0)} % wanted`;
  return wiped >= share ? yes(where) : no(where);
}

function judgeHeld(object: EntityState, aboveM: number): Judgement {
  if (!object.isHeld) return no(`${object.id} is not held`);
  const heightM = object.pose.translation[2];
  const where = `${object.id} is held, its foot ${heightM.toFixed(3)} m above the floor`;
  return heightM >= aboveM ? yes(where) : no(where);
}

function judgePart(
  scene: Scene,
  id: string,
  state: 'open' | 'closed',
  states: ReadonlyMap<string, EntityState>,
): Judgement {
  const spec = scene.map.articulations.find((a) => a.id === id);
  const position = states.get(id)?.jointPosition;
  if (spec === undefined || position === undefined) return no(`there is no part ${id}`);
  const closedBelow = spec.range[0] + 0.05 * (spec.range[1] - spec.range[0]);
  const isMet = state === 'open' ? position >= spec.openAt : position <= closedBelow;
  return {
    isMet,
    reason: `${id} is at ${position.toFixed(3)}, ${state === 'open' ? `open from ${spec.openAt}` : `closed below ${closedBelow.toFixed(3)}`}`,
  };
}

function judgeInside(
  scene: Scene,
  object: EntityState,
  containerId: string,
  states: ReadonlyMap<string, EntityState>,
): Judgement {
  const holder = states.get(containerId);
  const holds = holder?.type === 'object' ? scene.kinds.get(holder.kind)?.holds : undefined;
  if (holder !== undefined && holds !== undefined) {
    const up = holder.pose.apply([0, 0, 1])[2] - holder.pose.translation[2];
    const [x, y, z] = holder.pose.inverse().apply(centerOf(scene, object));
    const radius = Math.hypot(x, y);
    const where = `the middle of ${object.id} is ${radius.toFixed(3)} m from ${containerId}'s axis, ${z.toFixed(3)} m above its foot`;
    return up > 0.7 && radius <= holds.radiusM && z > 0 && z <= holds.heightM + 0.05 ? yes(where) : no(where);
  }
  const container = scene.map.containers.find((c) => c.id === containerId);
  if (container === undefined) return no(`there is no container ${containerId}`);
  const part =
    container.movesWithArticulationId === undefined
      ? undefined
      : states.get(container.movesWithArticulationId);
  const frame = part?.pose ?? furnitureTransform(scene.map, container.furnitureId);
  const local = frame.inverse().apply(centerOf(scene, object));
  const { centerM, sizeM } = container.interior;
  const isInside = local.every((value, axis) => {
    const slack = axis === 2 ? 0.05 : edgeToleranceM;
    return Math.abs(value - (centerM[axis] as number)) <= (sizeM[axis] as number) / 2 + slack;
  });
  const where = `${object.id} is at [${local.map((v) => v.toFixed(3)).join(', ')}] of ${containerId}'s frame`;
  return isInside ? yes(where) : no(where);
}

function judgeOn(scene: Scene, object: EntityState, supportId: string): Judgement {
  const isNegated = supportId.startsWith('not:');
  const id = isNegated ? supportId.slice('not:'.length) : supportId;
  const surfaces = scene.map.surfaces.filter((s) => isNegated || s.id === id || s.furnitureId === id);
  const found = surfaces.find((surface) =>
    rectangleHolds(scene, object, surface.furnitureId, surface.heightM, surface.centerM, surface.sizeM),
  );
  if (isNegated) {
    const inside = scene.map.containers.some((c) => judgeInside(scene, object, c.id, new Map()).isMet);
    if (found?.id === id) return no(`${object.id} is still on ${id}`);
    return found !== undefined || inside
      ? yes(`${object.id} is on ${found?.id ?? 'the inside of a container'}`)
      : no(`${object.id} is not on any furniture`);
  }
  if (found !== undefined) return yes(`${object.id} is on ${found.id}`);
  return no(
    `${object.id} is at [${object.pose.translation.map((v) => v.toFixed(3)).join(', ')}], not on ${id}`,
  );
}

function judgeAt(scene: Scene, object: EntityState, placeId: string): Judgement {
  const place = scene.map.places.find((p) => p.id === placeId);
  const surface = scene.map.surfaces.find((s) => s.id === place?.delivery?.surfaceId);
  if (place?.delivery === undefined || surface === undefined)
    return no(`nothing can be brought to ${placeId}`);
  const { centerM, sizeM } = place.delivery;
  const isThere = rectangleHolds(scene, object, surface.furnitureId, surface.heightM, centerM, [
    sizeM[0] + 0.08,
    sizeM[1] + 0.08,
  ]);
  const where = `${object.id} is at [${object.pose.translation.map((v) => v.toFixed(3)).join(', ')}]`;
  return isThere ? yes(`${where}, with ${placeId}`) : no(`${where}, not with ${placeId}`);
}

function rectangleHolds(
  scene: Scene,
  object: EntityState,
  furnitureId: string,
  heightM: number,
  centerM: readonly [number, number],
  sizeM: readonly [number, number],
): boolean {
  const [x, y, z] = furnitureTransform(scene.map, furnitureId).inverse().apply(centerOf(scene, object));
  return (
    Math.abs(x - centerM[0]) <= sizeM[0] / 2 + edgeToleranceM &&
    Math.abs(y - centerM[1]) <= sizeM[1] / 2 + edgeToleranceM &&
    z - heightM > 0 &&
    z - heightM < reachOf(scene, object) + onToleranceM
  );
}

/** Centre of mass of an object in `map`: a ball that rolled has its foot on top. */
function centerOf(scene: Scene, object: EntityState): Vector3 {
  const kind = scene.kinds.get(object.kind);
  return kind === undefined ? object.pose.translation : object.pose.apply(centerOfMass(objectSolids(kind)));
}

/** Largest distance of an object's surface from its centre of mass, m, about. */
function reachOf(scene: Scene, object: EntityState): number {
  const kind = scene.kinds.get(object.kind);
  if (kind === undefined) return 0;
  const solids = objectSolids(kind);
  const [cx, cy, cz] = centerOfMass(solids);
  return Math.max(
    ...solids.map(({ shape, objectFromSolid: { translation: t } }) => {
      const own =
        shape.kind === 'box'
          ? Math.max(...shape.sizeM) / 2
          : shape.kind === 'sphere'
            ? shape.radiusM
            : Math.max(shape.radiusM, shape.heightM / 2);
      return Math.hypot(t[0] - cx, t[1] - cy, t[2] - cz) + own;
    }),
  );
}
