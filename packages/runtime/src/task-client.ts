import { ConfigurationError } from '@efferent/core';
import type { ActionTypes, MessageTypes, ServiceTypes } from '@efferent/interfaces';
import {
  type ActionClient,
  type ActionTypeName,
  goalStatus,
  type Partially,
  qosProfiles,
  type RosNode,
  whyNotServing,
} from '@efferent/ros';

export type TaskResult = ActionTypes['efferent_interfaces/action/ExecuteTask']['Result'];
export type TaskEvent = ActionTypes['efferent_interfaces/action/ExecuteTask']['Feedback'];
export type SkillResult = ActionTypes['efferent_interfaces/action/ExecuteSkill']['Result'];
export type SkillEvent = ActionTypes['efferent_interfaces/action/ExecuteSkill']['Feedback'];
export type SkillContract = ServiceTypes['efferent_interfaces/srv/ListSkills']['Response']['skills'][number];
export type SkillOutcome = MessageTypes['efferent_interfaces/msg/SkillOutcome'];
export type Belief = MessageTypes['efferent_interfaces/msg/Belief'];
export type Question = MessageTypes['efferent_interfaces/msg/Question'];
type SkillArgument = Partially<MessageTypes['efferent_interfaces/msg/SkillArgument']>;

export interface RunTaskOptions {
  /** Planner to use; the agent's default without it. */
  readonly planner?: string;
  /** Parts of the planner to leave out, separated by commas. */
  readonly without?: string;
  /**
   * What becomes of a running task: it is replaced (default), it is waited for, or the words say it ("no, the other mug"); see
   * docs/instructions.md.
   */
  readonly whenBusy?: 'replace' | 'queue' | 'as-said';
  /** Longest time for the whole task on the client's clock, s. Default 600. */
  readonly timeLimitS?: number;
  readonly onEvent?: (event: TaskEvent) => void;
  /** Gets every skill that the agent has a robot run meanwhile, after it ended. */
  readonly onSkill?: (outcome: SkillOutcome) => void;
  /** Answers a question of the agent; without it questions wait for another client, e.g. the viewer. */
  readonly onQuestion?: (question: Question, signal: AbortSignal) => Promise<string>;
  /** Cancels the task. */
  readonly signal?: AbortSignal;
}

export interface ExecuteSkillOptions {
  /** 0 takes the limit of the skill's contract. */
  readonly timeLimitS?: number;
  readonly onEvent?: (event: SkillEvent) => void;
  readonly signal?: AbortSignal;
}

const callTimeoutMs = 10_000;

/**
 * A client of the agent and of one robot's skills on a running graph.
 *
 * It sees what any ROS client sees: the agent's topics, never the simulator's.
 */
export class TaskClient {
  readonly node: RosNode;
  readonly robot: string;
  readonly #tasks: ActionClient<'efferent_interfaces/action/ExecuteTask'>;
  readonly #skills: ActionClient<'efferent_interfaces/action/ExecuteSkill'>;
  #belief: Belief | undefined;
  readonly #beliefWaiters: ((belief: Belief) => void)[] = [];
  #question: Question | undefined;
  /** Of the tasks of this client that answer questions; the oldest does. */
  readonly #answerers = new Set<(question: Question) => void>();
  readonly #skillListeners = new Set<(outcome: SkillOutcome) => void>();

