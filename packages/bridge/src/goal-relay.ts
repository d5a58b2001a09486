import {
  ContractError,
  checkWithSchema,
  describeError,
  describeProblem,
  object,
  record,
} from '@efferent/core';
import * as v from 'valibot';
import { jsonOf } from './json.ts';

/** Names of the bridge's own JSON services and channel; `docs/viewer-protocol.md` describes them. */
export const goalNames = {
  send: '/bridge/send_goal',
  cancel: '/bridge/cancel_goal',
  events: '/bridge/goals',
} as const;

export interface RelayedGoal {
  readonly accepted: boolean;
  readonly goalId: string;
  /** Resolves when the goal has ended. */
  result(): Promise<{ readonly status: number; readonly result: object }>;
  cancel(): Promise<boolean>;
}

/** Sends goals to actions by name. */
export interface GoalSender {
  /** Actions that clients may use. */
  readonly actions: readonly string[];
  send(action: string, goal: object, onFeedback: (feedback: object) => void): Promise<RelayedGoal>;
}

/** What is told on the goals channel. */
export interface GoalEvent {
  readonly action: string;
  readonly goalId: string;
  /** The client's own word for the goal, given back so that it can tell its own from others'. */
  readonly tag: string;
  readonly event: 'accepted' | 'feedback' | 'ended';
  readonly goal?: object;
  readonly feedback?: object;
  /** Number of action_msgs/msg/GoalStatus, with `ended`. */
  readonly status?: number;
  readonly result?: object;
  readonly problem?: string;
}

export const sendGoalSchema = {
  type: 'object',
  required: ['action', 'goal'],
  properties: { action: { type: 'string' }, goal: { type: 'object' }, tag: { type: 'string' } },
};
export const cancelGoalSchema = {
  type: 'object',
  required: ['goalId'],
  properties: { goalId: { type: 'string' } },
};
export const goalAnswerSchema = {
  type: 'object',
  properties: { accepted: { type: 'boolean' }, goalId: { type: 'string' } },
};
export const goalEventSchema = {
  type: 'object',
  properties: {
    action: { type: 'string' },
    goalId: { type: 'string' },
    tag: { type: 'string' },
    event: { type: 'string' },
    feedback: { type: 'object' },
    result: { type: 'object' },
  },
};

const sendRequest = object({
  action: v.string(),
  goal: record(v.string(), v.unknown()),
  tag: v.optional(v.pipe(v.string(), v.maxLength(100)), ''),
});
const cancelRequest = object({ goalId: v.string() });

/**
 * Lets a client of the WebSocket send goals, hear their feedback and cancel them.
 *
 * The Foxglove protocol has no operation for actions; this is two JSON services and one JSON channel.
 */
export class GoalRelay {
  readonly #sender: GoalSender;
  readonly #tell: (event: GoalEvent) => void;
  readonly #running = new Map<string, RelayedGoal>();

  constructor(sender: GoalSender, tell: (event: GoalEvent) => void) {
    this.#sender = sender;
    this.#tell = tell;
  }

  /** @throws {@link ContractError} codes `invalid-request`, `unknown-action` */
  async send(request: unknown): Promise<{ readonly accepted: boolean; readonly goalId: string }> {
    const { action, goal, tag } = parse(sendRequest, request);
    if (!this.#sender.actions.includes(action)) {
      throw new ContractError({
        code: 'unknown-action',
        message: `action: got ${action}, expected one of ${this.#sender.actions.join(', ')}`,
      });
    }
    let goalId = '';
    const early: object[] = [];
    const tellFeedback = (feedback: object) =>
      this.#tell({ action, goalId, tag, event: 'feedback', feedback: jsonOf(feedback) as object });
    const relayed = await this.#sender.send(action, goal, (feedback) => {
      if (goalId === '') early.push(feedback);
      else tellFeedback(feedback);
    });
    if (!relayed.accepted) return { accepted: false, goalId: relayed.goalId };
    goalId = relayed.goalId;
    this.#running.set(goalId, relayed);
    this.#tell({ action, goalId, tag, event: 'accepted', goal });
    for (const feedback of early) tellFeedback(feedback);
    void this.#awaitEnd(relayed, action, tag);
    return { accepted: true, goalId };
  }

  /** @throws {@link ContractError} codes `invalid-request`, `unknown-goal` */
  async cancel(request: unknown): Promise<{ readonly accepted: boolean; readonly goalId: string }> {
    const { goalId } = parse(cancelRequest, request);
    const goal = this.#running.get(goalId);
    if (!goal) throw new ContractError({ code: 'unknown-goal', message: `goalId: ${goalId} is not running` });
    return { accepted: await goal.cancel(), goalId };
  }

  async #awaitEnd(goal: RelayedGoal, action: string, tag: string): Promise<void> {
    const end = { action, goalId: goal.goalId, tag, event: 'ended' } as const;
    try {
      const { status, result } = await goal.result();
      this.#tell({ ...end, status, result: jsonOf(result) as object });
    } catch (error) {
      this.#tell({ ...end, problem: describeError(error) });
    } finally {
      this.#running.delete(goal.goalId);
    }
  }
}

function parse<Schema extends v.GenericSchema>(schema: Schema, request: unknown): v.InferOutput<Schema> {
  const checked = checkWithSchema(schema, request);
  if (checked.problems === undefined) return checked.output;
  const message = describeProblem(checked.problems[0], 'request');
  throw new ContractError({ code: 'invalid-request', message });
}
