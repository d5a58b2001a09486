import { describe, expect, it } from 'vitest';
import type { GestureName } from '../gestures.ts';
import type { ControlOutput } from './control-types.ts';
import { GestureController } from './gesture-controller.ts';
import {
  bundledMappingPath,
  type GestureMapping,
  type GestureMotion,
  gesturesOf,
  loadGestureMapping,
} from './gesture-mapping.ts';

/**
 * Drives every degree of freedom both ways through every bundled mapping, with nothing but decisions: a person who sees
 * the mode, or the choice that is lit, and holds a gesture.
 */
const periodS = 0.05;
const axes = [
  'linear',
  'angular',
  'joint_lift',
  'wrist_extension',
  'joint_wrist_yaw',
  'joint_wrist_pitch',
  'joint_wrist_roll',
  'gripper_aperture',
];

class Person {
  readonly controller: GestureController;
  readonly moved: string[] = [];
  elapsedS = 0;
  readonly #mapping: GestureMapping;
  #nowNs = 0n;

  constructor(mapping: GestureMapping) {
    this.#mapping = mapping;
    this.controller = new GestureController(mapping, periodS);
  }

  hold(gesture: GestureName, seconds: number): void {
    for (let i = 0; i < Math.round(seconds / periodS); i++) {
      this.#nowNs += 50_000_000n;
      this.elapsedS += periodS;
      const decision = { gesture, rejected: false, confidence: 1, effort: gesture === 'rest' ? 0 : 0.6 };
      for (const output of this.controller.decide(decision, 0n, this.#nowNs)) this.#note(output);
    }
  }

  /** Waits until a choice is lit and takes it. */
  choose(label: string, seconds: number): void {
    const limitS = this.elapsedS + 60;
    const isLit = () => {
      const { choices, litIndex, litProgress } = this.controller.status;
      return choices[litIndex] === label && litProgress > 0.25 && litProgress < 0.7;
    };
    while (!isLit()) {
      this.hold('rest', periodS);
      if (this.elapsedS > limitS) throw new Error(`"${label}" was never lit`);
    }
    this.hold(this.#mapping.scan.gesture, seconds);
    this.hold('rest', 0.4);
  }

  reachMode(name: string): void {
    for (let i = 0; i < this.#mapping.modes.length && this.controller.status.mode !== name; i++) {
      const mode = this.#mapping.modes.find((given) => given.name === this.controller.status.mode);
      const [gesture] =
        Object.entries(mode?.actions ?? {}).find(([, action]) => action === 'next-mode') ?? [];
      this.hold(gesture as GestureName, 0.8);
      this.hold('rest', 0.3);
    }
    expect(this.controller.status.mode).toBe(name);
  }

  #note(output: ControlOutput): void {
    if (output.kind === 'base' && output.linearMps !== 0)
      this.moved.push(`linear ${Math.sign(output.linearMps)}`);
    if (output.kind === 'base' && output.angularRadps !== 0)
      this.moved.push(`angular ${Math.sign(output.angularRadps)}`);
    if (output.kind === 'joint' && output.velocity !== 0)
      this.moved.push(`${output.joint} ${Math.sign(output.velocity)}`);
  }
}

const directionOf = (motion: GestureMotion) => {
  if ('backOut' in motion) return '';
  return `${'joint' in motion ? motion.joint : motion.base} ${Math.sign(motion.topSpeed)}`;
};

/** Performs one direction; returns what moved. */
function perform(mapping: GestureMapping, direction: string): { moved: Set<string>; elapsedS: number } {
  const person = new Person(mapping);
  for (const { name, motions, scanned } of mapping.modes) {
    const [gesture] = Object.entries(motions).find(([, motion]) => directionOf(motion) === direction) ?? [];
    const choice = scanned.find(({ motion }) => directionOf(motion) === direction);
    if (gesture !== undefined) {
      person.reachMode(name);
      person.hold(gesture as GestureName, 1);
    } else if (choice !== undefined) {
      person.choose(name, 0.5);
      person.choose(choice.label, 0.3);
      expect(person.moved, 'by the first of the two').toEqual([]);
      person.hold(mapping.scan.gesture, 1);
    } else continue;
    person.hold('rest', 0.5);
    return { moved: new Set(person.moved), elapsedS: person.elapsedS };
  }
  return { moved: new Set(), elapsedS: 0 };
}

describe.each([
  ['', 9],
  ['five', 5],
  ['two', 2],
] as const)('the bundled mapping "%s" of the Stretch', (variant, classes) => {
  const mapping = loadGestureMapping(bundledMappingPath('stretch', variant));

  it(`needs ${classes} classes, rest among them`, async () => {
    expect(gesturesOf(await mapping)).toHaveLength(classes - 1);
  });

  it.each(axes.flatMap((axis) => [`${axis} 1`, `${axis} -1`]))(
    'moves %s and nothing else',
    async (direction) => {
      const { moved, elapsedS } = perform(await mapping, direction);
      expect([...moved]).toEqual([direction]);
      expect(elapsedS).toBeLessThan(45);
    },
  );

  it('reaches the fine level', async () => {
    const given = await mapping;
    const person = new Person(given);
    const [mode, gesture] = given.modes.flatMap(({ name, actions }) =>
      Object.entries(actions).flatMap(([key, action]) =>
        action === 'toggle-level' ? [[name, key] as const] : [],
      ),
    )[0] ?? ['', ''];
    const menu = given.modes.find(({ actions }) => Object.values(actions).includes('menu'));
    if (gesture !== '') {
      person.reachMode(mode);
      person.hold(gesture as GestureName, 0.7);
    } else {
      if (menu !== undefined) {
        person.reachMode(menu.name);
        const [opens] = Object.entries(menu.actions).find(([, action]) => action === 'menu') ?? [];
        person.hold(opens as GestureName, 0.7);
        person.hold('rest', 0.3);
      }
      person.choose('fine speed', 0.5);
    }
    expect(person.controller.status.level).toBe('fine');
    expect(person.moved).toEqual([]);
  });
});
