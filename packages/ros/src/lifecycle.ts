import { ConfigurationError, describeError } from '@efferent/core/errors';
import {
  type LifecycleState,
  type LifecycleStep,
  type LifecycleTransition,
  lifecycleStates,
  lifecycleTransitions,
  type StepOutcome,
  transitionsFrom,
} from './lifecycle-states.ts';
import type { RosNode } from './port.ts';
import { qosProfiles } from './qos.ts';

/** Does one step of a managed node. What it throws sends the node to error processing; a wrong parameter or file, back. */
type DoStep = (step: LifecycleStep) => Promise<void>;

/** The state machine of a managed node behind the services of lifecycle_msgs. */
export class Lifecycle {
  readonly #node: RosNode;
  readonly #doStep: DoStep;
  readonly #events;
  #state: LifecycleState = lifecycleStates.unconfigured;
  #isBusy = false;

  constructor(node: RosNode, doStep: DoStep) {
    this.#node = node;
    this.#doStep = doStep;
    this.#events = node.createPublisher(
      'lifecycle_msgs/msg/TransitionEvent',
      '~/transition_event',
      qosProfiles.default,
    );
    this.#serve();
  }

  get state(): LifecycleState {
    return this.#state;
  }

  /**
   * Goes along a transition that can be asked for in this state.
   *
   * @param isAsked - finds it
   * @returns what went wrong, or undefined
   */
  async change(isAsked: (transition: LifecycleTransition) => boolean): Promise<Error | undefined> {
    const possible = transitionsFrom(this.#state).filter(({ step }) => step !== undefined);
    const transition = this.#isBusy ? undefined : possible.find(isAsked);
    if (transition?.step === undefined) {
      const names = possible.map(({ label }) => label).join(', ') || 'none';
      const message = `the node is ${this.#state.label}; possible transitions: ${this.#isBusy ? 'none now' : names}`;
      this.#node.logger.warn('transition-refused', { reason: message });
      return new ConfigurationError({ code: 'no-such-transition', message });
    }
    this.#isBusy = true;
    try {
      this.#enter(transition);
      const { outcome, error } = await this.#attempt(transition.step);
      this.#end(outcome);
      if (outcome === 'error') this.#end((await this.#attempt('error')).outcome);
      return error;
    } finally {
      this.#isBusy = false;
    }
  }

  async #attempt(step: LifecycleStep): Promise<{ readonly outcome: StepOutcome; readonly error?: Error }> {
    try {
      await this.#doStep(step);
      return { outcome: 'success' };
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(describeError(thrown));
      const outcome = error instanceof ConfigurationError ? 'failure' : 'error';
      this.#node.logger.error('transition-failed', { step, outcome, error });
      return { outcome, error };
    }
  }

  #end(outcome: StepOutcome): void {
    this.#enter(transitionsFrom(this.#state).find(({ label }) => label === `transition_${outcome}`)!);
  }

  #enter({ id, label, start, goal }: LifecycleTransition): void {
    this.#state = goal;
    this.#events.publish({
      timestamp: this.#node.clock.nowNs(),
      transition: { id, label },
      start_state: start,
      goal_state: goal,
    });
    this.#node.logger.debug('state-entered', { state: goal.label });
  }

  #serve(): void {
    const node = this.#node;
    const describe = ({ id, label, start, goal }: LifecycleTransition) => ({
      transition: { id, label },
      start_state: start,
      goal_state: goal,
    });
    node.createService('lifecycle_msgs/srv/ChangeState', '~/change_state', async ({ transition }) => {
      // A label counts more than a number, as in rclcpp.
      const error = await this.change(({ id, label }) =>
        transition.label === '' ? id === transition.id : label === transition.label,
      );
      return { success: error === undefined };
    });
    node.createService('lifecycle_msgs/srv/GetState', '~/get_state', () => ({ current_state: this.#state }));
    node.createService('lifecycle_msgs/srv/GetAvailableStates', '~/get_available_states', () => ({
      available_states: Object.values(lifecycleStates),
    }));
    const type = 'lifecycle_msgs/srv/GetAvailableTransitions';
    node.createService(type, '~/get_available_transitions', () => ({
      available_transitions: transitionsFrom(this.#state).map(describe),
    }));
    node.createService(type, '~/get_transition_graph', () => ({
      available_transitions: lifecycleTransitions.map(describe),
    }));
  }
}
