import { distance3, rotateVector, type Vector3 } from '@efferent/core';
import type { Belief } from './belief.ts';

/** A face that was not seen for longer may be elsewhere, s. */
const faceLifeS = 60;
/** Half the depth of a head, m: detections give its middle. */
const headRadiusM = 0.1;
/** What is held is offered within this of a face, m: a person who leans forward gets there. Ours. */
const withinReachM = 0.4;
/** It is at most so much higher or lower than the face, m. */
const besideM = 0.25;
/** Tilted by more than this, what is held would spill, rad. */
const uprightRad = 0.35;
/** For so long the hand must have been still, s. */
const stillS = 0.4;

/** Whether a thing is held out to somebody, by the hand's own measurements and the faces that were seen. */
export interface OfferEvidence {
  readonly truth: 'true' | 'false' | 'unknown';
  readonly text: string;
}

/** Judges whether a robot holds a thing upright and still before a face. */
export function offerEvidence(
  belief: Belief,
  objectId: string,
  robotName: string,
  nowS: number,
): OfferEvidence {
  const robot = belief.robot(robotName);
  if (robot === undefined || belief.heldBy(robotName)?.id !== objectId)
    return { truth: 'false', text: `the ${objectId} is not in the hand` };
  const handM = robot.mapFromTool.translation;
  const faces = belief.faces(nowS - faceLifeS);
  const gapM = Math.min(...faces.map((face) => distance3(face, handM) - headRadiusM));
  if (faces.length === 0) return { truth: 'unknown', text: 'no face was seen' };
  const near = faces.some(
    (face) => distance3(face, handM) - headRadiusM <= withinReachM && Math.abs(face[2] - handM[2]) <= besideM,
  );
  if (!near) return { truth: 'false', text: `it is held ${gapM.toFixed(2)} m from the nearest face` };
  if (robot.gripUp === undefined) return { truth: 'unknown', text: 'how it was grasped is not known' };
  const [, , up] = rotateVector(robot.mapFromTool.rotation, robot.gripUp);
  const tiltRad = Math.acos(Math.min(1, Math.max(-1, up)));
  if (tiltRad > uprightRad)
    return { truth: 'false', text: `it is tilted by ${((tiltRad * 180) / Math.PI).toFixed(0)} degrees` };
  if (robot.jointStampS - robot.movedS < stillS) return { truth: 'unknown', text: 'the hand still moves' };
  return { truth: 'true', text: `held upright and still ${gapM.toFixed(2)} m before a face` };
}

/** A face moves little while somebody sits: sightings nearer than this are of one, m. */
const sameFaceM = 0.3;

/** Where faces were seen. */
export class Faces {
  #seen: { readonly atM: Vector3; readonly seenS: number }[] = [];

  /** Takes in a face. @param atM - middle of the head, in `map` */
  see(atM: Vector3, nowS: number): void {
    this.#seen = [...this.#seen.filter((face) => distance3(face.atM, atM) > sameFaceM), { atM, seenS: nowS }];
  }

  /** Faces that were seen since a time. */
  since(sinceS: number): readonly Vector3[] {
    return this.#seen.filter(({ seenS }) => seenS >= sinceS).map(({ atM }) => atM);
  }

  clear(): void {
    this.#seen = [];
  }
}
