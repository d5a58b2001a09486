export { type BoxEstimate, BoxEstimator } from './box-estimate.ts';
export type { CameraFrame, Detection, Detector, Intrinsics } from './detector.ts';
export {
  defaultPerceptionNoise,
  missProbability,
  noPerceptionNoise,
  type PerceptionNoise,
  perturbPosition,
} from './perception-noise.ts';
export { SegmentationDetector } from './segmentation-detector.ts';
