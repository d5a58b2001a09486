import { wrapAngle } from '@efferent/core';
import {
  DriveSpace,
  type DriveStretch,
  type PlanarPose,
  type PriorMap,
  planDrive,
  type RobotModel,
} from '@efferent/robot';
import type { HandView } from './hand-view.ts';

/** A person keeps this much away from things, m; less where there is no more room. */
const marginsM = [0.1, 0.06, 0.03, 0.01] as const;
/** Points along the sides of a body that is driven around, m apart. */
const outlineStepM = 0.05;
/** Parts of people are drawn as `person/part`. */
const isPerson = (name: string) => name.includes('/');
/** What lies lower than this is in the way of wheels, m. */
const lowM = 0.3;

/**
 * How a person who sees the room as the page draws it would drive through it: the robot's outline with its arm as it is now,
 * furniture, people, and what lies on the floor.
 */
export class DriveRoute {
  readonly #model: RobotModel;
  readonly #space: DriveSpace;
  /** Names of what the space knows already. */
  readonly #mapped: Set<string>;

  constructor(model: RobotModel, map: PriorMap) {
    this.#model = model;
    this.#space = new DriveSpace(model, map);
    const { walls, furniture, articulations } = map;
    this.#mapped = new Set(['wall', ...walls.map((_, i) => `wall-${i}`), ...furniture.map(({ id }) => id)]);
    for (const { id } of articulations) this.#mapped.add(id);
  }

  /** Turns and straight ways to a pose; undefined where there is no way. */
  plan(view: HandView, goal: PlanarPose): readonly DriveStretch[] | undefined {
    this.#look(view);
    for (const marginM of marginsM) {
      this.#space.marginM = marginM;
      try {
        return planDrive(this.#space, view.base, goal);
      } catch {
        // A narrower way is looked for.
      }
    }
    return undefined;
  }

  /** The first of some poses at which the robot has room as its arm is now, and the one with most room where none has enough. */
  roomiest(view: HandView, poses: readonly PlanarPose[]): PlanarPose | undefined {
    this.#look(view);
    this.#space.marginM = 0;
    let best: PlanarPose | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (const pose of poses) {
      const room = Math.min(marginsM[0], this.#space.roomAt(pose.x, pose.y, wrapAngle(pose.yaw)));
      if (room <= most) continue;
      best = pose;
      most = room;
    }
    return best;
  }

  #look(view: HandView): void {
    const actuators = Float64Array.from(this.#model.actuators, ({ name }) => view.joints.get(name) ?? 0);
    this.#space.setConfiguration(
      this.#model.jointPositionsFromActuators(actuators, this.#model.zeroJointPositions()),
    );
    const points: number[] = [];
    for (const name of view.drawn.names) {
      const part = view.drawn.thing(name);
      if (part === undefined) continue;
      const { lowM: least, highM: most } = part;
      if (!isPerson(name) && (this.#mapped.has(name) || least[2] > lowM)) continue;
      for (let x = least[0]; x <= most[0]; x += outlineStepM)
        for (let y = least[1]; y <= most[1]; y += outlineStepM) points.push(x, y);
    }
    this.#space.setLaserObstacles(points);
  }
}
