import {
  type CalibrationWindow,
  decide,
  defaultNormalisationS,
  GestureBelief,
  type GestureDecision,
  type GestureName,
  isSilent,
  loadCalibration,
  normaliserOf,
  type SlidingNormaliser,
} from '@efferent/emg';

type Loaded = Awaited<ReturnType<typeof loadCalibration>>;

/** What was decided after a window. */
interface WindowDecision {
  /** Most probable class by this window alone, nothing rejected and silence not asked for. */
  readonly winner: GestureName | undefined;
  readonly decision: Pick<GestureDecision, 'gesture' | 'rejected'>;
}

/** Runs a kept calibration over recorded windows as the gesture node does over frames. */
export class WindowDecoder {
  readonly #loaded: Loaded;
  readonly #belief: GestureBelief;
  readonly #normaliser: SlidingNormaliser | undefined;

  /** Loads the calibration of a file. */
  static async load(file: string, normalisationS = defaultNormalisationS): Promise<WindowDecoder> {
    return new WindowDecoder(await loadCalibration(file), normalisationS);
  }

  private constructor(loaded: Loaded, normalisationS: number) {
    this.#loaded = loaded;
    this.#belief = new GestureBelief(loaded.calibration.gestures.length);
    this.#normaliser = normaliserOf(loaded.calibration, normalisationS);
  }

  /** Takes the next window of a recording. */
  async decide({ features, history, levelUv, strideLevelUv }: CalibrationWindow): Promise<WindowDecision> {
    const { calibration, model } = this.#loaded;
    const normalise = (measured: Float32Array) => this.#normaliser?.normalise(measured) ?? measured;
    const feeds =
      calibration.decoder === 'temporal'
        ? { history: normalise(history) }
        : { features: normalise(features) };
    const evidence = (await model.run(feeds)).probabilities as Float32Array;
    const winner = calibration.gestures[evidence.indexOf(Math.max(...evidence))];
    if (isSilent(calibration, strideLevelUv)) {
      this.#belief.reset();
      return { winner, decision: { gesture: 'rest', rejected: false } };
    }
    this.#belief.update(evidence);
    const decision = decide(calibration, this.#belief.probabilities, levelUv, strideLevelUv);
    this.#normaliser?.follow(decision);
    return { winner, decision };
  }

  dispose(): Promise<void> {
    return this.#loaded.model.dispose();
  }
}
