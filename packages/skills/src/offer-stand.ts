import type { Transform, Vector3 } from '@efferent/core';
import { standingRoom } from './arm-motion.ts';
import type { Face } from './face-view.ts';
import { handRotation } from './release-pose.ts';
import type { CarriedThing, MapSighting, SkillBody } from './skill-body.ts';
import { StraightArm } from './straight-arm.ts';
import { WorkScene } from './work-scene.ts';

/** What is held should come this near to the face with its side, m: the person closes the gap. */
export const beforeFaceM = 0.2;
/** It comes straight ahead over this way, m. */
export const approachM = 0.25;
/** How far the hand may come from the side, rad: from straight ahead of the face on. */
const turnsRad = [0, 0.35, -0.35, 0.7, -0.7, 1.05, -1.05, 1.4, -1.4] as const;
/** Extensions of the arm at the face, the most comfortable first, m: knees and feet are before a person who sits. */
const extensionsM = [0.34, 0.38, 0.3, 0.42, 0.46, 0.27] as const;
/** The base keeps so far from every part of a body that was seen, m: more than the gate demands. */
const bodyRoomM = 0.08;
const takenWithinM = 0.08;
/** Wheels roll over what is no higher than this, m. */
const rollOverM = 0.01;

/** The arm straight out before a face, and how far it still has to stretch. */
export interface OfferPose {
  readonly before: Float64Array;
  /** Extension at the face, m. */
  readonly goalM: number;
}

/** The arm that holds something before a face. */
export class OfferingArm {
  readonly straight: StraightArm;
  readonly work: WorkScene;
  readonly #body: SkillBody;
  readonly #carried: CarriedThing;
  readonly #face: Face;

  /** @param parts - sightings of the person's body */
  constructor(body: SkillBody, carried: CarriedThing, face: Face, parts: readonly MapSighting[]) {
    this.#body = body;
    this.#carried = carried;
    this.#face = face;
    this.work = new WorkScene(body, { carried });
    this.straight = new StraightArm(this.work.kinematics, true);
    for (const id of flatOnFloor(this.work)) this.work.scene.remove(id);
    for (const { mapFromThing, sizeM } of parts)
      this.work.scene.addBox({
        id: 'person',
        mapFromBox: mapFromThing,
        sizeM: [sizeM[0] + 2 * bodyRoomM, sizeM[1] + 2 * bodyRoomM, sizeM[2] + 2 * bodyRoomM],
      });
  }

  /** Where the tool has to be: what is held level with the mouth and before it, map frame, m. @param headingRad - of the hand */
  toolAt(headingRad: number): Vector3 {
    const { mouthM, headingRad: facing } = this.#face;
    const { sizeM, toolFromBox } = this.#carried;
    const aheadM = beforeFaceM + Math.max(sizeM[0], sizeM[1]) / 2;
    const handM = this.#carried.kind === 'side' ? toolFromBox.translation[0] : 0;
    return [
      mouthM[0] + aheadM * Math.cos(facing) - handM * Math.cos(headingRad),
      mouthM[1] + aheadM * Math.sin(facing) - handM * Math.sin(headingRad),
      this.#toolHeightM,
    ];
  }

  /** The brim of what is held is at the height of the mouth. */
  get #toolHeightM(): number {
    return this.#face.mouthM[2] - this.#carried.sizeM[2] + this.#carried.belowToolM;
  }

  /** The arm before the face with the base at a pose; undefined when it is too short, too long or touches something. */
  poseFrom(mapFromBase: Transform): OfferPose | undefined {
    const first = this.#straightOut(0);
    if (first === undefined) return undefined;
    const heading = this.straight.headingAt(mapFromBase.yaw);
    const goalM = this.straight.wayTo(mapFromBase, first, this.toolAt(heading)).extensionM;
    const before = this.#straightOut(goalM - approachM);
    if (before === undefined || this.#straightOut(goalM) === undefined) return undefined;
    return this.#isFree(mapFromBase, goalM) ? { before, goalM } : undefined;
  }

  /** How far the base has to drive along its x axis so that what is held ends up before the face, m. */
  besideM(mapFromBase: Transform): number {
    const first = this.#straightOut(0);
    if (first === undefined) return 0;
    const goal = this.toolAt(this.straight.headingAt(mapFromBase.yaw));
    return this.straight.wayTo(mapFromBase, first, goal).driveM;
  }

  /** Where the base stands so that the arm reaches before the face, straight from ahead where it can. */
  place(taken: readonly Transform[]): Transform | undefined {
    const isRoom = standingRoom(this.#body, this.work);
    for (const turn of turnsRad) {
      const heading = this.#face.headingRad + Math.PI + turn;
      for (const extensionM of extensionsM) {
        const positions = this.#straightOut(extensionM);
        if (positions === undefined) continue;
        const place = this.straight.basePose(heading, positions, this.toolAt(heading));
        const [x, y] = place.translation;
        const isTaken = taken.some(
          ({ translation }) => Math.hypot(translation[0] - x, translation[1] - y) < takenWithinM,
        );
        if (!isTaken && isRoom(x, y, place.yaw) && this.#isFree(place, extensionM)) return place;
      }
    }
    return undefined;
  }

  #straightOut(extensionM: number): Float64Array | undefined {
    const rotationAt = (heading: number) => handRotation(this.#carried.kind, heading);
    return this.straight.configuration(
      rotationAt,
      this.#toolHeightM,
      extensionM,
      this.#body.actuatorPositions(),
    );
  }

  /** The hand itself ends where the gate lets it: only the way there has to be free. */
  #isFree(mapFromBase: Transform, goalM: number): boolean {
    const { model } = this.#body;
    const q = model.zeroJointPositions();
    this.work.checker.setBasePose(mapFromBase);
    return [goalM - approachM, goalM].every((extensionM) => {
      const positions = this.#straightOut(extensionM);
      return (
        positions !== undefined &&
        !this.work.checker.isColliding(model.jointPositionsFromActuators(positions, q))
      );
    });
  }
}

/** Mats and the like, over which wheels roll. */
function flatOnFloor({ scene }: WorkScene): readonly string[] {
  const isHigh = ({ mapFromBox, sizeM }: (typeof scene.boxes)[number]) =>
    mapFromBox.translation[2] + sizeM[2] / 2 > rollOverM;
  const high = new Set(scene.boxes.filter(isHigh).map(({ id }) => id));
  return [...new Set(scene.boxes.map(({ id }) => id))].filter((id) => !high.has(id));
}
