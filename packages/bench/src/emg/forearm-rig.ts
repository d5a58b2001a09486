import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Rng, Transform, type Vector3 } from '@efferent/core';
import {
  type CalibrationProtocol,
  type ControlOutput,
  type DecodedWindow,
  defaultProtocol,
  defaultSignalSettings,
  fitCalibration,
  GestureController,
  GestureDecoder,
  type GestureMapping,
  type GestureName,
  loadCalibration,
  recordPrompts,
  SyntheticForearm,
  saveCalibration,
  type VirtualPerson,
} from '@efferent/emg';
import { CommandGate, PersonGuard, PersonTracks, type RobotModel } from '@efferent/robot';

const sampleRateHz = 2000;
const framePeriodNs = 25_000_000n;
const frameS = 0.025;
/** How the robot came to where an event finds it: driving and reaching out, m/s by joint. */
const trailMotion = { linearMps: 0.1, joints: { wrist_extension: 0.04 } as Readonly<Record<string, number>> };
const frameSamples = 50;
const decisionPeriodS = 0.05;
/** The gate's own period. */
const tickNs = 10_000_000n;
/** Extent of a head, m. */
const headSizeM: Vector3 = [0.18, 0.16, 0.24];
/** Recording seed of calibrations; what is measured is recorded by others. */
const calibrationRecording = 1000;

export interface ForearmRigOptions {
  readonly person: VirtualPerson;
  /** Gestures that the decoder is calibrated for, `rest` among them. */
  readonly gestures: readonly GestureName[];
  readonly mapping: GestureMapping;
  readonly model: RobotModel;
  readonly recordingSeed: number;
}

/**
 * From a synthetic forearm to the commands of the gate, without ROS and physics: the samples, the decoder, the gesture
 * control and the gate are those of the product; the robot is where the gate's set-points say.
 */
export class ForearmRig {
  readonly forearm: SyntheticForearm;
  controller: GestureController;
  gate: CommandGate;
  /** The newest decision. */
  decided: DecodedWindow | undefined;
  /** Commands of the newest decision. */
  outputs: readonly ControlOutput[] = [];
  readonly #decoder: GestureDecoder;
  readonly #samplesUv: Float32Array;
  readonly #dispose: () => Promise<void>;
  readonly #mapping: GestureMapping;
  readonly #model: RobotModel;
  #face: { readonly at: Vector3; readonly tracks: PersonTracks; readonly guard: PersonGuard } | undefined;
  readonly #classes: readonly GestureName[];
  #nowNs = 0n;
  #firstSample = 0;

