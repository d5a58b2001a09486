import { Transform, type Vector3, wrapAngle } from '@efferent/core';
import { articulationTransform, furnitureTransform, type MapArticulation } from '@efferent/robot';
import { basePosesFor } from './arm-motion.ts';
import { sideGraspRotation } from './geometry.ts';
import type { SkillBody } from './skill-body.ts';
import { WorkScene } from './work-scene.ts';

/** The hand stands this far before a handle before it reaches for it, m. */
const standOffM = 0.09;
/** A knob is gripped this far out from its middle, so that open fingers stay clear of the front, m. */
const knobOutwardsM = 0.006;
/** Way of the handle between two points of a path, and between two that are checked while a place is chosen, m. */
const fineStepM = 0.012;
const coarseStepM = 0.04;
/** Turns of the hand about a handle to try, rad: a bar turns between the pads, a knob has the front close by. */
const leansRad = { bar: [0, 0.35, -0.35, 0.7, -0.7, 1.05, -1.05], knob: [0, 0.2, -0.2] } as const;
/** What the base may be off from where it is sent: reserve of reach and to the side, m. */
const reachReserveM = 0.025;
const sidewaysReserveM = 0.025;
/** Places from which the arm keeps less room to draw back after the pull cost more. */
const comfortableEndM = 0.1;
const backOffCost = 30;
/** A wrist that turns more than this between two points has changed to the other solution, rad. */
const largestTurnRad = 0.5;
/** Places that are looked at for each turn of the hand. */
const placesEach = 300;
/** Beyond this angle between the hand and the handle's approach a finger would meet the front, rad. */
const largestLeanRad = { bar: 1.1, knob: 0.6 } as const;

/** A way of the hand at a handle with a standing base. */
export interface Stroke {
  /** Arm configurations, order of `model.actuators`. */
  readonly standOff: Float64Array;
  /** From the stand-off to the handle. */
  readonly reach: readonly Float64Array[];
  /** From the handle along its way. */
  readonly pull: readonly Float64Array[];
  /** Joint position at which the pull ends, m or rad. */
  readonly reached: number;
}

/** One motion of a drawer or door, and from where. */
export interface PlacedStroke {
  readonly mapFromBase: Transform;
  readonly stroke: Stroke;
}

/** The handle of one drawer or door and how the hand can move it. */
export class HandleMotion {
  readonly articulation: MapArticulation;
  readonly #body: SkillBody;
  readonly #scenes = new Map<number, WorkScene>();

  constructor(body: SkillBody, articulation: MapArticulation) {
    this.#body = body;
    this.articulation = articulation;
  }

  /** Where the handle's middle is, map frame, m. @param position - of the joint, m or rad */
  handlePoint(position: number): Vector3 {
    return this.#mapFromPart(position).apply(this.articulation.handle.positionM);
  }

