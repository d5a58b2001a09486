export { type JoinedGraph, joinGraph } from './graph-client.ts';
export {
  findPackageLaunchFile,
  type LaunchContextOptions,
  launchContext,
  newLogFolder,
  planFile,
} from './launch-files.ts';
export {
  type LockstepGraph,
  type LockstepGraphOptions,
  launchFileFor,
  startLockstepGraph,
} from './lockstep-graph.ts';
export { loadNodeModule, nodeNames } from './node-registry.ts';
export {
  type MiddlewareName,
  type System,
  type SystemObserver,
  type SystemOptions,
  selectMiddleware,
  startLaunch,
  startSystem,
} from './system.ts';
export {
  type Belief,
  type ExecuteSkillOptions,
  type Question,
  type RunTaskOptions,
  type SkillContract,
  type SkillEvent,
  type SkillResult,
  TaskClient,
  type TaskEvent,
  type TaskResult,
} from './task-client.ts';
export { runTaskScript, type TaskScriptOptions } from './task-script.ts';
export {
  findLaunchFile,
  findWorkspace,
  findWorkspaceFolders,
  repositoryFolder,
  shadowedEntries,
} from './workspace.ts';
