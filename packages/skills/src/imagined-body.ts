import { Transform, type Vector3 } from '@efferent/core';
import type { PriorMap } from '@efferent/robot';
import { believedHead } from './face-view.ts';
import { surfaceArea } from './geometry.ts';
import { Handle } from './handle.ts';
import { pushOnButton, pushOnSurface } from './imagined-touch.ts';
import type {
  ActuatorPath,
  ActuatorTargets,
  CarriedThing,
  DepthPoints,
  MapSighting,
  MoveOptions,
  PlanningBody,
  PolicyOutcome,
  PolicyRequest,
  SightingSet,
  SkillBody,
} from './skill-body.ts';
import { SkillFailure } from './skill-failure.ts';
import { spillClass } from './spill.ts';
import type { UserServers } from './user-servers.ts';

/** The state that an imagination starts from. */
export interface ImaginedStart extends PlanningBody {
  readonly carried: CarriedThing | undefined;
  effort(actuator: string): number;
}

/** Effort of imagined fingers on a thing, N. */
const gripN = 20;
/** A hand this near to a thing or a handle closes on it, m. */
const withinHandM = 0.15;
const atHandleM = 0.06;
/** Distance of the surface points of an imagined thing, m: several in each cube that a depth picture is thinned to. */
const pointStepM = 0.015;
/** Distance of those of furniture: enough to know it seen, m. */
const levelStepM = 0.06;
/** A motion that ends by what is felt is felt this often. */
const feltSteps = 50;
/** A motion takes this long, s; after so much time an imagination ends without a result, s. */
const motionS = 1;
const longestS = 240;

/**
 * A body that moves in imagination alone: every motion ends where it was sent, things stand where they are believed to be,
 * and fingers close on what is between them. A skill that runs on it does all its planning and moves nothing.
 */
export class ImaginedBody implements SkillBody {
  readonly model;
  readonly map;
  readonly servers = new Proxy({} as UserServers, {
    get: () => () => Promise.reject(new SkillFailure('unavailable', 'nobody is asked in imagination')),
  });
  readonly armPlanner = undefined;
  readonly openings: Map<string, number>;
  carried: CarriedThing | undefined;
  readonly #things: readonly MapSighting[];
  readonly #pointsM: Float64Array;
  readonly #positions: Float64Array;
  readonly #gripper: string;
  #base: Transform;
  #velocity = { linear: 0, angular: 0 };
  #jog: ActuatorTargets = {};
  /** Spills over which a held thing was moved. */
  readonly #wiped = new Set<MapSighting>();
  #effortN: number;
  #nowS = 0;

  /** @param things - what is believed to stand about, in `map`; without what is in the hand */
  constructor(start: ImaginedStart, things: readonly MapSighting[]) {
    this.model = start.model;
    this.map = start.map;
    this.openings = new Map(start.openings);
    this.carried = start.carried;
    this.#things = [...things, ...start.map.people.map(believedHead)];
    this.#pointsM = Float64Array.from([...things.flatMap(surfacePoints), ...levelPoints(start.map)]);
    this.#positions = start.actuatorPositions();
    this.#gripper = start.model.manifest.gripper.actuator;
    this.#base = start.mapFromBase();
    this.#effortN = start.effort(this.#gripper);
  }

  rememberOpening(articulationId: string, position: number): void {
    this.openings.set(articulationId, position);
  }

  nowS(): number {
    return this.#nowS;
  }

