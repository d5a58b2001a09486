import { type MessageTypes, messageConstants } from '@efferent/interfaces';

const ids = messageConstants['lifecycle_msgs/msg/State'];
const transitionIds = messageConstants['lifecycle_msgs/msg/Transition'];

/** A state of a managed node; ids of lifecycle_msgs/msg/State. */
export type LifecycleState = Pick<MessageTypes['lifecycle_msgs/msg/State'], 'id' | 'label'>;

const state = (id: number, label: string): LifecycleState => ({ id, label });

/** All states by name, in the order in which rcl tells them. */
export const lifecycleStates = {
  unknown: state(ids.PRIMARY_STATE_UNKNOWN, 'unknown'),
  unconfigured: state(ids.PRIMARY_STATE_UNCONFIGURED, 'unconfigured'),
  inactive: state(ids.PRIMARY_STATE_INACTIVE, 'inactive'),
  active: state(ids.PRIMARY_STATE_ACTIVE, 'active'),
  finalized: state(ids.PRIMARY_STATE_FINALIZED, 'finalized'),
  configuring: state(ids.TRANSITION_STATE_CONFIGURING, 'configuring'),
  cleaningUp: state(ids.TRANSITION_STATE_CLEANINGUP, 'cleaningup'),
  shuttingDown: state(ids.TRANSITION_STATE_SHUTTINGDOWN, 'shuttingdown'),
  activating: state(ids.TRANSITION_STATE_ACTIVATING, 'activating'),
  deactivating: state(ids.TRANSITION_STATE_DEACTIVATING, 'deactivating'),
  errorProcessing: state(ids.TRANSITION_STATE_ERRORPROCESSING, 'errorprocessing'),
} as const;

/** What a managed node is asked to do. */
export type LifecycleStep = 'configure' | 'cleanup' | 'activate' | 'deactivate' | 'shutdown' | 'error';

/** How a step ended. */
export type StepOutcome = 'success' | 'failure' | 'error';

/** An arrow of the state machine. */
export interface LifecycleTransition {
  readonly id: number;
  readonly label: string;
  readonly start: LifecycleState;
  readonly goal: LifecycleState;
  /** What the node does on this way; only for transitions that can be asked for. */
  readonly step?: LifecycleStep;
}

const s = lifecycleStates;
const t = transitionIds;

const asked = (
  id: number,
  step: LifecycleStep,
  start: LifecycleState,
  goal: LifecycleState,
): LifecycleTransition => ({ id, label: step, start, goal, step });

/** The three ends of the step that runs in a transition state. */
const ends = (
  start: LifecycleState,
  ids: Readonly<Record<StepOutcome, number>>,
  goals: Readonly<Record<StepOutcome, LifecycleState>>,
): readonly LifecycleTransition[] =>
  (['success', 'failure', 'error'] as const).map((outcome) => ({
    id: ids[outcome],
    label: `transition_${outcome}`,
    start,
    goal: goals[outcome],
  }));

/**
 * Every transition of a managed node, in the order of rcl_lifecycle's default state machine.
 *
 * @see https://design.ros2.org/articles/node_lifecycle.html
 */
export const lifecycleTransitions: readonly LifecycleTransition[] = [
  asked(t.TRANSITION_CONFIGURE, 'configure', s.unconfigured, s.configuring),
  ...ends(
    s.configuring,
    {
      success: t.TRANSITION_ON_CONFIGURE_SUCCESS,
      failure: t.TRANSITION_ON_CONFIGURE_FAILURE,
      error: t.TRANSITION_ON_CONFIGURE_ERROR,
    },
    { success: s.inactive, failure: s.unconfigured, error: s.errorProcessing },
  ),
  asked(t.TRANSITION_CLEANUP, 'cleanup', s.inactive, s.cleaningUp),
  ...ends(
    s.cleaningUp,
    {
      success: t.TRANSITION_ON_CLEANUP_SUCCESS,
      failure: t.TRANSITION_ON_CLEANUP_FAILURE,
      error: t.TRANSITION_ON_CLEANUP_ERROR,
    },
    { success: s.unconfigured, failure: s.inactive, error: s.errorProcessing },
  ),
  asked(t.TRANSITION_ACTIVATE, 'activate', s.inactive, s.activating),
  ...ends(
    s.activating,
    {
      success: t.TRANSITION_ON_ACTIVATE_SUCCESS,
      failure: t.TRANSITION_ON_ACTIVATE_FAILURE,
      error: t.TRANSITION_ON_ACTIVATE_ERROR,
    },
    { success: s.active, failure: s.inactive, error: s.errorProcessing },
  ),
  asked(t.TRANSITION_DEACTIVATE, 'deactivate', s.active, s.deactivating),
  ...ends(
    s.deactivating,
    {
      success: t.TRANSITION_ON_DEACTIVATE_SUCCESS,
      failure: t.TRANSITION_ON_DEACTIVATE_FAILURE,
      error: t.TRANSITION_ON_DEACTIVATE_ERROR,
    },
    { success: s.inactive, failure: s.active, error: s.errorProcessing },
  ),
  asked(t.TRANSITION_UNCONFIGURED_SHUTDOWN, 'shutdown', s.unconfigured, s.shuttingDown),
  asked(t.TRANSITION_INACTIVE_SHUTDOWN, 'shutdown', s.inactive, s.shuttingDown),
  asked(t.TRANSITION_ACTIVE_SHUTDOWN, 'shutdown', s.active, s.shuttingDown),
  ...ends(
    s.shuttingDown,
    {
      success: t.TRANSITION_ON_SHUTDOWN_SUCCESS,
      failure: t.TRANSITION_ON_SHUTDOWN_FAILURE,
      error: t.TRANSITION_ON_SHUTDOWN_ERROR,
    },
    { success: s.finalized, failure: s.finalized, error: s.errorProcessing },
  ),
  ...ends(
    s.errorProcessing,
    {
      success: t.TRANSITION_ON_ERROR_SUCCESS,
      failure: t.TRANSITION_ON_ERROR_FAILURE,
      error: t.TRANSITION_ON_ERROR_ERROR,
    },
    { success: s.unconfigured, failure: s.finalized, error: s.finalized },
  ),
];

/** Transitions out of a state. */
export const transitionsFrom = (from: LifecycleState): readonly LifecycleTransition[] =>
  lifecycleTransitions.filter(({ start }) => start === from);
