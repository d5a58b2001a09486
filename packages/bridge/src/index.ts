export { isLoopbackHost, knownOrigins, refusalOf, requireTokenFor } from './access.ts';
export { type GoalEvent, goalNames } from './goal-relay.ts';
