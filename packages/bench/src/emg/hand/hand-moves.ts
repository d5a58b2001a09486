import { dot3, subtract3, type Vector3, wrapAngle } from '@efferent/core';
import type { GestureMapping } from '@efferent/emg';
import { furnitureTransform, type PlanarPose, type PriorMap, type RobotModel } from '@efferent/robot';
import type { DrawnThing } from '../user/drawn-things.ts';
import { DriveRoute } from './drive-route.ts';
import { type Control, controlOf } from './hand-controls.ts';
import type { HandScript } from './hand-pilot.ts';
import { closeStage, jointStage, type Level, moveStage, type Stage } from './hand-stage.ts';
import type { HandView } from './hand-view.ts';

/** How far the arm is stretched where the person stops the robot: what is most at ease first, m. */
const extensionsM = [0.22, 0.28, 0.16, 0.34, 0.4, 0.1] as const;
/** The base is where it was to go within these, m and rad. */
const placeM = 0.08;
const headingRad = 0.06;
const alongM = 0.05;
/** Shorter ways than this are not worth turning for, m. */
const shortM = 0.05;
const mostRoutes = 4;
const straightRad = 0.08;
const jointTolerance = { m: 0.02, rad: 0.1 } as const;

/** What the scripts of tasks are made of, for one robot in one room. */
export class HandMoves {
  readonly model: RobotModel;
  readonly map: PriorMap;
  readonly route: DriveRoute;
  readonly linear: Control;
  readonly angular: Control;
  readonly lift: Control;
  readonly extension: Control;
  readonly yaw: Control;
  readonly pitch: Control;
  readonly roll: Control;
  readonly gripper: Control;

  constructor(mapping: GestureMapping, model: RobotModel, map: PriorMap) {
    this.model = model;
    this.map = map;
    this.route = new DriveRoute(model, map);
    const { arm, gripper } = model.manifest;
    if (arm === undefined) throw new Error(`${model.id} has no arm to be driven by hand`);
    this.linear = controlOf(mapping, 'linear');
    this.angular = controlOf(mapping, 'angular');
    this.lift = controlOf(mapping, arm.lift);
    this.extension = controlOf(mapping, arm.extension);
    this.yaw = controlOf(mapping, arm.yaw);
    this.pitch = controlOf(mapping, arm.pitch);
    this.roll = controlOf(mapping, arm.roll);
    this.gripper = controlOf(mapping, gripper.actuator);
  }

  joint(control: Control, target: number, tolerance?: number): Stage {
    const unit = this.model.actuators[this.model.actuatorIndex(control.moves)]?.unit ?? 'm';
    return jointStage(control, target, tolerance ?? jointTolerance[unit]);
  }

  /** Straightens the wrist: along the arm and level, the fingers closing sideways; what is as it should be costs nothing. */
  *straighten(pitchRad = 0): HandScript<HandView> {
    yield this.joint(this.yaw, 0, straightRad);
    yield this.joint(this.pitch, pitchRad, straightRad);
    return yield this.joint(this.roll, 0, straightRad);
  }

  close(): Stage {
    return closeStage(this.gripper);
  }

  /** Brings the hand to a height, m above the floor. */
  raise(heightM: (view: HandView) => number, tolerance = 0.015): Stage {
    const error = (view: HandView) => heightM(view) - view.tool.translation[2];
    return moveStage({ name: 'hand to a height', control: this.lift, error, tolerance });
  }

  /** Drives the base until the arm, stretched out or drawn in, brings the hand to a point. */
  align(target: (view: HandView) => Vector3 | undefined, tolerance = 0.018, level?: Level): Stage {
    return moveStage({
      name: 'base beside it',
      control: this.linear,
      tolerance,
      ...(level === undefined ? {} : { level }),
      error: (view) => {
        const point = target(view);
        if (point === undefined) return undefined;
        const heading: Vector3 = [Math.cos(view.base.yaw), Math.sin(view.base.yaw), 0];
        return dot3(subtract3(point, view.tool.translation), heading);
      },
    });
  }

  /** Reaches out, or back, until the hand is at a point. */
  reach(target: (view: HandView) => Vector3 | undefined, tolerance = 0.015, patience = 2): Stage {
    return moveStage({
      name: 'reach for it',
      control: this.extension,
      tolerance,
      patience,
      error: (view) => {
        const point = target(view);
        return point === undefined ? undefined : this.reachError(view, point);
      },
    });
  }

