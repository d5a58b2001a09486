import { rpyFromQuaternion, type Transform } from '@efferent/core';
import type { SkillContract } from '../contract.ts';
import type { SkillArgumentValue } from '../skill-arguments.ts';
import { SkillFailure } from '../skill-failure.ts';

/** What placeholders are filled from when a skill runs. */
export interface TemplateSource {
  argument(name: string): SkillArgumentValue | undefined;
  /** Where the named thing is: its believed pose, else its place in the map. */
  mapFromThing(value: SkillArgumentValue): Transform;
  /** Where the base stands for the named thing. */
  mapFromStand(value: SkillArgumentValue): Transform;
  mapFromBase(): Transform;
  /** ROS time, s. */
  nowS(): number;
}

interface Attribute {
  /** A value of the same form, for checks at load. */
  readonly sample: unknown;
  fill(value: SkillArgumentValue, source: TemplateSource): unknown;
}

const origin = { x: 0, y: 0, z: 0 };
const samplePose = { position: origin, orientation: { ...origin, w: 1 } };
const stamped = (pose: unknown, source?: TemplateSource) => ({
  header: { frame_id: 'map', stamp: stampOf(source?.nowS() ?? 0) },
  pose,
});
const ofThing = (sample: unknown, take: (mapFromThing: Transform) => unknown): Attribute => ({
  sample,
  fill: (value, source) => take(source.mapFromThing(value)),
});

/** What `$(name.attribute)` gives of an argument. */
const attributes: Readonly<Record<string, Attribute>> = {
  text: { sample: 'text', fill: ({ value }) => value },
  class: { sample: 'text', fill: ({ objectClass, value }) => (objectClass === '' ? value : objectClass) },
  number: { sample: 1, fill: numberOf },
  pose: ofThing(samplePose, poseOf),
  pose_stamped: {
    sample: stamped(samplePose),
    fill: (value, source) => stamped(poseOf(source.mapFromThing(value)), source),
  },
  position: ofThing(origin, (thing) => poseOf(thing).position),
  orientation: ofThing(samplePose.orientation, (thing) => poseOf(thing).orientation),
  x: ofThing(0, ({ translation }) => translation[0]),
  y: ofThing(0, ({ translation }) => translation[1]),
  z: ofThing(0, ({ translation }) => translation[2]),
  yaw: ofThing(0, ({ rotation }) => rpyFromQuaternion(rotation)[2]),
  size: {
    sample: origin,
    fill: ({ sizeM }) => ({ x: sizeM?.[0] ?? 0, y: sizeM?.[1] ?? 0, z: sizeM?.[2] ?? 0 }),
  },
  stand: { sample: samplePose, fill: (value, source) => poseOf(source.mapFromStand(value)) },
  stand_stamped: {
    sample: stamped(samplePose),
    fill: (value, source) => stamped(poseOf(source.mapFromStand(value)), source),
  },
};

/** Placeholders that need no argument. */
const facts: Readonly<Record<string, { readonly sample: unknown; fill(source: TemplateSource): unknown }>> = {
  now: { sample: stampOf(0), fill: (source) => stampOf(source.nowS()) },
  'robot.pose': { sample: samplePose, fill: (source) => poseOf(source.mapFromBase()) },
  'robot.pose_stamped': {
    sample: stamped(samplePose),
    fill: (source) => stamped(poseOf(source.mapFromBase()), source),
  },
};

const whole = /^\$\(([^)]*)\)$/;
const anywhere = /\$\(([^)]*)\)/g;

/**
 * Fills a template. A string that is one placeholder becomes its value, and is left out when the argument is not given;
 * inside other text it is written as text.
 *
 * @throws {@link SkillFailure} code `invalid-argument` when an argument is not what a placeholder needs
 */
export function fillTemplate(template: unknown, source: TemplateSource): unknown {
  return walk(template, (word) => fillWord(word, source));
}

/**
 * Fills a template with values of the right form, so that it can be checked against its type before any goal.
 *
 * @param onProblem - gets a path into the template and what is wrong there
 */
export function sampleTemplate(
  template: unknown,
  contract: SkillContract,
  onProblem: (path: string, reason: string) => void,
): unknown {
  return walk(template, (word, path) => {
    const problem = problemOf(word, contract);
    if (problem !== undefined) onProblem(path, problem);
    const [name = '', attribute = 'text'] = splitWord(word);
    return facts[word]?.sample ?? attributes[attribute]?.sample ?? name;
  });
}

/** Writes a pose as geometry_msgs/msg/Pose has it. */
export function poseOf({ translation: [x, y, z], rotation: [qx, qy, qz, qw] }: Transform) {
  return { position: { x, y, z }, orientation: { x: qx, y: qy, z: qz, w: qw } };
}

function walk(template: unknown, fill: (word: string, path: string) => unknown, path = ''): unknown {
  if (typeof template === 'string') {
    const word = whole.exec(template)?.[1];
    if (word !== undefined) return fill(word, path);
    return template.replace(anywhere, (_match, inner: string) => textOf(fill(inner, path)));
  }
  if (Array.isArray(template)) return template.map((item, index) => walk(item, fill, `${path}[${index}]`));
  if (typeof template !== 'object' || template === null) return template;
  const entries = Object.entries(template).map(
    ([key, value]) => [key, walk(value, fill, path === '' ? key : `${path}.${key}`)] as const,
  );
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

const textOf = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);

const splitWord = (word: string): readonly string[] => word.split('.');

function fillWord(word: string, source: TemplateSource): unknown {
  const fact = facts[word];
  if (fact !== undefined) return fact.fill(source);
  const [name = '', attribute = 'text'] = splitWord(word);
  const value = source.argument(name);
  return value === undefined ? undefined : attributes[attribute]!.fill(value, source);
}

function problemOf(word: string, contract: SkillContract): string | undefined {
  if (facts[word] !== undefined) return undefined;
  const [name = '', attribute = 'text', ...more] = splitWord(word);
  const names = contract.parameters.map((parameter) => parameter.name);
  if (!names.includes(name))
    return `"$(${word})": ${contract.name} has no parameter "${name}"; there are: ${[...names, ...Object.keys(facts)].join(', ')}`;
  if (attributes[attribute] === undefined || more.length > 0)
    return `"$(${word})": ${name} has no "${[attribute, ...more].join('.')}"; it has: ${Object.keys(attributes).join(', ')}`;
  return undefined;
}

function numberOf({ name, value }: SkillArgumentValue): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isFinite(number)) return number;
  throw new SkillFailure('invalid-argument', `"${name}" must be a number, got "${value}"`);
}

function stampOf(timeS: number): { readonly sec: number; readonly nanosec: number } {
  const sec = Math.floor(timeS);
  return { sec, nanosec: Math.min(999_999_999, Math.round((timeS - sec) * 1e9)) };
}
