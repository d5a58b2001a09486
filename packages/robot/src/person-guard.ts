import { boundsGap, boxGap, greatestShift } from './box-gap.ts';
import { boxStride } from './box-overlap.ts';
import type { RobotBox } from './collision-checker.ts';
import type { GuardedMotion } from './gate-guard.ts';
import { MotionAhead } from './motion-ahead.ts';
import { type PeopleLimits, separationM, speedLimitMps, staleness } from './people-limits.ts';
import type { PersonTracks } from './person-tracks.ts';
import { PlacedSolids } from './placed-solids.ts';
import { standOf } from './prior-map.ts';
import type { PriorMap } from './prior-map-schema.ts';
import { poseStride, type RobotModel } from './robot-model.ts';

/** A motion that leads away from a person may be off by this much, m: rounding, and joints that settle. */
const toleranceM = 1e-4;

/**
 * Keeps a robot slow near people and away from their bodies, most of all from faces: speed and separation as `people` of
 * `robot.yaml` says, about the places where the robot has seen them. Motion that leads away is never refused.
 * Runs in the control loop and does not allocate while nothing is refused.
 */
export class PersonGuard {
  readonly #model: RobotModel;
  readonly #limits: PeopleLimits;
  readonly #tracks: PersonTracks;
  readonly #ahead: MotionAhead;
  readonly #now: PlacedSolids;
  readonly #then: PlacedSolids;
  readonly #q: Float64Array;
  #x = 0;
  #y = 0;
  #yaw = 0;
  #located = false;
  #nowS = 0;
  #isPlaced = false;

  constructor(model: RobotModel, tracks: PersonTracks, map?: PriorMap) {
    this.#model = model;
    this.#limits = model.manifest.people;
    this.#tracks = tracks;
    this.#ahead = new MotionAhead(model);
    const held = [heldBox(model)];
    this.#now = new PlacedSolids(model, 0, held);
    this.#then = new PlacedSolids(model, 0, held);
    this.#q = model.zeroJointPositions();
    if (model.isFixed && map !== undefined) this.setBasePose(...standOf(map, model.id));
  }

  /** Tells where the base is in the map. */
  setBasePose(x: number, y: number, yaw: number): void {
    this.#x = x;
    this.#y = y;
    this.#yaw = yaw;
    this.#located = true;
  }

