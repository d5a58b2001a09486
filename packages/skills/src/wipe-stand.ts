import { Transform } from '@efferent/core';
import { type BaseFilter, standingRoom } from './arm-motion.ts';
import { type SupportArea, standpoints } from './geometry.ts';
import { handRotation } from './release-pose.ts';
import type { CarriedThing, SkillBody } from './skill-body.ts';
import { StraightArm } from './straight-arm.ts';
import { WorkScene } from './work-scene.ts';

/** Extensions of the arm in the middle of what is wiped, the most comfortable first, m. */
const extensionsM = [0.16, 0.2, 0.12, 0.24, 0.08, 0.28, 0.32, 0.36, 0.4, 0.44] as const;
/** Room that is kept to the ends of the extension, m: the base never stands quite where it was sent. */
const reserveM = 0.015;
/** Places nearer to one that is taken than this are taken, too, m. */
const takenWithinM = 0.08;
/** Beside a point the arm must be free, too: the base stops a little off, m. */
const besideM = [0, -0.012, 0.012] as const;

/** The arm over a surface with what it holds pressed on, and what must not be touched then. */
export class WipingArm {
  readonly straight: StraightArm;
  readonly work: WorkScene;
  readonly #body: SkillBody;
  readonly #carried: CarriedThing;
  readonly #isRoom: BaseFilter;
  readonly #q: Float64Array;

  /** @param useDepth - whether what the camera sees is in the way, too */
  constructor(body: SkillBody, carried: CarriedThing, area: SupportArea, useDepth = true) {
    this.#body = body;
    this.#carried = carried;
    this.work = new WorkScene(body, { carried, useDepth });
    for (const id of area.boxIds) this.work.allowFingers(id);
    this.straight = new StraightArm(this.work.kinematics, true);
    this.#isRoom = standingRoom(body, this.work);
    this.#q = body.model.zeroJointPositions();
  }

  /** The arm straight out, the lowest point of what it holds at a height. */
  over(lowM: number, extensionM: number): Float64Array | undefined {
    const { kind, belowToolM } = this.#carried;
    const rotationAt = (heading: number) => handRotation(kind, heading);
    return this.straight.configuration(
      rotationAt,
      lowM + belowToolM,
      extensionM,
      this.#body.actuatorPositions(),
    );
  }

  /** Where the middle of what is held is from the tool, along the base's axes, m; between the pads it is in the middle. */
  offM(positions: Float64Array): readonly [number, number] {
    const tool = this.work.baseFromTool(positions);
    const at = tool.apply([this.#carried.toolFromBox.translation[0], 0, 0]);
    return [at[0] - tool.translation[0], at[1] - tool.translation[1]];
  }

  /** Tells whether the base can drive, and the arm stretch, so that what is held is over a point. @param positions - see {@link over} */
  canReach(mapFromBase: Transform, positions: Float64Array, [x, y]: readonly [number, number]): boolean {
    const { model } = this.#body;
    const extension = model.actuatorIndex(model.manifest.arm?.extension ?? '');
    const { lower, upper } = model.actuators[extension]!;
    const [offX, offY] = this.offM(positions);
    const off = mapFromBase.apply([offX, offY, 0]);
    const [ox, oy] = [off[0] - mapFromBase.translation[0], off[1] - mapFromBase.translation[1]];
    const { driveM, extensionM } = this.straight.wayTo(mapFromBase, positions, [x - ox, y - oy, 0]);
    if (extensionM < lower + reserveM || extensionM > upper - reserveM) return false;
    const base = mapFromBase.multiply(Transform.fromPlanar(driveM, 0, 0));
    if (!this.#isRoom(base.translation[0], base.translation[1], base.yaw)) return false;
    const stretched = positions.slice();
    stretched[extension] = extensionM;
    return besideM.every((offM) => {
      this.work.checker.setBasePose(base.multiply(Transform.fromPlanar(offM, 0, 0)));
      return !this.work.checker.isColliding(model.jointPositionsFromActuators(stretched, this.#q));
    });
  }

  /**
   * The place of the base from which most points can be reached, at an edge of the furniture where a robot may stand.
   *
   * @param lowM - height of the lowest point of what is held
   * @param points - all over what is wiped, its middle first; map frame
   * @param taken - places that were found not to work
   */
  bestPlace(
    area: SupportArea,
    lowM: number,
    points: readonly (readonly [number, number])[],
    taken: readonly Transform[],
  ): Transform | undefined {
    const [center] = points;
    if (center === undefined) return undefined;
    const here = this.#body.mapFromBase().translation;
    let best: { readonly place: Transform; readonly score: number } | undefined;
    for (const { outward } of standpoints(this.#body.map, area.furnitureId, center)) {
      const heading = Math.atan2(-outward[1], -outward[0]);
      for (const [rank, extensionM] of extensionsM.entries()) {
        const positions = this.over(lowM, extensionM);
        if (positions === undefined) continue;
        const place = this.straight.basePose(heading, positions, center);
        if (taken.some((other) => apartM(other, place) < takenWithinM)) continue;
        const share = points.filter((point) => this.canReach(place, positions, point)).length / points.length;
        if (share === 0) continue;
        const travelM = Math.hypot(place.translation[0] - here[0], place.translation[1] - here[1]);
        const score = 10 * share - 0.05 * rank - 0.3 * travelM;
        if (best === undefined || score > best.score) best = { place, score };
      }
    }
    return best?.place;
  }
}

const apartM = (a: Transform, b: Transform): number =>
  Math.hypot(a.translation[0] - b.translation[0], a.translation[1] - b.translation[1]);
