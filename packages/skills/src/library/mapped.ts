import { ContractError, describeError, Transform } from '@efferent/core';
import { messageFromPlain } from '@efferent/interfaces';
import type { SkillContract } from '../contract.ts';
import { fillTemplate, type TemplateSource } from '../mapping/goal-template.ts';
import type {
  MappedAction,
  MappedBackend,
  MappedMoveIt,
  MappedService,
  MappedTopic,
} from '../mapping/mapping-schema.ts';
import { type MoveItTarget, shifted } from '../mapping/moveit-goal.ts';
import { feedbackReader, holds, judgeResult } from '../mapping/result-rule.ts';
import { moveByMoveIt } from '../moveit-motion.ts';
import type { SkillArguments } from '../skill-arguments.ts';
import type { SkillBody } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import { resolveTarget } from '../targets.ts';
import { standFor } from './navigate.ts';
import type { SkillImplementation } from './skill.ts';

/** Feedback is passed on this often at most, s. */
const feedbackPeriodS = 0.5;
const defaultPositionToleranceM = 0.01;

/** Makes a skill that a server of the user's does, as `skills.yaml` describes it. */
export function mappedSkill(contract: SkillContract, chosen: MappedBackend): SkillImplementation {
  return (body, values) => {
    switch (chosen.backend) {
      case 'action-client':
        return byAction(contract, chosen, body, values);
      case 'service-client':
        return byService(contract, chosen, body, values);
      case 'topic':
        return byTopic(contract, chosen, body, values);
      case 'moveit':
        return byMoveIt(contract, chosen, body, values);
    }
  };
}

async function byAction(
  contract: SkillContract,
  chosen: MappedAction,
  body: SkillBody,
  values: SkillArguments,
): Promise<string> {
  const read = feedbackReader(chosen.feedback ?? {});
  let reportedS = Number.NEGATIVE_INFINITY;
  const { status, result } = await body.servers.callAction({
    action: chosen.action,
    type: chosen.type,
    goal: filled(chosen.goal, `${chosen.type}_Goal`, body, values),
    limitS: chosen.timeout_s ?? contract.timeLimitS,
    serverWaitS: chosen.server_wait_s,
    cancelWaitS: chosen.cancel_wait_s,
    halt: chosen.halt,
    onFeedback: (feedback) => {
      const { progress, message } = read(feedback);
      if (body.nowS() - reportedS < feedbackPeriodS) return;
      reportedS = body.nowS();
      body.report(contract.name, progress, message);
    },
  });
  return judgeResult(chosen.result ?? {}, contract, chosen.action, status, result);
}

async function byService(
  contract: SkillContract,
  chosen: MappedService,
  body: SkillBody,
  values: SkillArguments,
): Promise<string> {
  const response = await body.servers.callService({
    service: chosen.service,
    type: chosen.type,
    request: filled(chosen.request, `${chosen.type}_Request`, body, values),
    limitS: chosen.timeout_s ?? contract.timeLimitS,
    serverWaitS: chosen.server_wait_s,
  });
  return judgeResult(chosen.result ?? {}, contract, chosen.service, 'succeeded', response);
}

async function byTopic(
  contract: SkillContract,
  chosen: MappedTopic,
  body: SkillBody,
  values: SkillArguments,
): Promise<string> {
  const { until } = chosen;
  const isDone = (message: object): boolean => {
    if (until === undefined) return true;
    const { success: _success, ...rule } = until;
    if (until.failure?.every((condition) => holds(condition, message)) === true)
      judgeResult(rule, contract, until.topic, 'aborted', message);
    return until.success.every((condition) => holds(condition, message));
  };
  const last = await body.servers.converse({
    topic: chosen.topic,
    type: chosen.type,
    message: filled(chosen.message, chosen.type, body, values),
    rateHz: chosen.rate_hz,
    stop: chosen.stop === undefined ? undefined : filled(chosen.stop, chosen.type, body, values),
    ...(until === undefined ? {} : { until: { topic: until.topic, type: until.type, isDone } }),
    limitS: chosen.timeout_s ?? contract.timeLimitS,
    serverWaitS: chosen.server_wait_s,
  });
  return until === undefined
    ? `told ${chosen.topic}`
    : judgeResult(until, contract, until.topic, 'succeeded', last);
}

async function byMoveIt(
  contract: SkillContract,
  chosen: MappedMoveIt,
  body: SkillBody,
  values: SkillArguments,
): Promise<string> {
  return await moveByMoveIt(body, chosen, targetOf(chosen.goal, body, values), {}, contract);
}

function targetOf(goal: MappedMoveIt['goal'], body: SkillBody, values: SkillArguments): MoveItTarget {
  if ('positions' in goal) return { positions: [goal.positions] };
  if ('named_pose' in goal) {
    const pose = body.model.manifest.poses[goal.named_pose];
    const arm = body.model.manifest.groups.arm ?? [];
    const positions = Object.fromEntries(Object.entries(pose ?? {}).filter(([name]) => arm.includes(name)));
    return { positions: [positions] };
  }
  const pose = messageFromPlain(fillTemplate(goal.pose, sourceOf(body, values)), 'geometry_msgs/msg/Pose');
  const { position: p, orientation: q } = pose as {
    readonly position: { readonly x: number; readonly y: number; readonly z: number };
    readonly orientation: { readonly x: number; readonly y: number; readonly z: number; readonly w: number };
  };
  const mapFromLink = shifted(
    new Transform([p.x, p.y, p.z], [q.x, q.y, q.z, q.w]),
    goal.offset_m ?? [0, 0, 0],
  );
  return {
    link: goal.link,
    baseFromLink: body.mapFromBase().inverse().multiply(mapFromLink),
    positionToleranceM: goal.position_tolerance_m ?? defaultPositionToleranceM,
    orientationToleranceRad: goal.orientation_tolerance_rad,
  };
}

/** Fills a template. @throws {@link SkillFailure} code `invalid-argument` when an argument does not fit a field */
function filled(template: unknown, typeName: string, body: SkillBody, values: SkillArguments): object {
  const plain = fillTemplate(template ?? {}, sourceOf(body, values));
  try {
    return messageFromPlain(plain, typeName);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    throw new SkillFailure('invalid-argument', describeError(error), error);
  }
}

const sourceOf = (body: SkillBody, values: SkillArguments): TemplateSource => ({
  argument: (name) => values.get(name),
  mapFromThing: (value) => {
    if (value.mapFromThing !== undefined) return value.mapFromThing;
    const target = resolveTarget(body, value, body.mapFromBase().translation, body.openings);
    return new Transform(target.centerM, [0, 0, 0, 1]);
  },
  mapFromStand: (value) => standFor(body, value).goal,
  mapFromBase: () => body.mapFromBase(),
  nowS: () => body.nowS(),
});