  /** The scene with this part at a position; the fingers may touch it. */
  sceneAt(position: number): WorkScene {
    const [low, high] = this.articulation.range;
    const key = Math.round((100 * (position - low)) / (high - low));
    let scene = this.#scenes.get(key);
    if (scene === undefined) {
      const openings = new Map([[this.articulation.id, position]]);
      scene = new WorkScene(this.#body, { openings, useDepth: false });
      scene.allowFingers(this.articulation.id);
      this.#scenes.set(key, scene);
    }
    return scene;
  }

  /** The joint position at which the handle would be nearest to the hand, and how far away it would be, m. */
  nearestPosition(toolM: Vector3): { readonly position: number; readonly awayM: number } {
    const [low, high] = this.articulation.range;
    let best = { position: low, awayM: Number.POSITIVE_INFINITY };
    for (let step = 0; step <= 100; step++) {
      const position = low + ((high - low) * step) / 100;
      const at = this.#gripPoint(position);
      const awayM = Math.hypot(at[0] - toolM[0], at[1] - toolM[1], at[2] - toolM[2]);
      if (awayM < best.awayM) best = { position, awayM };
    }
    return best;
  }

  /**
   * Finds where to stand to move the part from one position towards another: the place from which one stroke gets
   * farthest, and of those the cheapest.
   *
   * @param enough - a stroke that gets here is as good as one that gets to the end
   */
  bestPlace(from: number, to: number, enough: number): PlacedStroke | undefined {
    let best: (PlacedStroke & { readonly score: number }) | undefined;
    const isEnough = (position: number) => (to > from ? position >= enough : position <= enough);
    const { shape } = this.articulation.handle;
    const scene = this.sceneAt(from);
    for (const lean of leansRad[shape]) {
      const heading = this.#approachHeading(from) + lean;
      const grip = new Transform(this.#gripPoint(from), sideGraspRotation(heading));
      for (const place of basePosesFor(this.#body, scene, [grip], placesEach)) {
        const mapFromBase = Transform.fromPlanar(place.x, place.y, place.yaw);
        const stroke = this.plan(mapFromBase, from, to, { place: place.actuatorPositions });
        if (stroke === undefined) continue;
        const missing = isEnough(stroke.reached) ? 0 : Math.abs(to - stroke.reached) / Math.abs(to - from);
        const score = place.cost + Math.abs(lean) + this.#endCost(stroke) + 1000 * missing;
        if (best === undefined || score < best.score) best = { mapFromBase, stroke, score };
      }
    }
    return best;
  }

  /**
   * Plans a stroke from a base pose: to the handle, and with it as far as the arm goes and nothing is touched.
   *
   * @param options.place - configuration at the handle when the base is only considered: keeps the reserves, in coarse steps
   * @returns undefined when the arm does not even get to the handle
   */
  plan(
    mapFromBase: Transform,
    from: number,
    to: number,
    options: { readonly place?: Float64Array } = {},
  ): Stroke | undefined {
    const { model } = this.#body;
    const baseFromMap = mapFromBase.inverse();
    const { kinematics } = this.sceneAt(from);
    const reserve = options.place !== undefined;
    const seed = options.place ?? this.#body.actuatorPositions();
    const rolls =
      options.place === undefined ? [0] : [seed[model.actuatorIndex(model.manifest.arm?.roll ?? '')]!];
    const grip = baseFromMap.apply(this.#gripPoint(from));
    let best: Stroke | undefined;
    for (const config of rolls.flatMap((roll) => kinematics.solveAtPoint(grip, 0, roll, seed))) {
      const reach = this.#reachTo(config, from);
      if (reach === undefined || !this.#isFree(mapFromBase, reach, from)) continue;
      const pull = this.#pullFrom(mapFromBase, config, from, to, reserve);
      const stroke = { standOff: reach[0]!, reach, pull: pull.path, reached: pull.reached };
      if (best === undefined || Math.abs(to - stroke.reached) < Math.abs(to - best.reached) - 1e-6)
        best = stroke;
    }
    return best;
  }

  /** Straight way to the handle along the hand, the stand-off first. */
  #reachTo(config: Float64Array, from: number): Float64Array[] | undefined {
    const { kinematics } = this.sceneAt(from);
    const { model } = this.#body;
    const roll = config[model.actuatorIndex(model.manifest.arm?.roll ?? '')]!;
    const tool = kinematics.baseFromTool(config);
    const tip = tool.apply([1, 0, 0]);
    const path: Float64Array[] = [config];
    const count = Math.ceil(standOffM / fineStepM);
    for (let step = 1; step <= count; step++) {
      const backM = (standOffM * step) / count;
      const point = tool.translation.map(
        (value, axis) => value - (tip[axis]! - value) * backM,
      ) as unknown as Vector3;
      const next = this.#continue(kinematics.solveAtPoint(point, 0, roll, path[0]!), path[0]!);
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
    reserve: boolean,
  ): { readonly path: Float64Array[]; readonly reached: number } {
    const { model } = this.#body;
    const { kinematics } = this.sceneAt(from);
    const baseFromMap = mapFromBase.inverse();
    const roll = start[model.actuatorIndex(model.manifest.arm?.roll ?? '')]!;
    const travelM = Math.abs(to - from) * this.#handleTravelM();
    const count = Math.max(1, Math.ceil(travelM / (reserve ? coarseStepM : fineStepM)));
    const path: Float64Array[] = [start];
    let reached = from;
    for (let step = 1; step <= count; step++) {
      const position = from + ((to - from) * step) / count;
      const point = baseFromMap.apply(this.#gripPoint(position));
      const last = path.at(-1)!;
      const next = this.#continue(kinematics.solveAtPoint(point, 0, roll, last), last);
      if (next === undefined || !this.#isFree(mapFromBase, [next], position)) break;
      if (this.#leanOf(mapFromBase, next, position) > largestLeanRad[this.articulation.handle.shape]) break;
      if (reserve && !this.#hasReserve(position, point, roll, next)) break;
      path.push(next);
      reached = position;
    }
    return { path, reached };
  }

  #hasReserve(position: number, point: Vector3, roll: number, config: Float64Array): boolean {
    const { model } = this.#body;
    const { kinematics } = this.sceneAt(position);
    const index = model.actuatorIndex(model.manifest.arm?.extension ?? '');
    const { lower, upper } = model.actuators[index]!;
    const extensionM = config[index]!;
    if (extensionM < lower + reachReserveM || extensionM > upper - reachReserveM) return false;
    return [-sidewaysReserveM, sidewaysReserveM].every(
      (shift) => kinematics.solveAtPoint([point[0] + shift, point[1], point[2]], 0, roll, config).length > 0,
    );
  }

  /** Angle between the hand and the handle's approach, rad. */
  #leanOf(mapFromBase: Transform, config: Float64Array, position: number): number {
    const tool = mapFromBase.multiply(this.sceneAt(position).kinematics.baseFromTool(config));
    const tip = tool.apply([1, 0, 0]);
    const heading = Math.atan2(tip[1] - tool.translation[1], tip[0] - tool.translation[0]);
    return Math.abs(wrapAngle(heading - this.#approachHeading(position)));
  }

  /** The solution that follows on from the last one without a jump. */
  #continue(solutions: readonly Float64Array[], last: Float64Array): Float64Array | undefined {
    const { model } = this.#body;
    const yaw = model.actuatorIndex(model.manifest.arm?.yaw ?? '');
    return solutions.find((next) => Math.abs(next[yaw]! - last[yaw]!) < largestTurnRad);
  }

  #isFree(mapFromBase: Transform, configs: readonly Float64Array[], position: number): boolean {
    const { checker } = this.sceneAt(position);
    const { model } = this.#body;
    const q = model.zeroJointPositions();
    checker.setBasePose(mapFromBase);
    return configs.every((config) => !checker.isColliding(model.jointPositionsFromActuators(config, q)));
  }

  #endCost(stroke: Stroke): number {
    const { model } = this.#body;
    const extension = model.actuatorIndex(model.manifest.arm?.extension ?? '');
    return backOffCost * Math.max(0, comfortableEndM - (stroke.pull.at(-1)?.[extension] ?? 0));
  }

  #gripPoint(position: number): Vector3 {
    const { handle } = this.articulation;
    const outM = handle.shape === 'bar' ? 0 : knobOutwardsM;
    return this.#mapFromPart(position).apply([
      handle.positionM[0] - outM * handle.approach[0],
      handle.positionM[1] - outM * handle.approach[1],
      handle.positionM[2] - outM * handle.approach[2],
    ]);
  }

  #approachHeading(position: number): number {
    const { positionM, approach } = this.articulation.handle;
    const part = this.#mapFromPart(position);
    const at = part.apply(positionM);
    const ahead = part.apply([
      positionM[0] + approach[0],
      positionM[1] + approach[1],
      positionM[2] + approach[2],
    ]);
    return Math.atan2(ahead[1] - at[1], ahead[0] - at[0]);
  }

  #mapFromPart(position: number): Transform {
    return furnitureTransform(this.#body.map, this.articulation.furnitureId).multiply(
      articulationTransform(this.articulation, position),
    );
  }

  /** How far the handle moves with one unit of the joint, m. */
  #handleTravelM(): number {
    const { joint, handle, originM } = this.articulation;
    if (joint === 'prismatic') return 1;
    return Math.hypot(handle.positionM[0] - originM[0], handle.positionM[1] - originM[1]);
  }
}
