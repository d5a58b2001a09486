export type { TransportContextOptions } from './context.ts';
export { createInprocContext, createThreadContext, type InprocContext } from './context.ts';
export { DiagnosticUpdater, diagnosticLevel, type StreamMonitor } from './diagnostics.ts';
export { createLockstep, type Lockstep, type LockstepOptions } from './lockstep.ts';
export { formatLogRecord, type LogLevel, type LogRecord, type LogSink, standardErrorSink } from './log.ts';
export { type ManagedBehaviour, managedNode } from './managed-node.ts';
export {
  type ContextOptions,
  chooseMiddleware,
  createContext,
  type MiddlewareChoice,
  type MiddlewareName,
} from './middleware.ts';
export type { NodeModule, NodeServices, RunningNode } from './node-module.ts';
export {
  fitsParameterType,
  type ParameterTypeCode,
  parameterFromMessage,
  parameterMessage,
  parameterTypeName,
} from './parameter-values.ts';
export {
  type ActionClient,
  type ActionServer,
  type ActionServerCallbacks,
  type ActionTypeName,
  type Client,
  type ClientGoalHandle,
  type EndpointInfo,
  goalStatus,
  type Logger,
  type MessageTypeName,
  type NodeOptions,
  type NodeScope,
  type ParameterDescriptor,
  type ParameterRule,
  type ParameterValue,
  type Partially,
  type Publisher,
  type QosProfile,
  type RosArguments,
  type RosContext,
  type RosNode,
  type SendGoalOptions,
  type ServerGoalHandle,
  type Service,
  type ServiceTypeName,
  type Subscription,
  type SubscriptionOptions,
  type Timer,
  type TimerInfo,
  type WaitOptions,
} from './port.ts';
export { qosHearingAll, qosProfiles } from './qos.ts';
export { parseRosArguments } from './ros-arguments.ts';
export { whyNotServing } from './serving-node.ts';
export { messageStampNs, type Stamp, stampFromNs, stampToNs } from './stamp.ts';
export { TransformBuffer } from './tf/transform-buffer.ts';
export {
  createStaticTransformBroadcaster,
  createTransformBroadcaster,
  type TransformBroadcaster,
  TransformListener,
} from './tf/transform-nodes.ts';
