import type { ParameterType, SkillContract, SkillParameter } from './contract.ts';
import { parsePredicate } from './predicate.ts';

const parameter = (
  name: string,
  types: readonly ParameterType[],
  description: string,
  required = true,
): SkillParameter => ({ name, types, required, description });

interface ContractText extends Omit<SkillContract, 'preconditions' | 'effects'> {
  readonly preconditions: readonly string[];
  readonly effects: readonly string[];
}

const contract = (text: ContractText): SkillContract => ({
  ...text,
  preconditions: text.preconditions.map(parsePredicate),
  effects: text.effects.map(parsePredicate),
});

/** The skill library: every skill that a robot of this repository may offer, by name. */
export const skillContracts: Readonly<Record<string, SkillContract>> = Object.fromEntries(
  [
    contract({
      name: 'navigate',
      description: 'Drive to a named place, or in front of a piece of furniture or an object.',
      parameters: [parameter('target', ['place', 'fixture', 'surface', 'object'], 'where to stand')],
      preconditions: [],
      effects: ['at(target)'],
      failureCodes: ['unreachable', 'blocked'],
      resources: ['base', 'arm'],
      timeLimitS: 90,
    }),
    contract({
      name: 'look',
      description:
        'Turn the head over a thing or a place until fresh pictures have covered it; drives nearer when it is out of view.',
      parameters: [parameter('target', ['place', 'fixture', 'surface', 'object'], 'what to look at')],
      preconditions: [],
      effects: ['inspected(target)'],
      failureCodes: ['unreachable', 'blocked', 'no-pictures'],
      resources: ['base', 'arm', 'head'],
      timeLimitS: 60,
    }),
    contract({
      name: 'pick',
      description: 'Drive to an object, grasp it, lift it and hold it close.',
      parameters: [parameter('object', ['object'], 'what to pick up; needs its last believed pose')],
      preconditions: ['hand-empty', 'known(object)', 'accessible(object)', 'reachable(object)'],
      effects: ['holding(object)', 'not hand-empty'],
      failureCodes: [
        'target-lost',
        'unreachable',
        'blocked',
        'too-wide',
        'grasp-failed',
        'dropped',
        'hand-full',
        'policy-failed',
      ],
      resources: ['base', 'arm', 'head'],
      timeLimitS: 120,
    }),
    contract({
      name: 'place-on',
      description: 'Put the held object down on a free spot of a surface, near a place when one is named.',
      parameters: [
        parameter('object', ['object'], 'what the gripper holds'),
        parameter('surface', ['surface', 'fixture'], 'table, counter, shelf board …'),
        parameter('near', ['place', 'object'], 'put it on the side that is nearest to this', false),
      ],
      preconditions: ['holding(object)', 'accessible(surface)', 'reachable(surface)'],
      effects: ['on(object, surface)', 'hand-empty', 'not holding(object)'],
      failureCodes: ['hand-empty', 'unreachable', 'blocked', 'no-free-spot', 'dropped', 'release-failed'],
      resources: ['base', 'arm', 'head'],
      timeLimitS: 120,
    }),
    contract({
      name: 'place-in',
      description: 'Release the held object inside an open container: bowl, bin, sink, drawer, fridge shelf.',
      parameters: [
        parameter('object', ['object'], 'what the gripper holds'),
        parameter('container', ['object', 'fixture'], 'what to put it in'),
      ],
      preconditions: ['holding(object)', 'known(container)', 'accessible(container)', 'reachable(container)'],
      effects: ['in(object, container)', 'hand-empty', 'not holding(object)'],
      failureCodes: [
        'hand-empty',
        'target-lost',
        'unreachable',
        'blocked',
        'too-wide',
        'no-free-spot',
        'dropped',
        'release-failed',
      ],
      resources: ['base', 'arm', 'head'],
      timeLimitS: 120,
    }),
    contract({
      name: 'open',
      description: 'Pull a drawer or a door open at its handle.',
      parameters: [parameter('fixture', ['fixture'], 'what to open')],
      preconditions: ['hand-empty', 'closed(fixture)', 'reachable(fixture)'],
      effects: ['open(fixture)', 'not closed(fixture)'],
      failureCodes: ['unreachable', 'blocked', 'grasp-failed', 'slipped', 'force-limit', 'hand-full'],
      resources: ['base', 'arm', 'head'],
      timeLimitS: 120,
    }),
    contract({
      name: 'close',
      description: 'Push a drawer or a door shut.',
      parameters: [parameter('fixture', ['fixture'], 'what to close')],
      preconditions: ['hand-empty', 'open(fixture)', 'reachable(fixture)'],
      effects: ['closed(fixture)', 'not open(fixture)'],
      failureCodes: ['unreachable', 'blocked', 'grasp-failed', 'slipped', 'force-limit', 'hand-full'],
      resources: ['base', 'arm', 'head'],
      timeLimitS: 120,
    }),
    contract({
      name: 'press',
      description: 'Press a button or a switch with the shut gripper.',
      parameters: [parameter('fixture', ['fixture'], 'the button or switch to press')],
      preconditions: ['hand-empty', 'reachable(fixture)'],
      effects: ['pressed(fixture)'],
      failureCodes: ['unreachable', 'blocked', 'force-limit', 'hand-full', 'not-pressed'],
      resources: ['base', 'arm', 'head'],
      timeLimitS: 120,
    }),
    contract({
      name: 'wipe',
      description: 'Move a held sponge or cloth over a spill, or over a surface, until it is wiped.',
      parameters: [
        parameter('tool', ['object'], 'what the gripper holds'),
        parameter('target', ['object', 'surface', 'fixture'], 'the spill or the surface to wipe'),
      ],
      preconditions: ['holding(tool)', 'accessible(target)', 'reachable(target)'],
      effects: ['wiped(target)'],
      failureCodes: ['hand-empty', 'target-lost', 'unreachable', 'blocked', 'dropped', 'force-limit'],
      resources: ['base', 'arm', 'head'],
      timeLimitS: 240,
    }),
    contract({
      name: 'offer',
      description:
        "Hold the held object upright before a person's face, as near as the robot may; the person closes the gap.",
      parameters: [
        parameter('object', ['object'], 'what the gripper holds'),
        parameter('to', ['place'], 'where the person is'),
      ],
      preconditions: ['holding(object)', 'reachable(to)'],
      effects: ['offered(object, to)'],
      failureCodes: ['hand-empty', 'target-lost', 'unreachable', 'blocked', 'dropped'],
      resources: ['base', 'arm', 'head'],
      timeLimitS: 120,
    }),
    contract({
      name: 'stow',
      description: 'Fold the arm over the base; a held object stays held.',
      parameters: [],
      preconditions: [],
      effects: ['stowed'],
      failureCodes: ['blocked'],
      resources: ['arm', 'head'],
      timeLimitS: 30,
    }),
  ].map((entry) => [entry.name, entry]),
);
