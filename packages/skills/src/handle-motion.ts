import { Transform, type Vector3, wrapAngle } from '@efferent/core';
import { handleBoxId, type MapArticulation } from '@efferent/robot';
import { standingRoom } from './arm-motion.ts';
import { Handle } from './handle.ts';
import { type LevelPose, LevelReach } from './level-reach.ts';
import type { SkillBody } from './skill-body.ts';
import { WorkScene } from './work-scene.ts';

/** The hand stands this far before a handle before it reaches for it, m. */
const standOffM = 0.09;
/** Way of the handle between two points of a path, and between two that are checked while a place is chosen, m. */
const fineStepM = 0.012;
const coarseStepM = 0.04;
/** Turns of the hand about a handle to try, rad: a bar turns between the pads, a knob has the front close by. */
const leansRad = { bar: [0, 0.25, -0.25, 0.5, -0.5, 0.75, -0.75], knob: [0, 0.2, -0.2] } as const;
/** What the base may be off from where it is sent: reserve of reach and to the side, m, and of the hand's angle, rad. */
const reachReserveM = 0.025;
const leanReserveRad = 0.1;
/** Cost of a stroke that moves nothing, s. */
const missingCost = 1000;
/** Places looked at: turns of the base, steps of the extension. */
const baseTurns = 36;
const extensionStepM = 0.04;
/** Places that are checked for contact, best first. */
const mostPlans = 80;
/** A wrist that turns more than this between two points has changed to the other solution, rad. */
const largestTurnRad = 0.5;
/** Beyond this angle between the hand and the handle's approach a finger would meet the front, rad. */
const largestLeanRad = { bar: 1.1, knob: 0.6 } as const;

/** To let go the pads open only so much wider than the handle, m: wide fingers would meet the front. */
export const letGoM = 0.025;
/** Base poses nearer to each other than this are alike, m and rad. */
const alikeM = 0.06;
const alikeRad = 0.12;

/** A way of the hand at a handle with a standing base. */
export interface Stroke {
  /** Arm configurations, order of `model.actuators`. */
  readonly standOff: Float64Array;
  /** From the stand-off to the handle. */
  readonly reach: readonly Float64Array[];
  /** From the handle along its way. */
  readonly pull: readonly Float64Array[];
  /** Where the hand no longer presses: the last configuration of the pull at which the part is within its range. */
  readonly rest: Float64Array;
  /** From there straight back along the hand, once the hand is open. */
  readonly retreat: readonly Float64Array[];
  /** Joint position at which the pull ends, m or rad. */
  readonly reached: number;
}

/** One motion of a drawer or door, and from where. */
export interface PlacedStroke {
  readonly mapFromBase: Transform;
  readonly stroke: Stroke;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly yaw: number;
  /** Arm with the wrist turned as at the handle. */
  readonly seed: Float64Array;
  /** Joint position to which the arm could move the part. */
  readonly reached: number;
  readonly cost: number;
}

/** How the hand can move one drawer or door at its handle. */
export class HandleMotion {
  readonly articulation: MapArticulation;
  readonly handle: Handle;
  readonly #body: SkillBody;
  readonly #scenes = new Map<number, WorkScene>();

  constructor(body: SkillBody, articulation: MapArticulation) {
    this.#body = body;
    this.articulation = articulation;
    this.handle = new Handle(body.map, articulation);
  }