  static async open(options: ForearmRigOptions): Promise<ForearmRig> {
    const { person, gestures } = options;
    const settings = defaultSignalSettings(sampleRateHz, person.electrodeGains.length);
    const forearm = new SyntheticForearm({ person, recordingSeed: calibrationRecording, sampleRateHz });
    const protocol: CalibrationProtocol = { ...defaultProtocol, gestures };
    const fitted = await fitCalibration(
      `rig-${person.seed}`,
      settings,
      recordPrompts(forearm, settings, protocol),
    );
    const folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
    try {
      const file = join(folder, 'person.json');
      await saveCalibration(file, fitted);
      return new ForearmRig(options, await loadCalibration(file));
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  private constructor(
    { person, mapping, model, recordingSeed }: ForearmRigOptions,
    { calibration, model: network }: Awaited<ReturnType<typeof loadCalibration>>,
  ) {
    this.forearm = new SyntheticForearm({ person, recordingSeed, sampleRateHz });
    this.#mapping = mapping;
    this.#classes = calibration.gestures;
    this.#model = model;
    this.gate = new CommandGate(model);
    this.controller = this.#newController();
    this.#samplesUv = new Float32Array(frameSamples * this.forearm.channelCount);
    this.#dispose = () => network.dispose();
    this.#decoder = new GestureDecoder(
      calibration,
      network,
      (work) => work(),
      (window) => this.#decide(window),
    );
  }

  get nowS(): number {
    return Number(this.#nowNs) / 1e9;
  }

  /** Starts over with a gate that sees a face from now on, m from where the base is; or nobody. */
  showFace(at: Vector3 | undefined): void {
    const tracks = new PersonTracks();
    const guard = new PersonGuard(this.#model, tracks);
    this.#face = at && { at, tracks, guard };
    const { positions } = this.gate.output;
    this.gate = new CommandGate(this.#model, undefined, guard);
    this.place(positions);
    this.moveBase(0, 0, 0);
  }

  /** Puts the robot's actuators somewhere, at rest; order of `model.actuators`, m or rad. */
  place(positions: Float64Array): void {
    this.gate.updateMeasurement(positions, this.nowS);
    this.gate.forgetSetPoints();
  }

  /** Tells the gate where the base is, m and rad. */
  moveBase(x: number, y: number, yaw: number): void {
    this.#face?.guard.setBasePose(x, y, yaw);
  }

  #seeFace(): void {
    if (this.#face === undefined) return;
    const mapFromBox = new Transform(this.#face.at, [0, 0, 0, 1]);
    this.#face.tracks.observe([{ region: 'head', mapFromBox, sizeM: headSizeM }], this.nowS);
  }

  /** Lets time pass in which nothing happens and nobody samples: the control sees rest after it. */
  skip(durationS: number): void {
    this.#nowNs += BigInt(Math.round(durationS * 1e9));
    this.gate.updateMeasurement(this.gate.output.positions, this.nowS);
  }

  /**
   * Has the robot in use, as it is a moment after a person let go: armed, and with a motion at hand - a mode of the mapping,
   * or one of its lit choices. Reached by given decisions, not through the forearm.
   */
  beginUse(rng: Rng): void {
    this.controller = this.#newController();
    const { scan, modes } = this.#mapping;
    const wanted = rng.integer(modes.length);
    const isScanned = modes.some(({ scanned }) => scanned.length > 0);
    const isThere = () => {
      const { mode, choices, litIndex } = this.controller.status;
      if (!isScanned) return mode === modes[wanted]?.name;
      return mode === modes[wanted]?.name && choices[litIndex] === modes[wanted]?.scanned[0]?.label;
    };
    for (let i = 0; i < 2000 && !isThere(); i++) {
      const { mode, choices, litIndex, litProgress } = this.controller.status;
      const isLit = choices[litIndex] === modes[wanted]?.name && litProgress > 0.3 && litProgress < 0.8;
      const next = Object.entries(modes.find(({ name }) => name === mode)?.actions ?? {});
      const [gesture] = isScanned
        ? [scan.gesture]
        : (next.find(([, action]) => action === 'next-mode') ?? []);
      const hold = isScanned ? isLit : true;
      this.#give(hold ? (gesture as GestureName) : 'rest', hold ? 0.6 : 0.05);
      if (hold) this.#give('rest', 0.4);
    }
    this.#give('rest', 0.5);
  }

  #give(gesture: GestureName, durationS: number): void {
    for (let i = 0; i < Math.round(durationS / decisionPeriodS); i++) {
      this.skip(decisionPeriodS);
      const decision = { gesture, rejected: false, confidence: 1, effort: gesture === 'rest' ? 0 : 0.5 };
      this.controller.decide({ ...decision, fault: '' }, 0n, this.#nowNs);
    }
  }

  #newController(): GestureController {
    const controller = new GestureController(this.#mapping, decisionPeriodS);
    controller.observeClasses(this.#classes);
    this.#goThere(controller);
    return controller;
  }

  /** The robot has come to where it is: there is a way to back out along. */
  #goThere(controller: GestureController): void {
    const { linearMps, joints } = trailMotion;
    const steps = 2 * Math.round(1 / frameS);
    for (let i = 0; i <= steps; i++) {
      const positions = this.#trailJoints().map(
        (position, k) =>
          position - (steps - i) * frameS * (joints[this.#mapping.backOut.joints[k] ?? ''] ?? 0),
      );
      controller.observeMotion(
        { linearMps, angularRadps: 0, positions },
        this.#nowNs + BigInt(i) * framePeriodNs,
        this.#nowNs,
      );
    }
    this.#nowNs += BigInt(steps + 1) * framePeriodNs;
  }

  #trailJoints(): readonly number[] {
    return this.#mapping.backOut.joints.map(
      (joint) => this.gate.output.positions[this.#model.actuatorIndex(joint)] ?? 0,
    );
  }

  /** Samples and decodes one frame of 25 ms, and moves the gate's set-points on. @param onTick - after each 10 ms */
  async step(onTick: (dtS: number) => void): Promise<void> {
    this.forearm.generate(this.#samplesUv);
    const frame = {
      stampNs: this.#nowNs,
      firstSample: this.#firstSample,
      sampleRateHz,
      channelCount: this.forearm.channelCount,
      samplesUv: this.#samplesUv,
    };
    this.#firstSample += frameSamples;
    const endNs = this.#nowNs + framePeriodNs;
    this.#seeFace();
    await this.#decoder.push(frame).decoded;
    for (; this.#nowNs < endNs; ) {
      const stepNs = endNs - this.#nowNs < tickNs ? endNs - this.#nowNs : tickNs;
      this.#nowNs += stepNs;
      this.gate.updateMeasurement(this.gate.output.positions, this.nowS);
      this.gate.tick(this.nowS, this.nowS);
      onTick(Number(stepNs) / 1e9);
    }
    const { linearMps, angularRadS: angularRadps } = this.gate.output;
    const measured = { linearMps, angularRadps, positions: this.#trailJoints() };
    this.controller.observeMotion(measured, this.#nowNs, this.#nowNs);
  }

  async close(): Promise<void> {
    await this.#dispose();
  }

  #decide(window: DecodedWindow): void {
    this.decided = window;
    const { source, agentPaused } = this.gate;
    this.controller.observeGate({ source, agentPaused, faceDistanceM: this.gate.faceDistanceM() });
    const decision = { ...window.decision, fault: window.fault };
    this.outputs = this.controller.decide(decision, 0n, this.#nowNs);
    for (const output of this.outputs) {
      const nowS = this.nowS;
      if (output.kind === 'base')
        this.gate.acceptTwist('human', nowS, output.linearMps, output.angularRadps, nowS);
      else if (output.kind === 'joint')
        this.gate.acceptJog('human', nowS, [output.joint], [output.velocity], nowS);
    }
  }
}
