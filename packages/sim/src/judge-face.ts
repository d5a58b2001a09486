import type { Vector3 } from '@efferent/core';
import { personBoxes } from './people.ts';
import type { Scene } from './scene-file.ts';
import type { EntityState } from './sim-world.ts';
import type { GoalCondition } from './task-card.ts';

/** What the judge says, and why in one sentence with the numbers that decided. */
export interface Judgement {
  readonly isMet: boolean;
  readonly reason: string;
}

export const no = (reason: string): Judgement => ({ isMet: false, reason });
export const yes = (reason: string): Judgement => ({ isMet: true, reason });

/** What is held before a face stands still below this, m/s. */
const stillMps = 0.03;
/** The middle of a thing may be this far beside the face, and its brim so far above and below the mouth, m. All ours. */
const besideM = 0.12;
const aboveMouthM = 0.08;
const belowMouthM = 0.15;
/** The mouth is so far above the chin, as a share of the head's height; ours. */
const mouthShare = 0.25;

type BeforeFace = Extract<GoalCondition, { kind: 'before-face' }>;

/** Judges whether a thing is held still and upright before a person's face, in a band of distance from it. */
export function judgeBeforeFace(scene: Scene, condition: BeforeFace, object: EntityState): Judgement {
  const { id } = object;
  if (!object.isHeld) return no(`${id} is not held`);
  const person = scene.file.people.find((each) => each.id === condition.personId);
  const kind = scene.kinds.get(object.kind);
  const head = personBoxes(scene.file.people).find(
    ({ partId, region }) => region === 'head' && partId.startsWith(`${condition.personId}/`),
  );
  if (person === undefined || kind === undefined || head === undefined)
    return no(`${condition.personId} has no head`);
  const up = object.pose.apply([0, 0, 1])[2] - object.pose.translation[2];
  const tiltRad = Math.acos(Math.min(1, Math.max(-1, up)));
  const heightM = Math.max(...kind.shapes.map(topOf));
  const brim = head.mapFromBox.inverse().apply(object.pose.apply([0, 0, heightM]));
  const middle = head.mapFromBox.inverse().apply(object.pose.apply([0, 0, heightM / 2]));
  const distanceM = middle[0] - head.sizeM[0] / 2 - widestOf(kind.shapes[0] as Shape);
  const overMouthM = brim[2] + head.sizeM[2] / 2 - mouthShare * head.sizeM[2];
  const speedMps = Math.hypot(...object.linearMps);
  const [least, most] = condition.distanceM;
  const where = `${id} is ${distanceM.toFixed(3)} m before the face of ${person.id}, ${middle[1].toFixed(3)} m beside it, its brim ${overMouthM.toFixed(3)} m above the mouth, tilted by ${tiltRad.toFixed(3)} rad, at ${speedMps.toFixed(3)} m/s`;
  const isMet =
    distanceM >= least &&
    distanceM <= most &&
    Math.abs(middle[1]) <= besideM &&
    overMouthM <= aboveMouthM &&
    overMouthM >= -belowMouthM &&
    tiltRad <= condition.tiltRad &&
    speedMps <= stillMps;
  return { isMet, reason: where };
}

type Shape = NonNullable<ReturnType<Scene['kinds']['get']>>['shapes'][number];

function sizeOf(shape: Shape): Vector3 {
  if ('box' in shape) return shape.box.size;
  if ('sphere' in shape) return [2 * shape.sphere.radius, 2 * shape.sphere.radius, 2 * shape.sphere.radius];
  const { radius, height } = 'cylinder' in shape ? shape.cylinder : shape.ring;
  return [2 * radius, 2 * radius, height];
}

const topOf = (shape: Shape): number => shape.centerM[2] + sizeOf(shape)[2] / 2;
const widestOf = (shape: Shape): number => Math.max(sizeOf(shape)[0], sizeOf(shape)[1]) / 2;