  /** The scene with this part at a position; the fingers may touch its handle. */
  sceneAt(position: number): WorkScene {
    const [low, high] = this.articulation.range;
    const key = Math.round((100 * (position - low)) / (high - low));
    let scene = this.#scenes.get(key);
    if (scene === undefined) {
      const openings = new Map([[this.articulation.id, position]]);
      scene = new WorkScene(this.#body, { openings, useDepth: false });
      scene.allowFingers(handleBoxId(this.articulation.id));
      this.#scenes.set(key, scene);
    }
    return scene;
  }

  /**
   * Finds where to stand to move the part from one position towards another: the place from which one stroke gets
   * farthest, and of those the cheapest.
   *
   * @param enough - a stroke that gets here is as good as one that gets to the end
   * @param failed - base poses from which it was found not to work
   */
  bestPlace(
    from: number,
    to: number,
    enough: number,
    failed: readonly Transform[] = [],
  ): PlacedStroke | undefined {
    const isEnough = (position: number) => (to > from ? position >= enough : position <= enough);
    const missing = (position: number) =>
      isEnough(position) ? 0 : (missingCost * Math.abs(to - position)) / Math.abs(to - from);
    const scene = this.sceneAt(from);
    const isRoom = standingRoom(this.#body, scene);
    const places = [...this.#places(from, to)]
      .map((place) => ({ ...place, score: place.cost + missing(place.reached) }))
      .sort((a, b) => a.score - b.score);
    let best: (PlacedStroke & { readonly score: number }) | undefined;
    let planned = 0;
    for (const { x, y, yaw, cost, score, seed } of places) {
      if (planned >= mostPlans || (best !== undefined && best.score <= score)) break;
      if (failed.some((pose) => isNear(pose, x, y, yaw)) || !isRoom(x, y, yaw)) continue;
      planned += 1;
      const mapFromBase = Transform.fromPlanar(x, y, yaw);
      const stroke = this.plan(mapFromBase, from, to, seed);
      if (stroke === undefined) continue;
      const trueScore = cost + missing(stroke.reached);
      if (best === undefined || trueScore < best.score) best = { mapFromBase, stroke, score: trueScore };
    }
    return best;
  }

  /** Places for the base from which the arm gets to the handle, and how far it could move it; only reach is looked at. */
  *#places(from: number, to: number): Generator<Place> {
    const { model } = this.#body;
    const here = this.#body.mapFromBase();
    const { kinematics } = this.sceneAt(from);
    const arm = new LevelReach(kinematics);
    const grip = this.handle.gripPoint(from);
    const way = this.handle.positions(from, to, coarseStepM).map((position) => ({
      position,
      at: this.handle.gripPoint(position),
      approach: this.handle.approachHeading(position),
    }));
    const yawIndex = model.actuatorIndex(model.manifest.arm?.yaw ?? '');
    const { shape } = this.articulation.handle;
    for (let turn = 0; turn < baseTurns; turn++) {
      const baseYaw = (2 * Math.PI * turn) / baseTurns;
      const [c, s] = [Math.cos(baseYaw), Math.sin(baseYaw)];
      for (const lean of leansRad[shape]) {
        for (const yawRad of arm.yawsFor(this.handle.approachHeading(from) + lean - baseYaw)) {
          const heading = arm.headingOf(yawRad);
          const backX = standOffM * Math.cos(heading);
          const backY = standOffM * Math.sin(heading);
          for (let extensionM = reachReserveM; extensionM < 0.5; extensionM += extensionStepM) {
            const tool = arm.toolAt({ yawRad, extensionM });
            const x = grip[0] - (c * tool[0] - s * tool[1]);
            const y = grip[1] - (s * tool[0] + c * tool[1]);
            // The stand-off must stay in reach also when the base stops a little off.
            if (arm.reach(tool[0] - backX, tool[1] - backY, yawRad, reachReserveM) === undefined) continue;
            let last: LevelPose = { yawRad, extensionM };
            let reached = from;
            for (const { position, at, approach } of way) {
              const [dx, dy] = [at[0] - x, at[1] - y];
              const next = arm.reach(c * dx + s * dy, -s * dx + c * dy, last.yawRad, reachReserveM);
              if (next === undefined) break;
              const leanNow = Math.abs(wrapAngle(arm.headingOf(next.yawRad) + baseYaw - approach));
              if (leanNow > largestLeanRad[shape] - leanReserveRad) break;
              last = next;
              const heading = arm.headingOf(next.yawRad);
              const back = arm.reach(
                c * dx + s * dy - standOffM * Math.cos(heading),
                -s * dx + c * dy - standOffM * Math.sin(heading),
                next.yawRad,
                0,
              );
              if (back !== undefined) reached = position;
            }
            const seed = this.#body.actuatorPositions();
            seed[yawIndex] = yawRad;
            const travel =
              Math.hypot(x - here.translation[0], y - here.translation[1]) / 0.25 +
              Math.abs(wrapAngle(baseYaw - here.yaw)) / 0.6;
            yield {
              x,
              y,
              yaw: wrapAngle(baseYaw),
              seed,
              reached,
              cost: travel + 2 * Math.abs(lean),
            };
          }
        }
      }
    }
  }

  /**
   * Plans a stroke from a base pose: to the handle, and with it as far as the arm goes and nothing is touched.
   *
   * @param considered - wrist turned as for the handle, when the base is only considered: coarse steps, reserves kept
   * @returns undefined when the arm does not even get to the handle
   */
  plan(mapFromBase: Transform, from: number, to: number, considered?: Float64Array): Stroke | undefined {
    const { kinematics } = this.sceneAt(from);
    const grip = mapFromBase.inverse().apply(this.handle.gripPoint(from));
    let best: Stroke | undefined;
    for (const config of kinematics.solveAtPoint(grip, 0, 0, considered ?? this.#body.actuatorPositions())) {
      const reach = this.#reachTo(config, from);
      if (reach === undefined || !this.#isFree(mapFromBase, reach, from, this.handle.openM)) continue;
      const pull = this.#pullFrom(mapFromBase, config, from, to, considered !== undefined);
      if (pull === undefined) continue;
      const stroke = { standOff: reach[0]!, reach, ...pull };
      if (best === undefined || Math.abs(to - stroke.reached) < Math.abs(to - best.reached) - 1e-6)
        best = stroke;
    }
    return best;
  }

  /** Straight way to the handle along the hand, the stand-off first. */
  #reachTo(config: Float64Array, from: number): Float64Array[] | undefined {
    const { kinematics } = this.sceneAt(from);
    const tool = kinematics.baseFromTool(config);
    const tip = tool.apply([1, 0, 0]);
    const path: Float64Array[] = [config];
    const count = Math.ceil(standOffM / fineStepM);
    for (let step = 1; step <= count; step++) {
      const backM = (standOffM * step) / count;
      const point = tool.translation.map(
        (value, axis) => value - (tip[axis]! - value) * backM,
      ) as unknown as Vector3;
      const next = this.#continue(kinematics.solveAtPoint(point, 0, 0, path[0]!), path[0]!);
      if (next === undefined) return undefined;
      path.unshift(next);
    }
    return path;
  }

  #pullFrom(
    mapFromBase: Transform,
    start: Float64Array,
    from: number,
    to: number,
    isCoarse: boolean,
  ): Pick<Stroke, 'pull' | 'rest' | 'retreat' | 'reached'> | undefined {
    const { kinematics } = this.sceneAt(from);
    const [low, high] = this.articulation.range;
    const baseFromMap = mapFromBase.inverse();
    const pull: Float64Array[] = [start];
    const passed = [from];
    for (const position of this.handle.positions(from, to, isCoarse ? coarseStepM : fineStepM)) {
      const point = baseFromMap.apply(this.handle.gripPoint(position));
      const last = pull.at(-1)!;
      const next = this.#continue(kinematics.solveAtPoint(point, 0, 0, last), last);
      if (next === undefined || !this.#isFree(mapFromBase, [next], position, this.handle.gripM)) break;
      if (this.#leanOf(mapFromBase, next, position) > largestLeanRad[this.articulation.handle.shape]) break;
      pull.push(next);
      passed.push(position);
    }
    // The stroke ends where the open hand can still draw back from the handle.
    let isEnd = true;
    for (let i = pull.length - 1; i > 0; i--) {
      const position = passed[i]!;
      if (position < low || position > high) continue;
      const rest = pull[i]!;
      const retreat = this.#reachTo(rest, position)?.reverse();
      if (retreat !== undefined && this.#isFree(mapFromBase, retreat, position, this.handle.gripM + letGoM)) {
        const kept = isEnd ? pull : pull.slice(0, i + 1);
        return { pull: kept, rest, retreat, reached: passed[kept.length - 1]! };
      }
      isEnd = false;
    }
    return undefined;
  }

  /** Angle between the hand and the handle's approach, rad. */
  #leanOf(mapFromBase: Transform, config: Float64Array, position: number): number {
    const tool = mapFromBase.multiply(this.sceneAt(position).kinematics.baseFromTool(config));
    const tip = tool.apply([1, 0, 0]);
    const heading = Math.atan2(tip[1] - tool.translation[1], tip[0] - tool.translation[0]);
    return Math.abs(wrapAngle(heading - this.handle.approachHeading(position)));
  }

  /** The solution that follows on from the last one without a jump. */
  #continue(solutions: readonly Float64Array[], last: Float64Array): Float64Array | undefined {
    const { model } = this.#body;
    const yaw = model.actuatorIndex(model.manifest.arm?.yaw ?? '');
    return solutions.find((next) => Math.abs(next[yaw]! - last[yaw]!) < largestTurnRad);
  }

  /** @param apertureM - of the gripper */
  #isFree(
    mapFromBase: Transform,
    configs: readonly Float64Array[],
    position: number,
    apertureM: number,
  ): boolean {
    const { checker } = this.sceneAt(position);
    const { model } = this.#body;
    const gripper = model.actuatorIndex(model.manifest.gripper.actuator);
    const q = model.zeroJointPositions();
    checker.setBasePose(mapFromBase);
    return configs.every((config) => {
      const positions = config.slice();
      positions[gripper] = apertureM;
      return !checker.isColliding(model.jointPositionsFromActuators(positions, q));
    });
  }
}

function isNear(pose: Transform, x: number, y: number, yaw: number): boolean {
  const [px, py] = pose.translation;
  return Math.hypot(px - x, py - y) < alikeM && Math.abs(wrapAngle(pose.yaw - yaw)) < alikeRad;
}
