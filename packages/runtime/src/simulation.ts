/** What needs the simulator: kept apart, so that a client of a running graph does not load it. */
export { type ConfigurationFacts, type ConfigurationNames, describeConfiguration } from './configuration.ts';
export { type Decision, listDecisions, type Trial, tryDecision } from './decision-trials.ts';
export {
  type EpisodeOptions,
  type EpisodeRecord,
  listEpisodeTasks,
  type PerturbationName,
  runEpisode,
  type StandingEpisode,
  setUpEpisode,
} from './episode.ts';
export { JudgeClient } from './judge-client.ts';
export { type LockstepGraph, type LockstepGraphOptions, startLockstepGraph } from './lockstep-graph.ts';
export { checkRobot } from './robot-check.ts';
