import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bundledMappingPath, loadGestureMapping, parseGestureMapping } from './gesture-mapping.ts';

const text = readFileSync(bundledMappingPath('stretch'), 'utf8');

test("the Stretch's mapping reaches base, lift, arm, wrist and gripper in both directions", async () => {
  const mapping = await loadGestureMapping(bundledMappingPath('stretch'));
  expect(mapping.modes.map(({ name }) => name)).toEqual(['drive', 'lift-arm', 'wrist', 'gripper']);
  const directions = new Set(
    mapping.modes.flatMap(({ motions }) =>
      Object.values(motions).map(
        (motion) => `${'joint' in motion ? motion.joint : motion.base} ${Math.sign(motion.topSpeed)}`,
      ),
    ),
  );
  for (const axis of [
    'linear',
    'angular',
    'joint_lift',
    'wrist_extension',
    'joint_wrist_yaw',
    'joint_wrist_pitch',
    'joint_wrist_roll',
    'gripper_aperture',
  ]) {
    expect([...directions]).toContain(`${axis} 1`);
    expect([...directions]).toContain(`${axis} -1`);
  }
});

test.each([
  [
    'an unknown gesture',
    'wextend: { base: linear',
    'clench: { base: linear',
    'm.yaml: modes.0.motions.clench: unknown field; expected one of "grip", ',
  ],
  [
    'rest as a motion',
    'wextend: { base: linear',
    'rest: { base: linear',
    'm.yaml: modes.0.motions.rest: unknown field; expected one of "grip", ',
  ],
  [
    'a motion of nothing',
    '{ base: linear, speed_mps: 0.25 }',
    '{ speed_mps: 0.25 }',
    'give either base or joint',
  ],
  [
    'a turn in m/s',
    '{ base: angular, speed_radps: 0.5 }',
    '{ base: angular, speed_mps: 0.5 }',
    'needs speed_radps',
  ],
  ['no motion at all', 'speed_mps: 0.25', 'speed_mps: 0', 'm.yaml: modes.0.motions.wextend: a speed of 0'],
  ['a gesture with two meanings', 'tripod: next-mode', 'wflex: next-mode', 'm.yaml: modes.0.actions.wflex: '],
  [
    'a mode that cannot be left',
    'tripod: next-mode',
    'tripod: toggle-level',
    'm.yaml: modes.0.actions: no gesture',
  ],
  ['two modes of one name', 'name: wrist', 'name: drive', 'm.yaml: modes.2.name: a second mode "drive"'],
  ['a level above full speed', 'coarse: 1.0', 'coarse: 1.5', 'm.yaml: levels.coarse: '],
  [
    'an instant take-over',
    'hold_s: 1.0',
    'hold_s: 0.1',
    'm.yaml: take_over.hold_s: taking over must be deliberate',
  ],
  ['an unknown field', 'ramp:', 'rampe:', 'm.yaml: rampe: unknown field'],
  ['broken YAML', 'levels:', 'levels: [', 'm.yaml:6: not YAML'],
])('%s is refused by file and field', (_, from, to, message) => {
  expect(text).toContain(from);
  expect(() => parseGestureMapping(text.replace(from, to), 'm.yaml')).toThrowError(message);
});

test('a missing file says what to give', async () => {
  await expect(loadGestureMapping('/nowhere/m.yaml')).rejects.toMatchObject({ code: 'unreadable-mapping' });
});