  /**
   * Says how much of a motion's speed is allowed: 1 all of it, 0 none. Every link within the zone of a person counts.
   *
   * @param nowS - ROS time, s
   */
  speedShare(motion: GuardedMotion, nowS: number): number {
    this.#nowS = nowS;
    this.#isPlaced = this.#tracks.count > 0 && isMotion(motion);
    if (!this.#isPlaced) return 1;
    this.#place(this.#now, motion.positions, this.#x, this.#y, this.#yaw);
    const seconds = this.#ahead.predictMotion(motion, this.#x, this.#y, this.#yaw);
    this.#place(this.#then, this.#ahead.positions, this.#ahead.x, this.#ahead.y, this.#ahead.yaw);
    let share = 1;
    for (let i = 0; i < this.#now.count; i++) {
      const speed = greatestShift(this.#now.boxes, this.#then.boxes, i) / seconds;
      if (speed <= this.#limits.stale_speed_mps) continue;
      const limit = this.#speedLimitAt(i);
      if (speed > limit) share = Math.min(share, limit / speed);
    }
    return share;
  }

  /** Says why the motion must stop, or undefined. Call it after {@link PersonGuard.speedShare}, with what that has left. */
  check(motion: GuardedMotion): string | undefined {
    if (!this.#isPlaced || !this.#located || !isMotion(motion)) return undefined;
    this.#ahead.predictStop(motion, this.#x, this.#y, this.#yaw);
    this.#place(this.#then, this.#ahead.positions, this.#ahead.x, this.#ahead.y, this.#ahead.yaw);
    for (let zone = 0; zone < this.#tracks.count; zone++) {
      const isFace = this.#tracks.isFace[zone] === 1;
      const least = separationM(this.#limits, isFace, this.#staleness(zone));
      const link = this.#comesTooNear(zone, least);
      if (link >= 0) return describe(this.#now.linkName(link), isFace);
    }
    return undefined;
  }

  /**
   * Distance between the robot's solids and the nearest face that it knows of, m; infinite where it knows of none, and not a
   * number while it does not know where it is itself. Call it between two looks at a motion, not between their two halves.
   */
  faceDistanceM(positions: Float64Array): number {
    let least = Number.POSITIVE_INFINITY;
    if (this.#tracks.count === 0) return least;
    if (!this.#located) return Number.NaN;
    this.#place(this.#now, positions, this.#x, this.#y, this.#yaw);
    this.#isPlaced = false;
    for (let zone = 0; zone < this.#tracks.count; zone++) {
      if (this.#tracks.isFace[zone] !== 1) continue;
      const at = zone * boxStride;
      for (let i = 0; i < this.#now.count; i++) {
        if (boundsGap(this.#now.boxes, i * boxStride, this.#tracks.boxes, at) >= least) continue;
        least = Math.min(least, boxGap(this.#now.boxes, i * boxStride, this.#tracks.boxes, at));
      }
    }
    return least;
  }

  /** Index of a solid that comes nearer to a zone than it may and than it is, or -1. */
  #comesTooNear(zone: number, least: number): number {
    const person = this.#tracks.boxes;
    const at = zone * boxStride;
    for (let i = 0; i < this.#then.count; i++) {
      const o = i * boxStride;
      if (boundsGap(this.#then.boxes, o, person, at) >= least) continue;
      const after = boxGap(this.#then.boxes, o, person, at);
      if (after >= least) continue;
      if (after < boxGap(this.#now.boxes, o, person, at) - toleranceM) return i;
    }
    return -1;
  }

  #speedLimitAt(solid: number): number {
    const person = this.#tracks.boxes;
    if (!this.#located) return speedLimitMps(this.#limits, 0, 1);
    let limit = Number.POSITIVE_INFINITY;
    const farthest = this.#limits.slow_distance_m + this.#limits.stale_distance_m;
    for (let zone = 0; zone < this.#tracks.count; zone++) {
      const at = zone * boxStride;
      const least = boundsGap(this.#now.boxes, solid * boxStride, person, at);
      // Nothing farther away can limit more.
      if (least >= farthest || speedLimitMps(this.#limits, least, this.#staleness(zone)) >= limit) continue;
      const distance = boxGap(this.#now.boxes, solid * boxStride, person, at);
      limit = Math.min(limit, speedLimitMps(this.#limits, distance, this.#staleness(zone)));
    }
    return limit;
  }

  #staleness(zone: number): number {
    return staleness(this.#limits, this.#nowS - (this.#tracks.seenAtS[zone] as number));
  }

  #place(solids: PlacedSolids, positions: Float64Array, x: number, y: number, yaw: number): void {
    solids.place(this.#model.jointPositionsFromActuators(positions, this.#q), x, y, yaw);
  }
}

function isMotion({ velocities, linearMps, angularRadS }: GuardedMotion): boolean {
  if (linearMps !== 0 || angularRadS !== 0) return true;
  for (let i = 0; i < velocities.length; i++) if (velocities[i] !== 0) return true;
  return false;
}

/** What the hand may hold: the gate cannot see it, so it is always there. */
function heldBox(model: RobotModel): RobotBox {
  const { tool } = model.manifest.frames;
  const [x, y, z] = model.manifest.people.held_size_m;
  const linkFromBox = new Float64Array(poseStride);
  linkFromBox[0] = linkFromBox[5] = linkFromBox[10] = 1;
  return {
    name: 'what the hand holds',
    linkName: tool,
    link: model.linkIndex(tool),
    half: [x / 2, y / 2, z / 2],
    linkFromBox,
    aboveFloor: true,
  };
}

const describe = (link: string, isFace: boolean): string =>
  isFace
    ? `${link} comes no nearer to a face; the person closes the gap`
    : `${link} comes no nearer to a person`;
