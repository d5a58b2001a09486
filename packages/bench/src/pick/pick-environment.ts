import {
  conjugateQuaternion,
  multiplyQuaternions,
  type QuaternionXyzw,
  Rng,
  rotateVector,
  Transform,
  type Vector3,
} from '@efferent/core';
import { defaultPerceptionNoise, SegmentationDetector } from '@efferent/perception';
import {
  extentAlongAxes,
  type Observation,
  PickRun,
  type Policy,
  type PolicyManifest,
  type Sighting,
} from '@efferent/policy';
import { CommandGate, GateGuard, poseAt, type RobotModel } from '@efferent/robot';
import { createSimWorld, type Scene, type SimWorld } from '@efferent/sim';
import {
  aimHead,
  basePosesFor,
  type GraspCandidate,
  graspCandidates,
  type PlanningBody,
  policySidewaysM,
  solveHere,
  standpoints,
  supportAt,
  WorkScene,
} from '@efferent/skills';
import type { PickScenario } from './pick-scenario.ts';

/** Physics steps between two ticks: gate (120 Hz), policy (20 Hz), camera (5 Hz). */
const stepsPerGate = 2;
const stepsPerPolicy = 12;
const stepsPerPicture = 48;
const timeLimitS = 25;
/** The judge: so much higher than it stood, for so long after the policy says that it is done. */
const judgeLiftM = 0.05;
const judgeHoldS = 1;
const graspLimits = { maxWidthM: 0.106, topClearanceM: 0.4 };

export interface PickResult {
  readonly success: boolean;
  /** `success`, a failure code of the policy, or what the judge found wanting. */
  readonly outcome: string;
  readonly grasp: GraspCandidate['kind'] | 'none';
  readonly durationS: number;
}

export interface PickOptions {
  /** Uses only the first detection, for the open-loop comparison. */
  readonly isOpenLoop?: boolean;
  /** Called at every tick of the policy, before it acts. */
  readonly onTick?: (observation: Observation) => void;
}

/** The target relative to the tool, as the simulator knows it: offset along the base's axes, size along the tool's. */
export interface TrueOffset {
  readonly offsetM: Vector3;
  readonly sizeM: Vector3;
}

/**
 * One pick in the simulated kitchen, stepped in lockstep without a ROS graph: physics, camera, the detector and its
 * noise, the command gate and the policy's own run logic are the ones of the graph. Base and arm start where the
 * skill's planning puts them, with the errors of driving.
 */
export class PickEnvironment {
  readonly scenario: PickScenario;
  readonly #model: RobotModel;
  readonly #world: SimWorld;
  #gate: CommandGate;
  readonly #guard: GateGuard;
  readonly #detector: SegmentationDetector;
  readonly #jointIndex: ReadonlyMap<string, number>;
  readonly #startHeightM: number;
  #steps = 0;

