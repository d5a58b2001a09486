export { ActionChunk } from './action-chunk.ts';
export { GraspMonitor, type GraspReading, type GraspVerdict } from './grasp-monitor.ts';
export { listPoliciesFor, loadPolicyManifest } from './load-policy-manifest.ts';
export { ObservationAssembler, type ObservationInputs } from './observation.ts';
export { type BodyState, PickRun, type TargetBelief } from './pick-run.ts';
export { loadOnnxPolicy, type Observation, type Policy, type PolicyLoader } from './policy.ts';
export {
  type ActionSpec,
  checkRobotFits,
  modelContract,
  type ObservationSpec,
  observationWidth,
  type PolicyManifest,
  parsePolicyManifest,
  parseRobotFacts,
  policyManifestSchema,
  type RobotFacts,
} from './policy-manifest.ts';
export { extentAlongAxes, sightingsFromDetections } from './sightings.ts';
export {
  defaultTrackerOptions,
  type Sighting,
  TargetTracker,
  type TrackerOptions,
} from './target-tracker.ts';
