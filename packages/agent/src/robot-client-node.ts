import { describeError } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import {
  type ActionClient,
  type Client,
  type ClientGoalHandle,
  goalStatus,
  qosProfiles,
  type RosNode,
  whyNotServing,
} from '@efferent/ros';
import {
  type ParameterType,
  parsePredicate,
  rehearsalVerdicts,
  type SkillContract,
  type SkillResource,
} from '@efferent/skills';
import type { Belief } from './belief/belief.ts';
import { classOf } from './belief/object-track.ts';
import type { SkillCall, SkillObstacle, SkillOutcome } from './task/environment.ts';

type ExecuteSkill = 'efferent_interfaces/action/ExecuteSkill';
type SkillArgument = MessageTypes['efferent_interfaces/msg/SkillArgument'];
type ContractMessage = MessageTypes['efferent_interfaces/msg/SkillContract'];

const serverTimeoutMs = 5000;
const acceptTimeoutMs = 5000;
const cancelTimeoutMs = 10_000;
/** A robot whose planner takes longer than this is asked no more about that step, ms. */
const checkTimeoutMs = 15_000;
const holdPollMs = 100;
/** Beyond the skill's own limit before its server counts as gone, ms. */
const resultSlackMs = 10_000;

/** Sends skills to one robot's skill server and cancels them when asked to. */
export class RobotClient {
  readonly namespace: string;
  readonly #node: RosNode;
  readonly #skills: ActionClient<ExecuteSkill>;
  readonly #list: Client<'efferent_interfaces/srv/ListSkills'>;
  readonly #check: Client<'efferent_interfaces/srv/CheckSkill'>;
  #gate: MessageTypes['efferent_interfaces/msg/GateStatus'] | undefined;
  #isLocked = false;
  #holds = 0;
  #told: readonly SkillContract[] | undefined;

  /** @param namespace - e.g. `/stretch` */
  constructor(node: RosNode, namespace: string) {
    this.#node = node;
    this.namespace = namespace;
    this.#skills = node.createActionClient(
      'efferent_interfaces/action/ExecuteSkill',
      `${namespace}/execute_skill`,
    );
    this.#list = node.createClient('efferent_interfaces/srv/ListSkills', `${namespace}/list_skills`);
    this.#check = node.createClient('efferent_interfaces/srv/CheckSkill', `${namespace}/check_skill`);
    node.createSubscription(
      'efferent_interfaces/msg/GateStatus',
      `${namespace}/gate/status`,
      { qos: qosProfiles.latched },
      (status) => {
        const wasHeld = this.#isHeld;
        this.#gate = status;
        if (this.#isHeld && !wasHeld) this.#holds += 1;
      },
    );
    node.createSubscription(
      'efferent_interfaces/msg/GestureControlStatus',
      `${namespace}/gesture_control/status`,
      { qos: qosProfiles.default },
      ({ stop_state: state }) => {
        this.#isLocked = state === 'locked';
      },
    );
  }

  /** How often a person has held the robot at its gate: paused it, or driven it themselves. */
  get holds(): number {
    return this.#holds;
  }

  /** Whether somebody has locked the robot by gestures. */
  get isLocked(): boolean {
    return this.#isLocked;
  }

  /** Whether Stop is pressed, or somebody has locked the robot by gestures: both are for good. */
  get isStopped(): boolean {
    return this.#isLocked || (this.#gate?.stopped ?? false);
  }

