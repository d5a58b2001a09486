import { type QuaternionXyzw, rotateVector, Transform, type Vector3 } from '@efferent/core';
import { type HandPosture, sideGraspRotation, slantGraspRotation, topGraspRotation } from './geometry.ts';
import type { SkillArgumentValue } from './skill-arguments.ts';
import type { CarriedThing, SkillBody } from './skill-body.ts';
import { SkillFailure } from './skill-failure.ts';

/** Where to let go: tool poses above and at the release, `map`. */
export interface ReleasePose {
  readonly mapFromAbove: Transform;
  readonly mapFromRelease: Transform;
  /** Before the opening of what encloses the place: the hand goes straight in and out from there. */
  readonly mapFromBefore?: Transform;
}

/** Wider than this cannot be taken as held, m. */
const fallbackSizeM = 0.08;

/** What is held; a plain box of the gripper's opening when no skill of this process has grasped it. */
export function carriedThing(body: SkillBody, className: string): CarriedThing {
  if (body.carried !== undefined) return body.carried;
  const width = Math.max(0.02, body.position(body.model.manifest.gripper.actuator));
  return {
    className,
    kind: 'side',
    toolFromBox: Transform.identity,
    sizeM: [fallbackSizeM, width, fallbackSizeM],
    belowToolM: fallbackSizeM / 2,
  };
}

/** The named thing, which is held. @throws {@link SkillFailure} code `invalid-argument` when something else was grasped last */
export function heldThing(body: SkillBody, { name, value, objectClass }: SkillArgumentValue): CarriedThing {
  const { carried } = body;
  if (carried !== undefined && objectClass !== '' && carried.className !== objectClass)
    throw new SkillFailure(
      'invalid-argument',
      `"${name}" is ${value}, a ${objectClass}, and the hand holds a ${carried.className}`,
    );
  return carriedThing(body, objectClass);
}

/** Things whose longest side is less than this times their shortest have no side to stand on. */
const roundRatio = 1.4;

/** Tells whether a thing may be set down on any of its sides. */
export const hasNoSide = ({ sizeM }: CarriedThing): boolean =>
  Math.max(...sizeM) <= roundRatio * Math.min(...sizeM);

/** What is carried as a hand in another posture holds it, turned with the hand. */
export function heldAs(carried: CarriedThing, kind: HandPosture): CarriedThing {
  if (kind === carried.kind) return carried;
  const mapFromTool = new Transform([0, 0, 0], handRotation(kind, 0));
  const { translation, rotation } = mapFromTool.multiply(carried.toolFromBox);
  const [x, y, z] = carried.sizeM;
  const axes: readonly Vector3[] = [
    [x, 0, 0],
    [0, y, 0],
    [0, 0, z],
  ];
  const heightM = axes.reduce((sum, axis) => sum + Math.abs(rotateVector(rotation, axis)[2]), 0);
  return { ...carried, kind, belowToolM: heightM / 2 - translation[2] };
}

/** Tool orientation of a hand in a posture that points, or closes, along a heading into the furniture. */
export function handRotation(kind: HandPosture, headingRad: number): QuaternionXyzw {
  if (kind === 'side') return sideGraspRotation(headingRad);
  return kind === 'slant' ? slantGraspRotation(headingRad) : topGraspRotation(headingRad + Math.PI / 2);
}

/**
 * Tool poses that release at a point, in the orientation in which the thing was grasped.
 *
 * @param toolHeightM - of the tool at the release
 * @param aboveM - how much higher the hand comes in
 * @param headingsRad - headings into the furniture
 */
export function releasePoses(
  carried: CarriedThing,
  pointM: readonly [number, number],
  toolHeightM: number,
  aboveM: number,
  headingsRad: readonly number[],
): readonly ReleasePose[] {
  const turns = carried.kind === 'top' ? [0, Math.PI / 4, -Math.PI / 4] : [0, 0.4, -0.4, 0.8, -0.8];
  return headingsRad.flatMap((heading) =>
    turns.map((turn) => {
      const rotation = handRotation(carried.kind, heading + turn);
      return {
        mapFromRelease: new Transform([pointM[0], pointM[1], toolHeightM], rotation),
        mapFromAbove: new Transform([pointM[0], pointM[1], toolHeightM + aboveM], rotation),
      };
    }),
  );
}