  /**
   * @param node - the client's own node; destroying it ends the client
   * @param robot - namespace of the robot without slashes
   */
  constructor(node: RosNode, robot: string) {
    this.node = node;
    this.robot = robot;
    this.#tasks = node.createActionClient('efferent_interfaces/action/ExecuteTask', '/agent/execute_task');
    this.#skills = node.createActionClient(
      'efferent_interfaces/action/ExecuteSkill',
      `/${robot}/execute_skill`,
    );
    node.createSubscription(
      'efferent_interfaces/msg/Belief',
      '/agent/belief',
      { qos: qosProfiles.latched },
      (belief) => {
        this.#belief = belief;
        for (const resolve of this.#beliefWaiters.splice(0)) resolve(belief);
      },
    );
    node.createSubscription(
      'efferent_interfaces/msg/Question',
      '/agent/question',
      { qos: qosProfiles.latched },
      (asked) => {
        this.#question = asked;
        this.#answer(asked);
      },
    );
    node.createSubscription(
      'efferent_interfaces/msg/SkillOutcome',
      '/agent/skill_outcomes',
      { qos: qosProfiles.default },
      (outcome) => {
        for (const listener of this.#skillListeners) listener(outcome);
      },
    );
  }

  /** Resolves true when the agent and the robot's skills can be reached, false after `timeoutMs`. */
  async waitUntilReady(timeoutMs: number): Promise<boolean> {
    const both = await Promise.all([
      this.#tasks.waitForServer(timeoutMs),
      this.#skills.waitForServer(timeoutMs),
    ]);
    return both.every(Boolean);
  }

  /**
   * Has the agent carry out an instruction.
   *
   * @param instruction - plain English
   * @returns the agent's own result, also when the task failed
   * @throws {@link MiddlewareError} code `timeout` or `aborted`
   */
  async runTask(instruction: string, options: RunTaskOptions = {}): Promise<TaskResult> {
    const answering = new AbortController();
    const { onSkill = () => undefined } = options;
    const answerer = this.#answerer(options.onQuestion, answering.signal);
    // A listener of its own for every task, so that the end of one is not that of another's.
    const skillListener = (outcome: SkillOutcome) => onSkill(outcome);
    this.#skillListeners.add(skillListener);
    if (options.onQuestion !== undefined) this.#answerers.add(answerer);
    if (this.#question !== undefined) this.#answer(this.#question);
    try {
      return await this.#runGoal(
        this.#tasks,
        {
          instruction,
          when_busy: options.whenBusy ?? 'replace',
          planner: options.planner ?? '',
          without: options.without ?? '',
        },
        (options.timeLimitS ?? 600) * 1000,
        options.onEvent,
        options.signal,
      );
    } finally {
      answering.abort();
      this.#skillListeners.delete(skillListener);
      const wasFirst = this.#answerers.values().next().value === answerer;
      this.#answerers.delete(answerer);
      if (wasFirst && this.#question !== undefined) this.#answer(this.#question);
    }
  }

  /**
   * Has the robot carry out one skill.
   *
   * @param skill - name from {@link listSkills}
   * @param values - arguments by parameter name; an object's id is completed with its believed class, pose and size
   */
  async executeSkill(
    skill: string,
    values: Readonly<Record<string, string | number>>,
    options: ExecuteSkillOptions = {},
  ): Promise<SkillResult> {
    const belief = await this.observe();
    const goal = {
      skill,
      arguments: Object.entries(values).map(([name, value]) => describeArgument(name, String(value), belief)),
      time_limit_s: options.timeLimitS ?? 0,
    };
    const limitMs = (options.timeLimitS ?? 300) * 1000 + callTimeoutMs;
    return this.#runGoal(this.#skills, goal, limitMs, options.onEvent, options.signal);
  }

  /** Returns what the agent believes now; waits for the first belief after a start. */
  async observe(): Promise<Belief> {
    return this.#belief ?? new Promise((resolve) => this.#beliefWaiters.push(resolve));
  }

  /** Lists the robot's skills with their contracts. */
  async listSkills(): Promise<readonly SkillContract[]> {
    const client = this.node.createClient('efferent_interfaces/srv/ListSkills', `/${this.robot}/list_skills`);
    return (await client.sendRequestAsync({}, { timeoutMs: callTimeoutMs })).skills;
  }

  #answer(question: Question): void {
    const [first] = this.#answerers;
    first?.(question);
  }

  #answerer(onQuestion: RunTaskOptions['onQuestion'], signal: AbortSignal): (question: Question) => void {
    const service = this.node.createClient('efferent_interfaces/srv/AnswerQuestion', '/agent/answer');
    let asking: AbortController | undefined;
    const ask = async (question: Question, own: AbortSignal) => {
      const answer = await onQuestion?.(question, own);
      if (answer === undefined || own.aborted) return;
      const reply = await service.sendRequestAsync(
        { question_id: question.id, answer },
        { timeoutMs: callTimeoutMs },
      );
      if (!reply.accepted) await ask(question, own);
    };
    return (question) => {
      // Any new state of the question, also "nothing is asked", ends the one being answered here.
      asking?.abort();
      if (question.id === '' || onQuestion === undefined) return;
      asking = new AbortController();
      const own = AbortSignal.any([signal, asking.signal]);
      ask(question, own).catch((error: unknown) => {
        if (!own.aborted) this.node.logger.warn('answer-failed', { question: question.id, error });
      });
    };
  }

  async #runGoal<A extends ActionTypeName>(
    client: ActionClient<A>,
    goal: Partially<ActionTypes[A]['Goal']>,
    timeoutMs: number,
    onFeedback: ((feedback: ActionTypes[A]['Feedback']) => void) | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ActionTypes[A]['Result']> {
    const handle = await client.sendGoal(goal, {
      timeoutMs: callTimeoutMs,
      ...(onFeedback === undefined ? {} : { onFeedback }),
    });
    if (!handle.accepted) {
      const reason = await whyNotServing(this.node, client.actionName);
      throw new ConfigurationError({
        code: 'goal-rejected',
        message: `${client.actionName} refused the goal${reason === undefined ? ` ${JSON.stringify(goal)}` : `; ${reason}`}`,
        fields: { action: client.actionName },
      });
    }
    const cancel = () => {
      handle.cancelGoal({ timeoutMs: callTimeoutMs }).catch((error: unknown) => {
        this.node.logger.warn('cancel-failed', { action: client.actionName, error });
      });
    };
    if (signal?.aborted === true) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const { result, status } = await handle.getResult({ timeoutMs });
      this.node.logger.debug('goal-ended', {
        action: client.actionName,
        succeeded: status === goalStatus.succeeded,
      });
      return result;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }
}

/** Adds what the belief knows about a named thing. */
function describeArgument(name: string, value: string, belief: Belief): SkillArgument {
  const object = belief.objects.find((each) => each.id === value);
  if (object !== undefined)
    return {
      name,
      value,
      object_class: object.class_name,
      pose: { header: belief.header, pose: object.pose },
      size: object.size,
    };
  const fixture = belief.fixtures.find((each) => each.id === value);
  if (fixture === undefined) return { name, value };
  return {
    name,
    value,
    object_class: fixture.kind,
    pose: { header: belief.header, pose: fixture.pose },
    size: fixture.size,
  };
}