  /**
   * Waits while a person holds the robot; not while it is stopped, which ends a task.
   * @param onPhase - hears what is waited for
   */
  async whileHeld(onPhase: (phase: string) => void, signal: AbortSignal): Promise<void> {
    if (this.#isHeld && !this.isStopped) onPhase('wait until the person lets it go on');
    while (this.#isHeld && !this.isStopped) await this.#node.sleep(holdPollMs, signal);
    signal.throwIfAborted();
  }

  get #isHeld(): boolean {
    return this.#gate !== undefined && (this.#gate.agent_paused || this.#gate.source === 'human');
  }

  /** The robot's skills when it was last asked with success. */
  get skills(): readonly SkillContract[] | undefined {
    return this.#told;
  }

  /** Asks for the robot's skills; undefined when its skill server does not answer. */
  async listSkills(): Promise<readonly SkillContract[] | undefined> {
    try {
      if (!(await this.#list.waitForService(serverTimeoutMs))) return undefined;
      const { skills } = await this.#list.sendRequestAsync({}, { timeoutMs: serverTimeoutMs });
      this.#told = skills.flatMap((message) => this.#contract(message));
      return this.#told;
    } catch (error) {
      this.#node.logger.warn('skills-unlisted', { robot: this.namespace, error });
      return undefined;
    }
  }

  /** Runs one skill to its end. Never throws for what the skill or its server does; aborting cancels it and waits. */
  async execute(
    call: SkillCall,
    limitS: number,
    belief: Belief,
    onPhase: (phase: string) => void,
    signal: AbortSignal,
  ): Promise<SkillOutcome> {
    const beganNs = this.#node.clock.nowNs();
    const failed = (failureCode: string, message: string): SkillOutcome => ({
      success: false,
      failureCode,
      message,
      elapsedS: Number(this.#node.clock.nowNs() - beganNs) / 1e9,
    });
    try {
      if (!(await this.#skills.waitForServer(serverTimeoutMs)))
        return failed('unavailable', `the skill server of ${this.namespace} is not there`);
      const goal = {
        skill: call.skill,
        arguments: Object.entries(call.arguments).map(([name, value]) => skillArgument(belief, name, value)),
        time_limit_s: 0,
      };
      const handle = await this.#skills.sendGoal(goal, {
        timeoutMs: acceptTimeoutMs,
        onFeedback: (feedback) => onPhase(feedback.phase),
      });
      if (!handle.accepted) {
        const reason = await whyNotServing(this.#node, this.#skills.actionName);
        const because = reason === undefined ? '' : `; ${reason}`;
        return failed('unavailable', `the skill server of ${this.namespace} refused ${call.skill}${because}`);
      }
      return await this.#result(handle, limitS, signal, failed);
    } catch (error) {
      this.#node.logger.warn('skill-unanswered', { skill: call.skill, error });
      return failed('unavailable', `${call.skill} gave no answer: ${describeError(error)}`);
    }
  }

  /**
   * Has the robot plan a skill without moving.
   *
   * @returns why there is no way to do it; undefined where there is one, and where nobody can tell
   */
  async rehearse(call: SkillCall, belief: Belief): Promise<SkillObstacle | undefined> {
    try {
      if (!(await this.#check.waitForService(0))) return undefined;
      const request = {
        skill: call.skill,
        arguments: Object.entries(call.arguments).map(([name, value]) => skillArgument(belief, name, value)),
        things: belief.tracker
          .objects()
          .filter((track) => track.state === 'confirmed' && track.heldBy === undefined)
          .map((track) => skillArgument(belief, 'thing', track.id)),
      };
      const { verdict, failure_code, message } = await this.#check.sendRequestAsync(request, {
        timeoutMs: checkTimeoutMs,
      });
      return verdict === rehearsalVerdicts.infeasible ? { code: failure_code, message } : undefined;
    } catch (error) {
      this.#node.logger.warn('skill-not-rehearsed', { skill: call.skill, error });
      return undefined;
    }
  }

  async #result(
    handle: ClientGoalHandle<ExecuteSkill>,
    limitS: number,
    signal: AbortSignal,
    failed: (code: string, message: string) => SkillOutcome,
  ): Promise<SkillOutcome> {
    const cancel = () => {
      handle
        .cancelGoal({ timeoutMs: cancelTimeoutMs })
        .catch((error: unknown) => this.#node.logger.warn('cancel-failed', { error }));
    };
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    try {
      const { status, result } = await handle.getResult({ timeoutMs: limitS * 1000 + resultSlackMs });
      if (status === goalStatus.canceled && result.failure_code === '')
        return failed('cancelled', 'it was cancelled');
      const success = result.success && status === goalStatus.succeeded;
      const code = result.failure_code === '' && !success ? 'failed' : result.failure_code;
      return {
        success,
        failureCode: success ? '' : code,
        message: result.message,
        elapsedS: result.elapsed_s,
      };
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  #contract(message: ContractMessage): readonly SkillContract[] {
    try {
      return [
        {
          name: message.name,
          description: message.description,
          parameters: message.parameters.map((parameter) => ({
            name: parameter.name,
            types: parameter.type.split(/[^a-z]+/).filter(Boolean) as ParameterType[],
            required: parameter.required,
            description: parameter.description,
          })),
          preconditions: message.preconditions.map(parsePredicate),
          effects: message.effects.map(parsePredicate),
          failureCodes: message.failure_codes,
          resources: message.resources as SkillResource[],
          timeLimitS: message.time_limit_s,
        },
      ];
    } catch (error) {
      // A skill that states things outside the vocabulary cannot be planned with; the others can.
      this.#node.logger.warn('skill-ignored', { skill: message.name, error });
      return [];
    }
  }
}

/** Adds where the belief has a named object; furniture is in the robot's own map. */
function skillArgument(belief: Belief, name: string, value: string) {
  const track = belief.tracker.find(value);
  if (track === undefined || track.state !== 'confirmed')
    return { name, value } satisfies Partial<SkillArgument>;
  const [x, y, z] = track.positionM;
  const [qx, qy, qz, qw] = track.orientation;
  return {
    name,
    value,
    object_class: classOf(track),
    pose: {
      header: { frame_id: 'map' },
      pose: { position: { x, y, z }, orientation: { x: qx, y: qy, z: qz, w: qw } },
    },
    size: { x: track.sizeM[0], y: track.sizeM[1], z: track.sizeM[2] },
  };
}
