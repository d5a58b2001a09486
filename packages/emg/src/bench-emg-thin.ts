import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GestureController } from './control/gesture-controller.ts';
import { bundledMappingPath, loadGestureMapping } from './control/gesture-mapping.ts';
import { calibrateSynthetic } from './decoder/calibrate-synthetic.ts';
import { loadCalibration, saveCalibration } from './decoder/calibration-file.ts';
import { type CalibrationProtocol, defaultProtocol } from './decoder/calibration-protocol.ts';
import { type DecodedWindow, GestureDecoder } from './decoder/gesture-decoder.ts';
import { SyntheticForearm } from './forearm/synthetic-forearm.ts';
import { createVirtualPerson } from './forearm/virtual-person.ts';

/** One virtual person's figures; nobody's seed was used to choose any setting when it is below 1000. */
export interface EmgThinFigures {
  readonly seed: number;
  /** Held-out by repetition; see {@link DecoderAccuracy}. */
  readonly accuracy: number;
  readonly activeErrorRate: number;
  readonly rejectionRate: number;
  /**
   * From the first sample at which the muscles' drive is back at rest (the prompt to rest plus the person's relaxation of
   * 200 to 400 ms) to the command that stops the robot, ms on the sample clock, compute not included; one a trial that
   * moved the robot. Negative where the falling signal stopped it before the relaxation was over.
   */
  readonly stopLatenciesMs: readonly number[];
  /** The same from the prompt to rest. */
  readonly releaseLatenciesMs: readonly number[];
}

const frameS = 0.025;
const motions = ['wextend', 'wflex', 'abduct', 'adduct'] as const;

/**
 * Measures the thin gesture path on virtual people, without ROS: source, decoder (ONNX) and controller on one sample clock.
 *
 * @param seeds - people to measure
 * @param trialsEach - holds of 1 s of each motion gesture of the first mode
 */
export async function benchEmgThin(
  seeds: readonly number[] = [1, 2, 3, 4, 5],
  trialsEach = 5,
  protocol: CalibrationProtocol = defaultProtocol,
): Promise<readonly EmgThinFigures[]> {
  const figures: EmgThinFigures[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
  try {
    for (const seed of seeds) figures.push(await measurePerson(seed, trialsEach, protocol, folder));
  } finally {
    await rm(folder, { recursive: true });
  }
  return figures;
}

async function measurePerson(
  seed: number,
  trialsEach: number,
  protocol: CalibrationProtocol,
  folder: string,
): Promise<EmgThinFigures> {
  const person = { personSeed: seed, sampleRateHz: 2000 };
  const file = join(folder, `${seed}.json`);
  await saveCalibration(file, calibrateSynthetic(person, protocol));
  const { calibration, model } = await loadCalibration(file);
  const session = await GestureSession.open(person, (onDecoded) => {
    return new GestureDecoder(calibration, model, (work) => work(), onDecoded);
  });
  const stopLatenciesMs: number[] = [];
  const releaseLatenciesMs: number[] = [];
  for (let trial = 0; trial < trialsEach; trial++) {
    for (const gesture of motions) {
      session.forearm.perform(gesture, 0.45);
      await session.run(1);
      const releasedS = session.nowS;
      session.forearm.perform('rest', 0);
      const restS = session.forearm.transitionEndSample / person.sampleRateHz;
      session.lastMotionS = undefined;
      const wasMoving = session.isMoving;
      await session.run(1);
      if (!wasMoving && session.lastMotionS === undefined) continue;
      const stoppedS = session.stoppedS;
      stopLatenciesMs.push((stoppedS - restS) * 1000);
      releaseLatenciesMs.push((stoppedS - releasedS) * 1000);
    }
  }
  await model.dispose();
  const { accuracy, activeErrorRate, rejectionRate } = calibration.heldOut;
  return { seed, accuracy, activeErrorRate, rejectionRate, stopLatenciesMs, releaseLatenciesMs };
}

/** A virtual forearm, a decoder and a controller that share one sample clock. */
class GestureSession {
  readonly forearm: SyntheticForearm;
  lastMotionS: number | undefined;
  stoppedS = 0;
  isMoving = false;
  readonly #controller: GestureController;
  readonly #decoder: GestureDecoder;
  readonly #samplesUv: Float32Array;

  static async open(
    person: { readonly personSeed: number; readonly sampleRateHz: number },
    createDecoder: (onDecoded: (window: DecodedWindow) => void) => GestureDecoder,
  ): Promise<GestureSession> {
    const mapping = await loadGestureMapping(bundledMappingPath('stretch'));
    return new GestureSession(person, new GestureController(mapping, 0.05), createDecoder);
  }

  private constructor(
    person: { readonly personSeed: number; readonly sampleRateHz: number },
    controller: GestureController,
    createDecoder: (onDecoded: (window: DecodedWindow) => void) => GestureDecoder,
  ) {
    this.forearm = new SyntheticForearm({
      person: createVirtualPerson(person.personSeed),
      recordingSeed: 1,
      sampleRateHz: person.sampleRateHz,
    });
    this.#controller = controller;
    this.#samplesUv = new Float32Array(Math.round(frameS * person.sampleRateHz) * this.forearm.channelCount);
    this.#decoder = createDecoder((window) => this.#act(window));
  }

  get nowS(): number {
    return this.forearm.sampleIndex / this.forearm.sampleRateHz;
  }

  async run(durationS: number): Promise<void> {
    const { channelCount, sampleRateHz } = this.forearm;
    for (let i = 0; i < Math.round(durationS / frameS); i++) {
      const firstSample = this.forearm.sampleIndex;
      const stampNs = BigInt(Math.round((firstSample / sampleRateHz) * 1e9));
      this.forearm.generate(this.#samplesUv);
      await this.#decoder.push({
        stampNs,
        firstSample,
        sampleRateHz,
        channelCount,
        samplesUv: this.#samplesUv,
      }).decoded;
    }
  }

  #act(window: DecodedWindow): void {
    const nowNs = BigInt(Math.round(this.nowS * 1e9));
    this.#controller.decide(window.decision, nowNs - window.stampNs, nowNs);
    const { isActive } = this.#controller.status;
    if (isActive) this.lastMotionS = this.nowS;
    if (this.isMoving && !isActive) this.stoppedS = this.nowS;
    this.isMoving = isActive;
  }
}
