import { clamp, type Rng } from '@efferent/core';
import { BoxEstimator } from './box-estimate.ts';
import { type CameraFrame, type Detection, type Detector, personClass } from './detector.ts';
import { missProbability, type PerceptionNoise, perturbPosition } from './perception-noise.ts';

const minVisiblePixels = 20;
const maxInstances = 512;
/** Labels of the parts of people are `person/<region>`. */
const personPrefix = 'person/';
/** Labels of what is on a surface and has no height are `stain/<class>`. */
const stainPrefix = 'stain/';

/**
 * Stands in for a learned detector where the camera is simulated: the simulator's instance masks take the place of
 * the network's, everything else (position, size, errors) is made from depth and a noise model.
 */
export class SegmentationDetector implements Detector {
  readonly modelledLatencyMs = 30;
  readonly #noise: PerceptionNoise;
  readonly #rng: Rng;
  readonly #boxes = new BoxEstimator();
  readonly #pixelCounts = new Uint32Array(maxInstances);
  readonly #pixelOffsets = new Uint32Array(maxInstances);
  #pixelIndices = new Uint32Array(0);
  #foreground = new Uint32Array(0);
  #classNames: ReadonlyMap<number, string> = new Map();
  #vocabulary: readonly string[] = [];

  /** @param rng - a stream of its own; equal streams and frames give equal detections */
  constructor(noise: PerceptionNoise, rng: Rng) {
    this.#noise = noise;
    this.#rng = rng;
  }

  setLabels(classNames: ReadonlyMap<number, string>): void {
    this.#classNames = classNames;
    // A person or a stain is taken for no thing, and no thing for one of them.
    const things = [...classNames.values()].filter((name) => !isOfItsOwn(name));
    this.#vocabulary = [...new Set(things)].sort();
  }

  detect(frame: CameraFrame): Promise<readonly Detection[]> {
    return Promise.resolve(this.detectNow(frame));
  }

  /** The same without a promise. Runs for every picture: allocates only what it returns. */
  detectNow(frame: CameraFrame): readonly Detection[] {
    if (frame.segmentation === undefined) return [];
    this.#groupPixels(frame.segmentation);
    const detections: Detection[] = [];
    for (const [instance, className] of this.#classNames) {
      const pixels = this.#pixelCounts[instance] ?? 0;
      if (pixels < minVisiblePixels) continue;
      const missed = missProbability(pixels, this.#noise);
      if (this.#rng.chance(missed)) continue;
      const isStain = className.startsWith(stainPrefix);
      const box = this.#boxOf(frame, instance, isStain);
      if (box === undefined) continue;
      const isPerson = className.startsWith(personPrefix);
      const confused =
        !isOfItsOwn(className) && this.#rng.chance(this.#noise.confusion) && this.#vocabulary.length > 1;
      detections.push({
        ...box,
        positionM: perturbPosition(box.positionM, this.#noise, this.#rng),
        ...(isPerson
          ? { className: personClass, bodyPart: className.slice(personPrefix.length) }
          : { className: confused ? this.#otherClass(className) : className.replace(stainPrefix, '') }),
        score: clamp((confused ? 0.62 : 0.95) - 0.5 * missed + this.#rng.normal(0, 0.03), 0.2, 0.99),
      });
    }
    if (this.#rng.chance(this.#noise.falsePositivesPerFrame)) {
      const phantom = this.#falsePositive(frame);
      if (phantom !== undefined) detections.push(phantom);
    }
    return detections;
  }

  /** Sorts the pixels of every instance into `#pixelIndices` (counting sort). */
  #groupPixels(segmentation: Uint16Array): void {
    const pixels = segmentation.length;
    if (this.#pixelIndices.length < pixels) {
      this.#pixelIndices = new Uint32Array(pixels);
      this.#foreground = new Uint32Array(pixels);
    }
    const counts = this.#pixelCounts.fill(0);
    // Few pixels show an object: only those are looked at twice.
    const foreground = this.#foreground;
    let found = 0;
    for (let i = 0; i < pixels; i++) {
      const instance = segmentation[i]!;
      if (instance === 0 || instance >= maxInstances) continue;
      counts[instance]!++;
      foreground[found++] = i;
    }
    let offset = 0;
    for (let instance = 0; instance < maxInstances; instance++) {
      this.#pixelOffsets[instance] = offset;
      offset += counts[instance]!;
    }
    const next = this.#pixelOffsets;
    for (let k = 0; k < found; k++) {
      const i = foreground[k]!;
      this.#pixelIndices[next[segmentation[i]!]!++] = i;
    }
  }

  #boxOf(
    frame: CameraFrame,
    instance: number,
    isFlat: boolean,
  ): Pick<Detection, 'positionM' | 'orientation' | 'sizeM'> | undefined {
    const end = this.#pixelOffsets[instance]!;
    const count = this.#pixelCounts[instance]!;
    const { fx, fy, cx, cy } = frame.intrinsics;
    const stride = Math.max(1, count / BoxEstimator.capacity);
    let points = 0;
    for (let k = 0; k < count; k += stride) {
      const pixel = this.#pixelIndices[end - count + Math.floor(k)]!;
      const depth = frame.depthMm[pixel]! / 1000;
      if (depth <= 0) continue;
      const column = pixel % frame.widthPx;
      const x = ((column - cx) / fx) * depth;
      const y = (((pixel - column) / frame.widthPx - cy) / fy) * depth;
      if (points === 0) this.#boxes.begin([x, y, depth], frame.up);
      this.#boxes.add(x, y, depth);
      points += 1;
    }
    return points < 8 ? undefined : this.#boxes.finish(isFlat);
  }

  #otherClass(className: string): string {
    const others = this.#vocabulary.filter((name) => name !== className);
    return others[this.#rng.integer(others.length)] ?? className;
  }

  /** A detection of nothing: some class, somewhere on a surface in view. */
  #falsePositive(frame: CameraFrame): Detection | undefined {
    const className = this.#vocabulary[this.#rng.integer(Math.max(1, this.#vocabulary.length))];
    const pixel = this.#rng.integer(frame.depthMm.length);
    const depth = frame.depthMm[pixel]! / 1000;
    if (className === undefined || depth <= 0) return undefined;
    const { fx, fy, cx, cy } = frame.intrinsics;
    const column = pixel % frame.widthPx;
    const row = (pixel - column) / frame.widthPx;
    const x = ((column - cx) / fx) * depth;
    const y = ((row - cy) / fy) * depth;
    this.#boxes.begin([x, y, depth], frame.up);
    this.#boxes.add(x, y, depth);
    const size = this.#rng.range(0.04, 0.12);
    return {
      className,
      score: clamp(this.#rng.normal(0.5, 0.1), 0.2, 0.9),
      positionM: [x, y, depth],
      orientation: this.#boxes.finish().orientation,
      sizeM: [size, size, size],
    };
  }
}

/** Tells whether a label is of a person or a stain. */
const isOfItsOwn = (label: string): boolean =>
  label.startsWith(personPrefix) || label.startsWith(stainPrefix);