  /** How far the arm has to be stretched until the hand is beside a point, m. */
  reachError({ base, tool }: HandView, point: Vector3): number {
    return dot3(subtract3(point, tool.translation), [Math.sin(base.yaw), -Math.cos(base.yaw), 0]);
  }

  /** Drives round the furniture to a pose, correcting at the end. */
  *driveTo(goal: PlanarPose, first: HandView): HandScript<HandView> {
    let view = first;
    for (let i = 0; i < mostRoutes && !isAt(view.base, goal); i++) {
      const stretches = this.route.plan(view, goal) ?? [];
      for (const [index, stretch] of stretches.entries()) {
        if (stretch.kind === 'drive') view = yield this.#along(stretch, Math.sign(stretch.distanceM));
        else {
          const next = stretches[index + 1];
          const towards = next?.kind === 'drive' && Math.abs(next.distanceM) > shortM ? next : undefined;
          view = yield this.turn((now) =>
            towards === undefined ? stretch.yaw : headingTo(now, towards, Math.sign(towards.distanceM)),
          );
        }
      }
      if (stretches.length === 0) break;
    }
    return view;
  }

  /** Turns on the spot to a heading. */
  turn(heading: (view: HandView) => number, tolerance = headingRad): Stage {
    return moveStage({
      name: 'turn',
      control: this.angular,
      error: (view) => wrapAngle(heading(view) - view.base.yaw),
      tolerance,
    });
  }

  /** Drives straight until abreast of a point. */
  #along(to: { readonly x: number; readonly y: number }, sign: number): Stage {
    return moveStage({
      name: sign < 0 ? 'drive back' : 'drive',
      control: this.linear,
      error: ({ base }) => (to.x - base.x) * Math.cos(base.yaw) + (to.y - base.y) * Math.sin(base.yaw),
      tolerance: alongM,
      patience: 1,
    });
  }

  /** Where the base has room, with the arm towards an edge of the furniture that one may stand at. */
  standAt(furnitureId: string, point: Vector3, view: HandView, toolInM = 0): PlanarPose | undefined {
    const furniture = this.map.furniture.find(({ id }) => id === furnitureId);
    if (furniture === undefined) return undefined;
    const frame = furnitureTransform(this.map, furnitureId);
    const poses = furniture.access.flatMap(({ normal }) => {
      const tip = frame.apply([normal[0], normal[1], 0]);
      const arm = [frame.translation[0] - tip[0], frame.translation[1] - tip[1]] as const;
      return extensionsM.map((extensionM) => this.standFor(point, arm, extensionM - toolInM));
    });
    return this.route.roomiest(view, poses);
  }

  /** Where the base stands so that the hand, straight out by `extensionM`, is at a point; `arm` is where the arm points. */
  standFor(point: Vector3, arm: readonly [number, number], extensionM: number): PlanarPose {
    const [toolX, toolY] = this.#restTool;
    const yaw = Math.atan2(arm[1], arm[0]) + Math.PI / 2;
    const c = Math.cos(yaw);
    const s = Math.sin(yaw);
    const y = toolY - extensionM;
    return { x: point[0] - (c * toolX - s * y), y: point[1] - (s * toolX + c * y), yaw: wrapAngle(yaw) };
  }

  get #restTool(): Vector3 {
    const poses = this.model.forwardKinematics(
      this.model.zeroJointPositions(),
      this.model.createKinematicsBuffer(),
    );
    const at = this.model.linkIndex(this.model.manifest.frames.tool) * 12;
    return [poses[at + 3] as number, poses[at + 7] as number, poses[at + 11] as number];
  }
}

const isAt = (base: HandView['base'], goal: PlanarPose): boolean =>
  Math.hypot(goal.x - base.x, goal.y - base.y) <= placeM &&
  Math.abs(wrapAngle(goal.yaw - base.yaw)) <= headingRad;

function headingTo({ base }: HandView, to: { readonly x: number; readonly y: number }, sign: number): number {
  const heading = Math.atan2(to.y - base.y, to.x - base.x);
  return sign < 0 ? heading + Math.PI : heading;
}

/** The point of a thing at which fingers hold it: not above its middle, and not so low that the hand meets what it stands on. */
export function gripPoint({ pose, lowM, highM }: DrawnThing, leastM = 0.03, mostM = 0.08): Vector3 {
  const height = Math.min(mostM, Math.max(leastM, (highM[2] - lowM[2]) / 2));
  return [pose.translation[0], pose.translation[1], lowM[2] + height];
}
