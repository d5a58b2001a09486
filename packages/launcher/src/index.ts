export { createPackageIndex, findOnPath, type PackageIndex, type PackageLocation } from './packages.ts';
export {
  type DeclaredArgument,
  type LaunchContext,
  type LaunchPlan,
  type NodePlan,
  type OutputTarget,
  type ProcessPlan,
  planLaunch,
} from './plan.ts';
export { type LaunchEvent, type LaunchObserver, type RunningLaunch, runLaunch } from './supervisor.ts';
