import { distance3, type Vector3 } from '@efferent/core';

/** One detection in the odometry frame. */
export interface Sighting {
  readonly className: string;
  /** m, odometry frame. */
  readonly positionM: Vector3;
  /** Extent along the axes of the tool, m. */
  readonly sizeM: Vector3;
  /** Distance from the camera, m. */
  readonly rangeM: number;
}

export interface TrackerOptions {
  /** How far from where the caller believes the target to be it may be found at first, m. */
  readonly acquireRadiusM: number;
  /** How far it may be from the track afterwards, m. */
  readonly followRadiusM: number;
}

export const defaultTrackerOptions: TrackerOptions = { acquireRadiusM: 0.25, followRadiusM: 0.12 };

/** Variance that the target's position gains per second (it may be nudged), m^2/s. */
const driftVariance = 0.004 ** 2;
/** Detections of a class may be off by this much, m, plus this share of the range. */
const sigmaM = 0.009;
const sigmaPerRange = 0.011;

/**
 * Follows one thing through noisy detections: the nearest one of its class, filtered as a standing target.
 * Detections carry no identity, so a look-alike closer than the gate would be taken for it.
 */
export class TargetTracker {
  readonly #className: string;
  readonly #options: TrackerOptions;
  readonly #position: [number, number, number];
  readonly #size: [number, number, number];
  #variance = 0;
  #updatedS: number;
  #seenS: number;
  #sightings = 0;

  /**
   * @param believedPosition - where the caller believes the target, odometry frame, m
   * @param believedSize - its extent, m; zeros when unknown
   * @param nowS - time of the belief's use, s
   */
  constructor(
    className: string,
    believedPosition: Vector3,
    believedSize: Vector3,
    nowS: number,
    options = defaultTrackerOptions,
  ) {
    this.#className = className;
    this.#options = options;
    this.#position = [...believedPosition];
    this.#size = [...believedSize];
    this.#updatedS = nowS;
    this.#seenS = nowS;
  }

  /** Takes in the detections of one picture. Returns true when the target was among them. */
  update(sightings: readonly Sighting[], stampS: number): boolean {
    const gate = this.#sightings === 0 ? this.#options.acquireRadiusM : this.#options.followRadiusM;
    let nearest: Sighting | undefined;
    let nearestDistance = gate;
    for (const sighting of sightings) {
      if (sighting.className !== this.#className) continue;
      const distance = distance3(sighting.positionM, this.#position);
      if (distance > nearestDistance) continue;
      nearest = sighting;
      nearestDistance = distance;
    }
    if (nearest === undefined) return false;
    const measured = (sigmaM + sigmaPerRange * nearest.rangeM) ** 2;
    const gain =
      this.#sightings === 0 ? 1 : this.#grownVariance(stampS) / (this.#grownVariance(stampS) + measured);
    this.#variance = this.#sightings === 0 ? measured : (1 - gain) * this.#grownVariance(stampS);
    const sizeGain = this.#sightings === 0 ? 1 : Math.max(0.1, 1 / (this.#sightings + 1));
    for (let axis = 0; axis < 3; axis++) {
      this.#position[axis]! += gain * (nearest.positionM[axis]! - this.#position[axis]!);
      this.#size[axis]! += sizeGain * (nearest.sizeM[axis]! - this.#size[axis]!);
    }
    this.#sightings += 1;
    this.#updatedS = stampS;
    this.#seenS = stampS;
    return true;
  }

  /** Number of pictures in which it was found. */
  get sightings(): number {
    return this.#sightings;
  }

  /** m, odometry frame. */
  get positionM(): Vector3 {
    return this.#position;
  }

  get sizeM(): Vector3 {
    return this.#size;
  }

  /** Seconds since it was last seen (or since the start, when never). */
  ageS(nowS: number): number {
    return Math.max(0, nowS - this.#seenS);
  }

  #grownVariance(stampS: number): number {
    return this.#variance + driftVariance * Math.max(0, stampS - this.#updatedS);
  }
}
