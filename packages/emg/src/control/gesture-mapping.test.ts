import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  bundledMappingPath,
  loadGestureMapping,
  mappingPath,
  parseGestureMapping,
} from './gesture-mapping.ts';

const text = readFileSync(bundledMappingPath('stretch'), 'utf8');

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
    'give either base or joint, or back_out: true',
  ],
  [
    'a turn in m/s',
    '{ base: angular, speed_radps: 0.5 }',
    '{ base: angular, speed_mps: 0.5 }',
    'needs speed_radps',
  ],
  ['no motion at all', 'speed_mps: 0.25', 'speed_mps: 0', 'm.yaml: modes.0.motions.wextend: a speed of 0'],
  ['a gesture with two meanings', 'open: next-mode', 'wflex: next-mode', 'm.yaml: modes.0.actions.wflex: '],
  [
    'a mode that cannot be left',
    'open: next-mode',
    'open: toggle-level',
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
  ['broken YAML', 'levels:', 'levels: [', 'm.yaml:7: not YAML'],
  [
    'a motion by the runstop gesture',
    'wextend: { base: linear',
    'grip: { base: linear',
    'm.yaml: modes.0.motions.grip: "grip" is reserved for the runstop',
  ],
  [
    'a mode change by the runstop gesture',
    'open: next-mode',
    'grip: next-mode',
    'm.yaml: modes.0.actions.grip: "grip" is reserved for the runstop',
  ],
  [
    'the runstop gesture in the menu',
    'gesture: open\n  dwell',
    'gesture: grip\n  dwell',
    'm.yaml: scan.gesture: "grip" is reserved for the runstop',
  ],
  [
    'the runstop gesture as confirmation',
    'confirm_gesture: pronate',
    'confirm_gesture: grip',
    'm.yaml: take_over.confirm_gesture: "grip" is reserved for the runstop',
  ],
  [
    'several gestures without a runstop',
    'runstop: # a clenched fist stops and locks; it means nothing else in this file\n  gesture: grip\n  hold_s: 0.25 # motion stops with the first fist; a moment of wrong decisions locks nothing\n',
    '',
    'm.yaml: (whole file): runstop is missing',
  ],
  [
    'a joint of unknown speed',
    'joints: [joint_lift,',
    'joints: [joint_head_pan,',
    'm.yaml: back_out.joints.0: no motion moves "joint_head_pan"',
  ],
  [
    'backing out faster than the motion',
    'speed_factor: 0.5',
    'speed_factor: 1.0',
    'm.yaml: back_out.speed_factor: backing out is slower',
  ],
  [
    'two kinds of modes',
    '  - name: wrist\n    motions:',
    '  - name: wrist\n    scanned: { up: { joint: joint_wrist_pitch, speed_radps: 0.6 } }\n    motions:',
    'm.yaml: modes.2: give either scanned, or motions and actions',
  ],
])('%s is refused by file and field', (_, from, to, message) => {
  expect(text).toContain(from);
  expect(() => parseGestureMapping(text.replace(from, to), 'm.yaml')).toThrowError(message);
});

test('a missing file says what to give', async () => {
  await expect(loadGestureMapping('/nowhere/m.yaml')).rejects.toMatchObject({ code: 'unreadable-mapping' });
});

test('a bundled mapping is named by its whole name or its variant, any other text is a file', () => {
  for (const name of ['', 'stretch'])
    expect(mappingPath('stretch', name)).toBe(bundledMappingPath('stretch'));
  for (const name of ['five', 'stretch-five'])
    expect(mappingPath('stretch', name)).toBe(bundledMappingPath('stretch', 'five'));
  for (const file of ['stretch-six', 'two.yaml', './two', 'stretch-../two'])
    expect(mappingPath('stretch', file)).toBe(file);
});