  async sleep(durationS: number): Promise<void> {
    const { linear, angular } = this.#velocity;
    this.#base = this.#base.multiply(Transform.fromPlanar(linear * durationS, 0, angular * durationS));
    for (const [name, velocity] of Object.entries(this.#jog))
      this.#set(name, this.position(name) + velocity * durationS);
    this.#jog = {};
    this.#wipe();
    this.#nowS += durationS;
    if (this.#nowS > longestS) throw new SkillFailure('time-out', `not done after ${longestS} imagined s`);
  }

  actuatorPositions(): Float64Array {
    return this.#positions.slice();
  }

  position(actuator: string): number {
    return this.#positions[this.model.actuatorIndex(actuator)] ?? 0;
  }

  effort(actuator: string): number {
    if (actuator === this.#gripper) return this.#effortN;
    const { arm } = this.model.manifest;
    if (actuator === arm?.extension) return pushOnButton(this);
    return actuator === arm?.lift ? pushOnSurface(this) : 0;
  }

  mapFromBase(): Transform {
    return this.#base;
  }

  sightings(): SightingSet {
    return { stampS: this.#nowS, sightings: this.#things.filter((thing) => !this.#wiped.has(thing)) };
  }

  depthPoints(): DepthPoints {
    return { stampS: this.#nowS, pointsM: this.#pointsM };
  }

  async followPath(path: ActuatorPath): Promise<void> {
    const gripperM = this.position(this.#gripper);
    this.#positions.set(path.at(-1) ?? this.#positions);
    this.#positions[this.model.actuatorIndex(this.#gripper)] = gripperM;
    await this.sleep(motionS);
  }

  async moveActuators(targets: ActuatorTargets, { until }: MoveOptions = {}): Promise<void> {
    const from = this.actuatorPositions();
    const steps = until === undefined ? 1 : feltSteps;
    for (let step = 1; step <= steps && until?.() !== true; step++) {
      for (const [name, target] of Object.entries(targets)) {
        const start = from[this.model.actuatorIndex(name)]!;
        this.#set(name, start + ((target - start) * step) / steps);
      }
    }
    await this.sleep(motionS);
  }

  async moveGripper(apertureM: number): Promise<void> {
    const heldM = apertureM < this.position(this.#gripper) ? this.#widthInHand() : undefined;
    this.#effortN = heldM === undefined ? 0 : -gripN;
    await this.moveActuators({ [this.#gripper]: Math.max(apertureM, heldM ?? 0) });
  }

  async driveTo(mapFromBaseGoal: Transform): Promise<void> {
    this.#base = mapFromBaseGoal;
    await this.sleep(motionS);
  }

  sendBaseVelocity(linearMps: number, angularRadS: number): void {
    this.#velocity = { linear: linearMps, angular: angularRadS };
  }

  sendJog(velocities: ActuatorTargets): void {
    this.#jog = velocities;
  }

  readonly showPath = (): void => undefined;
  readonly report = (): void => undefined;

  async runPolicy({ sizeM }: PolicyRequest): Promise<PolicyOutcome> {
    this.#effortN = -gripN;
    await this.moveActuators({ [this.#gripper]: Math.min(sizeM[0], sizeM[1]) });
    return { success: true, failureCode: '', message: 'grasped in imagination' };
  }

  #set(name: string, position: number): void {
    const index = this.model.actuatorIndex(name);
    const { lower, upper } = this.model.actuators[index]!;
    this.#positions[index] = Math.max(lower, Math.min(upper, position));
  }

  /** A spill is gone once something was pressed on over its middle. */
  #wipe(): void {
    if (pushOnSurface(this) === 0) return;
    const [x, y] = this.#toolM();
    for (const thing of this.#things) {
      const [tx, ty] = thing.mapFromThing.translation;
      if (thing.className === spillClass && Math.hypot(x - tx, y - ty) < withinHandM) this.#wiped.add(thing);
    }
  }

  #toolM(): Vector3 {
    const q = this.model.jointPositionsFromActuators(this.#positions, this.model.zeroJointPositions());
    return this.#base.multiply(this.model.baseFromLink(q, this.model.manifest.frames.tool)).translation;
  }

  /** Width of what is between the fingers, m; undefined when nothing is. */
  #widthInHand(): number | undefined {
    const translation = this.#toolM();
    const away = ([x, y, z]: Vector3) =>
      Math.hypot(translation[0] - x, translation[1] - y, translation[2] - z);
    const thing = this.#things.find(({ mapFromThing }) => away(mapFromThing.translation) < withinHandM);
    if (thing !== undefined) return Math.min(thing.sizeM[0], thing.sizeM[1]);
    return this.map.articulations
      .map((articulation) => new Handle(this.map, articulation))
      .find((handle) => handle.nearestPosition(translation).awayM < atHandleM)?.gripM;
  }
}

/** Points on the surfaces of the furniture, x, y, z in turn, `map`, m: in imagination all of them are in view. */
function levelPoints(map: PriorMap): readonly number[] {
  return map.surfaces.flatMap((surface) => {
    const { mapFromArea, sizeM } = surfaceArea(map, surface);
    const [rows, columns] = [Math.ceil(sizeM[0] / levelStepM), Math.ceil(sizeM[1] / levelStepM)];
    return Array.from({ length: (rows + 1) * (columns + 1) }, (_, i) => {
      const [row, column] = [i % (rows + 1), Math.floor(i / (rows + 1))];
      return mapFromArea.apply([(row / rows - 0.5) * sizeM[0], (column / columns - 0.5) * sizeM[1], 0]);
    }).flat();
  });
}

/** Points on the faces of a thing's box, x, y, z in turn, `map`, m. */
function surfacePoints({ mapFromThing, sizeM }: MapSighting): readonly number[] {
  const points: number[] = [];
  for (const axis of [0, 1, 2] as const) {
    const [first, second] = [0, 1, 2].filter((each) => each !== axis) as [number, number];
    const rows = Math.max(1, Math.ceil(sizeM[first]! / pointStepM));
    const columns = Math.max(1, Math.ceil(sizeM[second]! / pointStepM));
    for (const side of [-0.5, 0.5]) {
      for (let i = 0; i <= rows; i++) {
        for (let j = 0; j <= columns; j++) {
          const local: [number, number, number] = [0, 0, 0];
          local[axis] = side * sizeM[axis]!;
          local[first] = (i / rows - 0.5) * sizeM[first]!;
          local[second] = (j / columns - 0.5) * sizeM[second]!;
          points.push(...mapFromThing.apply(local));
        }
      }
    }
  }
  return points;
}
