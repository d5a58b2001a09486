import { clamp, norm3, type Rng, type Vector3 } from '@efferent/core';

/**
 * How a simulated detector errs. The defaults are those that this project's figures are measured with: about what a
 * small closed-vocabulary detector does on a consumer depth camera.
 */
export interface PerceptionNoise {
  /** Position sigma of each axis: fixed part, m. */
  readonly positionSigmaM: number;
  /** Position sigma of each axis: part that grows with range. */
  readonly positionSigmaPerRange: number;
  /** Visible pixels at which half of the detections are missed. */
  readonly halfMissPixels: number;
  /** Probability that a detection carries another class's name. */
  readonly confusion: number;
  /** Probability that a frame holds a detection of nothing. */
  readonly falsePositivesPerFrame: number;
}

export const defaultPerceptionNoise: PerceptionNoise = {
  positionSigmaM: 0.008,
  positionSigmaPerRange: 0.01,
  halfMissPixels: 60,
  confusion: 0.02,
  falsePositivesPerFrame: 1 / 200,
};

export const noPerceptionNoise: PerceptionNoise = {
  positionSigmaM: 0,
  positionSigmaPerRange: 0,
  halfMissPixels: 0,
  confusion: 0,
  falsePositivesPerFrame: 0,
};

/** Probability in [0, 1] that a thing with this many visible pixels is not reported. */
export function missProbability(visiblePixels: number, noise: PerceptionNoise): number {
  if (noise.halfMissPixels <= 0) return 0;
  return clamp(0.5 * (noise.halfMissPixels / visiblePixels) ** 2, 0, 1);
}

/** Adds position noise to a point in the camera's frame, m. */
export function perturbPosition(position: Vector3, noise: PerceptionNoise, rng: Rng): Vector3 {
  const sigma = noise.positionSigmaM + noise.positionSigmaPerRange * norm3(position);
  return [
    position[0] + rng.normal(0, sigma),
    position[1] + rng.normal(0, sigma),
    position[2] + rng.normal(0, sigma),
  ];
}
