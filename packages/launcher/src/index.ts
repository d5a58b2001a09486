export { type DeclaredArgument, listArguments } from './launch-arguments.ts';
export { LaunchLog, rosLogFolder } from './launch-log.ts';
export { writeParameterFiles } from './node-parameters.ts';
export { createPackageIndex, findOnPath, type PackageIndex, type PackageLocation } from './packages.ts';
export {
  type LaunchContext,
  type LaunchPlan,
  type NodePlan,
  type OutputTarget,
  type ProcessPlan,
  planLaunch,
} from './plan.ts';
export { describePlan } from './plan-description.ts';
export {
  type LaunchEvent,
  type LaunchObserver,
  type RunningLaunch,
  runLaunch,
} from './supervisor.ts';