  constructor(scene: Scene, model: RobotModel, scenario: PickScenario) {
    this.scenario = scenario;
    this.#model = model;
    this.#world = createSimWorld({ scene, robot: model, seed: scenario.seed, setup: scenario.setup });
    this.#guard = new GateGuard(model, scene.map);
    this.#gate = new CommandGate(model, this.#guard);
    this.#detector = new SegmentationDetector(
      defaultPerceptionNoise,
      new Rng(scenario.seed).fork('detector'),
    );
    const classes = new Map<number, string>();
    for (const object of scene.file.objects) {
      const instance = this.#world.headCamera.renderer.instanceOfObject.get(object.id);
      if (instance !== undefined) classes.set(instance, object.kind);
    }
    this.#detector.setLabels(classes);
    this.#jointIndex = new Map(model.actuators.map(({ name }, index) => [name, index]));
    this.#startHeightM = this.#objectPose().translation[2];
  }

  /** Where the target truly is, for the expert and the judge. */
  trueOffset(): TrueOffset {
    const object = this.#objectPose();
    const center = object.apply([0, 0, this.scenario.sizeM[2] / 2]);
    const baseFromMap = this.#mapFromBase().inverse();
    const tool = this.#baseFromTool();
    const at = tool.translation;
    const inBase = baseFromMap.apply(center);
    return {
      offsetM: [inBase[0] - at[0], inBase[1] - at[1], inBase[2] - at[2]],
      sizeM: extentAlongAxes(this.scenario.sizeM, object.rotation, this.#toolFromMap()),
    };
  }

  /** Runs a policy until it is done, fails or runs out of time, and judges the object. */
  async run(manifest: PolicyManifest, policy: Policy, options: PickOptions = {}): Promise<PickResult> {
    const believed = this.#approach(options.isOpenLoop === true ? 1 : 4);
    if (believed === undefined)
      return { success: false, outcome: 'no-approach', grasp: 'none', durationS: 0 };
    // Planned motion ends here and commands go through the gate; it takes over the set-points as they are.
    this.#gate = new CommandGate(this.#model, this.#guard);
    const startS = this.#timeS;
    const baseFromMap = this.#mapFromBase().inverse();
    const first = {
      className: this.scenario.kind.id,
      positionM: this.#odometryFromBase().apply(baseFromMap.apply(believed.mapFromThing.translation)),
      sizeM: extentAlongAxes(believed.sizeM, believed.mapFromThing.rotation, this.#toolFromMap()),
      rangeM: 1,
      minHeightM: believed.supportM + believed.sizeM[2] / 2,
    };
    const run = new PickRun(manifest, first, startS);
    let outcome = 'time-out';
    let pending: readonly Sighting[] | undefined;
    let pendingS = 0;
    while (this.#timeS - startS < timeLimitS) {
      if (pending !== undefined) run.see(pending, pendingS);
      pending = undefined;
      const verdict = run.observe({
        timeS: this.#timeS,
        jointIndex: this.#jointIndex,
        positions: this.#world.plant.state.actuatorPositions,
        efforts: this.#world.plant.state.actuatorEfforts,
        odometryFromBase: this.#odometryFromBase(),
        baseFromTool: this.#baseFromTool(),
      });
      if (verdict.state === 'success' || verdict.state === 'failure') {
        outcome = verdict.state === 'success' ? 'success' : verdict.code;
        break;
      }
      options.onTick?.(run.observation);
      if (run.needsChunk) run.accept(await policy.act(run.observation));
      this.#command(manifest, run.nextAction());
      this.#advance(stepsPerPolicy);
      if (this.#steps % stepsPerPicture === 0) {
        pending = options.isOpenLoop === true ? [first] : this.#see();
        pendingS = this.#timeS;
      }
    }
    const durationS = this.#timeS - startS;
    if (outcome !== 'success') return { success: false, outcome, grasp: believed.kind, durationS };
    const held = this.#judge(manifest);
    return { success: held, outcome: held ? 'success' : 'not-held', grasp: believed.kind, durationS };
  }

  get #timeS(): number {
    return this.#world.timeS;
  }

  /** Looks at the target, chooses grasp and base pose as the skill does, and puts the robot there. */
  #approach(
    pictures: number,
  ): (Seen & { readonly kind: GraspCandidate['kind']; readonly supportM: number }) | undefined {
    const { scenario } = this;
    const { map } = this.#world.scene;
    const support = supportAt(map, this.#objectPose().translation, scenario.setup.articulationPositions);
    const stands =
      support === undefined
        ? []
        : standpoints(map, support.furnitureId, [scenario.centerM[0], scenario.centerM[1]]);
    const stand = stands[0];
    if (support === undefined || stand === undefined) return undefined;
    const [nx, ny] = stand.outward;
    // First look from where `navigate` would stop.
    this.#placeRobot(stand.edgeM[0] + nx * 0.48, stand.edgeM[1] + ny * 0.48, Math.atan2(-nx, ny));
    this.#aim(scenario.centerM);
    let target = this.#look(pictures) ?? this.#look(pictures);
    if (target === undefined) return undefined;
    const openings = scenario.setup.articulationPositions;
    const headings = stands.slice(0, 2).map(({ outward }) => Math.atan2(-outward[1], -outward[0]));
    const candidates = (seen: Seen) =>
      headings.flatMap((heading) =>
        graspCandidates(seen.mapFromThing, seen.sizeM, support, heading, graspLimits),
      );
    const planning = this.#planningBody();
    const work = new WorkScene(planning, { openings, useDepth: false });
    for (const id of support.boxIds) work.allowFingers(id);
    for (const candidate of candidates(target)) {
      const base = basePosesFor(planning, work, candidate.mapFromTools, 1)[0];
      if (base === undefined) continue;
      const [ex, ey, eyaw] = scenario.baseError;
      this.#placeRobot(base.x + ex, base.y + ey, base.yaw + eyaw);
      this.#aim(scenario.centerM);
      target = this.#look(pictures) ?? target;
      const again = candidates(target).filter(({ kind }) => kind === candidate.kind);
      for (const option of again) {
        const [hx, hy, hz] = scenario.handErrorM;
        const { translation: t, rotation } = option.mapFromPregrasp;
        const goal = solveHere(
          planning,
          work,
          new Transform([t[0] + hx, t[1] + hy, t[2] + Math.abs(hz)], rotation),
          policySidewaysM,
        )[0];
        if (goal === undefined) continue;
        if (!this.#moveArm(goal, Math.min(0.15, option.widthM + 0.064))) continue;
        return { ...target, kind: option.kind, supportM: support.mapFromArea.translation[2] };
      }
    }
    return undefined;
  }

  /** Puts the base somewhere with the arm stowed; objects stay. */
  #placeRobot(x: number, y: number, yaw: number): void {
    this.#world.plant.reset(x, y, yaw);
    this.#world.tick();
  }

  /** Turns the head to a point, at once. */
  #aim(pointM: Vector3): void {
    const targets = aimHead(this.#model, this.#world.plant.state.q, this.#mapFromBase(), pointM);
    const positions = this.#world.plant.targets.slice();
    for (const [name, target] of Object.entries(targets)) positions[this.#model.actuatorIndex(name)] = target;
    this.#world.step({ actuatorTargets: positions }, 1.6);
  }

  /** Averages the sightings of the target over some pictures. */
  #look(pictures: number): Seen | undefined {
    const found: { mapFromThing: Transform; sizeM: Vector3 }[] = [];
    for (let i = 0; i < pictures * 2 && found.length < pictures; i++) {
      this.#world.step({}, stepsPerPicture / 240);
      const nearest = this.#detections().filter(({ className }) => className === this.scenario.kind.id);
      const center = this.scenario.centerM;
      const away = ({ mapFromThing: { translation: t } }: Seen) =>
        Math.hypot(t[0] - center[0], t[1] - center[1], t[2] - center[2]);
      const best = nearest.sort((a, b) => away(a) - away(b))[0];
      if (best !== undefined && away(best) < 0.3) found.push(best);
    }
    const newest = found.at(-1);
    if (newest === undefined) return undefined;
    const mean = (values: readonly Vector3[]): Vector3 =>
      [0, 1, 2].map(
        (axis) => values.reduce((sum, value) => sum + value[axis]!, 0) / values.length,
      ) as unknown as Vector3;
    return {
      mapFromThing: new Transform(
        mean(found.map((seen) => seen.mapFromThing.translation)),
        newest.mapFromThing.rotation,
      ),
      sizeM: mean(found.map((seen) => seen.sizeM)),
    };
  }

  /** Unfolds the arm over everything, reaches out, comes down. Returns false when something was in the way. */
  #moveArm(goal: Float64Array, apertureM: number): boolean {
    const { arm, gripper } = this.#model.manifest;
    if (arm === undefined) return false;
    const index = (name: string) => this.#model.actuatorIndex(name);
    const head = this.#world.plant.targets.slice();
    const high = Math.min(1.1, Math.max(goal[index(arm.lift)]! + 0.1, 0.95));
    const set = (changes: Readonly<Record<string, number>>) => {
      for (const [name, value] of Object.entries(changes)) head[index(name)] = value;
      const { actuatorPositions } = this.#world.plant.state;
      for (let i = 0; i < 60; i++) {
        this.#world.step({ actuatorTargets: head }, 0.2);
        if (head.every((target, a) => Math.abs(target - actuatorPositions[a]!) < 0.004)) return true;
      }
      return false;
    };
    const isUnderBoard =
      (supportAt(this.#world.scene.map, this.#objectPose().translation, new Map())?.clearanceM ?? 1) < 0.4;
    const ok = isUnderBoard
      ? set({ [arm.lift]: goal[index(arm.lift)]! }) &&
        set({
          [arm.yaw]: goal[index(arm.yaw)]!,
          [arm.pitch]: goal[index(arm.pitch)]!,
          [arm.roll]: goal[index(arm.roll)]!,
          [gripper.actuator]: apertureM,
        }) &&
        set({ [arm.extension]: goal[index(arm.extension)]! })
      : set({ [arm.lift]: high }) &&
        set({
          [arm.yaw]: goal[index(arm.yaw)]!,
          [arm.pitch]: goal[index(arm.pitch)]!,
          [arm.roll]: goal[index(arm.roll)]!,
          [gripper.actuator]: apertureM,
        }) &&
        set({ [arm.extension]: goal[index(arm.extension)]! }) &&
        set({ [arm.lift]: goal[index(arm.lift)]! });
    return ok;
  }

  #planningBody(): PlanningBody {
    return {
      model: this.#model,
      map: this.#world.scene.map,
      openings: new Map(),
      mapFromBase: () => this.#mapFromBase(),
      actuatorPositions: () => this.#world.plant.state.actuatorPositions.slice(),
      depthPoints: () => ({ stampS: 0, pointsM: new Float64Array(0) }),
    };
  }

  #mapFromBase(): Transform {
    const { x, y, yaw } = this.#world.plant.state;
    return Transform.fromPlanar(x, y, yaw);
  }

  #odometryFromBase(): Transform {
    const { x, y, yaw } = this.#world.plant.odometry;
    return Transform.fromPlanar(x, y, yaw);
  }

  #link(name: string): Transform {
    return poseAt(this.#world.plant.placement.worldFromLink, this.#model.linkIndex(name));
  }

  #baseFromTool(): Transform {
    return this.#mapFromBase().inverse().multiply(this.#link(this.#model.manifest.frames.tool));
  }

  /** Rotation only. */
  #toolFromMap(): QuaternionXyzw {
    return conjugateQuaternion(this.#link(this.#model.manifest.frames.tool).rotation);
  }

  #objectPose(): Transform {
    return this.#world.physics.object(this.scenario.objectId).pose();
  }

  #detections(): readonly (Seen & { readonly className: string; readonly rangeM: number })[] {
    const mapFromCamera = this.#link(this.#model.manifest.frames.camera);
    const frame = this.#world.renderHeadCamera();
    return this.#detector
      .detectNow({
        stampNs: 0n,
        widthPx: frame.camera.widthPx,
        heightPx: frame.camera.heightPx,
        intrinsics: frame.camera,
        color: undefined,
        depthMm: frame.depthMm,
        segmentation: frame.instances,
        up: rotateVector(conjugateQuaternion(mapFromCamera.rotation), [0, 0, 1]),
      })
      .map(({ className, positionM, orientation, sizeM }) => ({
        className,
        rangeM: Math.hypot(...positionM),
        mapFromThing: new Transform(
          mapFromCamera.apply(positionM),
          multiplyQuaternions(mapFromCamera.rotation, orientation),
        ),
        sizeM,
      }));
  }

  #see(): readonly Sighting[] {
    const baseFromMap = this.#mapFromBase().inverse();
    const odometryFromMap = this.#odometryFromBase().multiply(baseFromMap);
    const toolFromMap = this.#toolFromMap();
    return this.#detections().map(({ className, mapFromThing, sizeM, rangeM }) => ({
      className,
      rangeM,
      positionM: odometryFromMap.apply(mapFromThing.translation),
      sizeM: extentAlongAxes(sizeM, mapFromThing.rotation, toolFromMap),
    }));
  }

  #command(manifest: PolicyManifest, action: Float32Array): void {
    const names: string[] = [];
    const velocities: number[] = [];
    for (const [i, spec] of manifest.actions.entries()) {
      if (spec.sends === 'base-forward')
        this.#gate.acceptTwist('agent', this.#timeS, action[i]!, 0, this.#timeS);
      else {
        names.push(spec.joint);
        velocities.push(action[i]!);
      }
    }
    this.#gate.acceptJog('agent', this.#timeS, names, velocities, this.#timeS);
  }

  /** Steps physics with the gate in between. */
  #advance(steps: number): void {
    const { plant } = this.#world;
    for (let i = 0; i < steps; i++) {
      if (this.#steps % stepsPerGate === 0) {
        this.#gate.updateMeasurement(plant.state.actuatorPositions, this.#timeS);
        this.#guard.setBasePose(plant.state.x, plant.state.y, plant.state.yaw);
        const output = this.#gate.tick(this.#timeS, this.#timeS);
        if (output.sendJoints) plant.targets.set(output.positions);
        plant.baseTarget = { linear: output.linearMps, angular: output.angularRadS };
      }
      this.#world.tick();
      this.#steps += 1;
    }
  }

  /** Lifted and held, by the simulator's own state. */
  #judge(manifest: PolicyManifest): boolean {
    const still = new Float32Array(manifest.actions.length);
    for (let i = 0; i < judgeHoldS * 20; i++) {
      this.#command(manifest, still);
      this.#advance(stepsPerPolicy);
      const { held } = this.#world.plant.grip;
      const isHeld = held?.kind === 'object' && held.object.id === this.scenario.objectId;
      if (!isHeld || this.#objectPose().translation[2] - this.#startHeightM < judgeLiftM) return false;
    }
    return true;
  }
}

interface Seen {
  readonly mapFromThing: Transform;
  readonly sizeM: Vector3;
}
