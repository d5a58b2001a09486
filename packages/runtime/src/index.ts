export { type JoinedGraph, joinGraph } from './graph-client.ts';
export { type LockstepGraph, type LockstepGraphOptions, startLockstepGraph } from './lockstep-graph.ts';
export { loadNodeModule, nodeNames } from './node-registry.ts';
export {
  type MiddlewareName,
  planFile,
  type System,
  type SystemObserver,
  type SystemOptions,
  selectMiddleware,
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
