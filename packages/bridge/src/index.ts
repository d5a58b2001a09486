export { isLoopbackHost, knownOrigins, requireTokenFor } from './access.ts';
export { type GoalEvent, goalNames } from './goal-relay.ts';
