import { messageFromPlain } from '@efferent/interfaces';
import type { SkillContract } from './contract.ts';
import type { MoveItSettings } from './mapping/mapping-schema.ts';
import { type MoveItTarget, moveAction, moveGroupGoal, moveGroupType } from './mapping/moveit-goal.ts';
import { fittingCode } from './mapping/result-rule.ts';
import { moveItCodes, moveItErrorName } from './mapping/server-codes.ts';
import type { MoveOptions, SkillBody } from './skill-body.ts';
import { SkillFailure } from './skill-failure.ts';

/** A planned motion may take this long when nothing is said, s. */
const motionLimitS = 60;

/**
 * Lets MoveIt plan the arm's way to one of several configurations and follow it.
 *
 * @param goals - actuator positions, order of `model.actuators`, m or rad
 * @throws {@link SkillFailure} the failure code of MoveIt's error number
 */
export async function moveArmByMoveIt(
  body: SkillBody,
  settings: MoveItSettings,
  goals: readonly Float64Array[],
  options: MoveOptions,
): Promise<void> {
  const names = body.model.manifest.groups.arm ?? [];
  const positions = goals.map((goal) =>
    Object.fromEntries(names.map((name) => [name, goal[body.model.actuatorIndex(name)]!])),
  );
  await moveByMoveIt(body, settings, { positions }, options);
}

/**
 * Lets MoveIt plan and carry out a motion.
 *
 * @param contract - of the skill that is nothing but this motion; its codes are then used
 * @returns what was done, in words
 * @throws {@link SkillFailure} the failure code of MoveIt's error number, `unavailable` or `time-out`
 */
export async function moveByMoveIt(
  body: SkillBody,
  settings: MoveItSettings,
  target: MoveItTarget,
  { speed, until }: MoveOptions = {},
  contract?: SkillContract,
): Promise<string> {
  const action = settings.action ?? moveAction;
  const goal = moveGroupGoal(settings, target, body.model.manifest.frames.base, speed);
  let state = '';
  const { status, result, isEnough } = await body.servers.callAction({
    action,
    type: moveGroupType,
    goal: messageFromPlain(goal, `${moveGroupType}_Goal`),
    limitS: settings.timeout_s ?? contract?.timeLimitS ?? motionLimitS,
    serverWaitS: settings.server_wait_s,
    cancelWaitS: settings.cancel_wait_s,
    halt: settings.halt ?? controllersOf(body),
    until,
    onFeedback: (feedback) => {
      const now = String((feedback as { readonly state?: unknown }).state ?? '');
      if (now !== state) body.report('move', 0, now);
      state = now;
    },
  });
  if (status === 'succeeded' || isEnough) return `${settings.group} moved by ${action}`;
  const { val = 0, message = '' } =
    (result as { readonly error_code?: { readonly val?: number; readonly message?: string } }).error_code ??
    {};
  const code = settings.codes?.[val] ?? moveItCodes[val] ?? 'blocked';
  const name = val === 0 ? status : moveItErrorName(val);
  throw new SkillFailure(
    contract === undefined ? code : fittingCode(contract, code),
    `${action}: ${name}${message === '' ? '' : `, ${message}`}`,
  );
}

/** MoveIt's motions run on these; they go on when it is gone. */
const controllersOf = (body: SkillBody): readonly string[] =>
  Object.keys(body.model.manifest.groups).map((group) => `${group}_controller/follow_joint_trajectory`);
