import { type ConfigurationError, ContractError } from '@efferent/core';
import { interfaceRegistry, messageFromPlain } from '@efferent/interfaces';
import { allFailureCodes, type SkillContract } from '../contract.ts';
import { fieldOfType } from './field-path.ts';
import { sampleTemplate } from './goal-template.ts';
import type { ChosenBackend, Condition, MappedTopic, ResultRule } from './mapping-schema.ts';

/** A name without the namespace of the robot that has it. */
export const nameBelow = (robot: string, name: string): string =>
  name.startsWith(`/${robot}/`) ? name.slice(robot.length + 2) : name;

/** Says why a name cannot be mapped. */
export const ofTheDriver = (name: string): string =>
  `"${name}" belongs to the robot's driver, which only the command gate may command; use gate/agent/… or a controller`;

type Wrong = (field: string, reason: string) => ConfigurationError;

/** Names below a robot that only its command gate may use (docs/ros-graph.md, Driver), beside its trajectory action. */
const driverNames: ReadonlySet<string> = new Set([
  'cmd_vel',
  'joint_pose_cmd',
  'activate_streaming_position',
  'deactivate_streaming_position',
  'switch_to_position_mode',
  'switch_to_navigation_mode',
  'switch_to_trajectory_mode',
  'home_the_robot',
  'stow_the_robot',
]);

/**
 * Checks what a file says of a skill's backend against the types that it names and the skill's contract.
 *
 * @throws what `wrong` makes of the field and the reason
 */
export function checkMapped(
  robot: string,
  contract: SkillContract,
  chosen: ChosenBackend,
  wrong: Wrong,
): void {
  const checks = new MappingChecks(contract, wrong);
  if ('codes' in chosen) checks.codes('codes', chosen.codes);
  switch (chosen.backend) {
    case 'motion':
    case 'policy':
      return;
    case 'action-client': {
      checks.isNotTheDrivers('action', robot, chosen.action);
      if (!('type' in chosen)) return;
      checks.type('type', chosen.type);
      checks.template('goal', chosen.goal, `${chosen.type}_Goal`);
      for (const key of ['progress', 'remaining', 'message'] as const)
        checks.field(`feedback.${key}`, `${chosen.type}_Feedback`, chosen.feedback?.[key]);
      checks.result('result', `${chosen.type}_Result`, chosen.result);
      return;
    }
    case 'service-client':
      checks.isNotTheDrivers('service', robot, chosen.service);
      checks.type('type', chosen.type);
      checks.template('request', chosen.request, `${chosen.type}_Request`);
      checks.result('result', `${chosen.type}_Response`, chosen.result);
      return;
    case 'topic':
      checks.isNotTheDrivers('topic', robot, chosen.topic);
      checks.topic(chosen);
      return;
    case 'moveit':
      if ('pose' in chosen.goal) checks.template('goal.pose', chosen.goal.pose, 'geometry_msgs/msg/Pose');
  }
}

class MappingChecks {
  readonly #contract: SkillContract;
  readonly #wrong: Wrong;

  constructor(contract: SkillContract, wrong: Wrong) {
    this.#contract = contract;
    this.#wrong = wrong;
  }

  isNotTheDrivers(field: string, robot: string, name: string): void {
    if (driverNames.has(nameBelow(robot, name))) throw this.#wrong(field, ofTheDriver(name));
  }

  type(field: string, typeName: string): void {
    if (interfaceRegistry.has(typeName)) return;
    throw this.#wrong(
      field,
      `no interface is called "${typeName}"; source the workspace that has it, so that it is on AMENT_PREFIX_PATH`,
    );
  }

  template(field: string, template: unknown, typeName: string): void {
    const sample = sampleTemplate(template ?? {}, this.#contract, (path, reason) => {
      throw this.#wrong(path === '' ? field : `${field}.${path}`, reason);
    });
    try {
      messageFromPlain(sample, typeName);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      const inner = String(error.fields.field ?? '');
      throw this.#wrong(inner === '' ? field : `${field}.${inner}`, error.message);
    }
  }

  field(field: string, typeName: string, path: string | undefined): void {
    if (path === undefined) return;
    const found = fieldOfType(typeName, path);
    if (typeof found === 'string') throw this.#wrong(field, found);
    if (found.type.includes('/') || found.array !== undefined)
      throw this.#wrong(
        field,
        `"${path}" is a ${found.type}${found.array ? '[]' : ''}; name one of its parts`,
      );
  }

  codes(field: string, codes: Readonly<Record<string, string>> | undefined): void {
    for (const [number, code] of Object.entries(codes ?? {})) this.#code(`${field}.${number}`, code);
  }

  result(field: string, typeName: string, rule: ResultRule | undefined): void {
    if (rule === undefined) return;
    this.conditions(`${field}.success`, typeName, rule.success);
    this.field(`${field}.error_code`, typeName, rule.error_code);
    this.field(`${field}.message`, typeName, rule.message);
    if (rule.codes !== undefined && rule.error_code === undefined)
      throw this.#wrong(`${field}.codes`, 'needs error_code, the field that has the number');
    this.codes(`${field}.codes`, rule.codes);
    if (rule.otherwise !== undefined) this.#code(`${field}.otherwise`, rule.otherwise);
  }

  topic({ type, message, stop, until }: MappedTopic): void {
    this.type('type', type);
    this.template('message', message, type);
    this.template('stop', stop, type);
    if (until === undefined) return;
    this.type('until.type', until.type);
    this.result('until', until.type, until);
    this.conditions('until.failure', until.type, until.failure);
  }

  conditions(field: string, typeName: string, conditions: readonly Condition[] | undefined): void {
    for (const [index, condition] of (conditions ?? []).entries())
      this.field(`${field}.${index}.field`, typeName, condition.field);
  }

  #code(field: string, code: string): void {
    const codes = allFailureCodes(this.#contract);
    if (!codes.includes(code))
      throw this.#wrong(
        field,
        `${this.#contract.name} has no failure code "${code}"; it has: ${codes.join(', ')}`,
      );
  }
}
