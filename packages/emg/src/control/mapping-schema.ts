import {
  finiteNumber,
  matching,
  nonEmptyList,
  nonEmptyString,
  positiveNumber,
  record,
  strictObject,
} from '@efferent/core';
import * as v from 'valibot';
import { gestureNames } from '../gestures.ts';

/** How long a choice may be lit, s. */
export const dwellRangeS = [0.6, 10] as const;
/** After how long without a gesture gestures may fall asleep, s. */
export const sleepRangeS = [10, 600] as const;

const activeGesture = v.picklist(gestureNames.filter((name) => name !== 'rest'));
const between = (least: number, most: number) => v.pipe(finiteNumber, v.minValue(least), v.maxValue(most));

const motion = v.pipe(
  strictObject({
    base: v.optional(v.picklist(['linear', 'angular'])),
    joint: v.optional(nonEmptyString),
    back_out: v.optional(v.literal(true)),
    speed_mps: v.optional(finiteNumber),
    speed_radps: v.optional(finiteNumber),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { value } = dataset;
    const problem = (message: string) => addIssue({ message });
    const kinds = [value.base, value.joint, value.back_out].filter((kind) => kind !== undefined);
    if (kinds.length !== 1) problem('give either base or joint, or back_out: true');
    const speeds = [value.speed_mps, value.speed_radps].filter((speed) => speed !== undefined);
    if (value.back_out === true) {
      if (speeds.length > 0) problem('back_out takes its speed from the section back_out');
      return;
    }
    if (speeds.length !== 1) problem('give either speed_mps or speed_radps');
    if (value.base === 'linear' && value.speed_mps === undefined) problem('base: linear needs speed_mps');
    if (value.base === 'angular' && value.speed_radps === undefined)
      problem('base: angular needs speed_radps');
    if (speeds[0] === 0) problem('a speed of 0 moves nothing');
  }),
);

/** A motion as it stands in a file. */
export type MotionEntry = v.InferOutput<typeof motion>;

const label = v.pipe(v.string(), matching(/^[a-z][a-z -]*$/, 'lower-case words, e.g. turn left'));
const modeName = v.pipe(v.string(), matching(/^[a-z][a-z-]*$/, 'kebab-case, e.g. lift-arm'));

const mode = v.pipe(
  strictObject({
    name: modeName,
    motions: v.optional(record(activeGesture, motion)),
    actions: v.optional(
      record(activeGesture, v.picklist(['next-mode', 'toggle-level', 'hand-back', 'menu'])),
    ),
    scanned: v.optional(record(label, motion)),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { motions, actions, scanned } = dataset.value;
    if ((scanned === undefined) === (motions === undefined && actions === undefined)) {
      addIssue({ message: 'give either scanned, or motions and actions' });
    }
    if (scanned !== undefined && Object.keys(scanned).length === 0) {
      addIssue({ path: pathTo(dataset.value, 'scanned'), message: 'give at least one motion' });
    }
    for (const gesture of Object.keys(motions ?? {})) {
      if (!(gesture in (actions ?? {}))) continue;
      addIssue({
        path: pathTo(dataset.value, 'actions', gesture),
        message: 'this gesture already moves something',
      });
    }
  }),
);

/** A mode as it stands in a file. */
export type ModeEntry = v.InferOutput<typeof mode>;

const takeOver = v.pipe(
  strictObject({
    gesture: activeGesture,
    hold_s: v.pipe(
      finiteNumber,
      v.minValue(0.5, 'taking over must be deliberate: hold at least 0.5 s'),
      v.maxValue(5),
    ),
    confirm_gesture: activeGesture,
    confirm_hold_s: between(0.2, 5),
    confirm_within_s: between(1, 10),
    resume_gesture: activeGesture,
    resume_hold_s: between(0.5, 5),
  }),
  v.check(
    ({ gesture, confirm_gesture, resume_gesture }) =>
      new Set([gesture, confirm_gesture, resume_gesture]).size === 3,
    'gesture, confirm_gesture and resume_gesture must be three different gestures',
  ),
);

const beginTwice = v.pipe(
  strictObject({ near_face_m: v.optional(between(0.1, 3)), always: v.optional(v.literal(true)) }),
  v.check(
    ({ near_face_m, always }) => (near_face_m === undefined) !== (always === undefined),
    'give either near_face_m or always: true',
  ),
);

const assist = v.pipe(
  strictObject({
    slow_from_m: between(0.1, 3),
    stop_at_m: between(0.02, 1),
    half_width_m: positiveNumber,
    front_m: positiveNumber,
    rear_m: positiveNumber,
    tool_frame: nonEmptyString,
    reach_joint: nonEmptyString,
    reach_along: v.strictTuple([finiteNumber, finiteNumber]),
    lift_joint: nonEmptyString,
    wrist_joint: v.optional(nonEmptyString),
    align_within_m: between(0.05, 1),
  }),
  v.check((given) => given.stop_at_m < given.slow_from_m, 'stop_at_m must be below slow_from_m'),
);

const modes = v.pipe(
  nonEmptyList(mode),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const given = dataset.value;
    const isScanned = given[0]?.scanned !== undefined;
    given.forEach((value, i) => {
      if (given.findIndex((other) => other.name === value.name) !== i) {
        addIssue({ path: pathTo(given, i, 'name'), message: `a second mode "${value.name}"` });
      }
      if ((value.scanned !== undefined) !== isScanned) {
        addIssue({ path: pathTo(given, i), message: 'either all modes are scanned or none' });
      }
      const actions = Object.values(value.actions ?? {});
      if (isScanned || given.length === 1 || actions.includes('next-mode')) return;
      addIssue({ path: pathTo(given, i, 'actions'), message: 'no gesture leads to the next-mode' });
    });
    if (!isScanned && !given.some((value) => Object.values(value.actions ?? {}).includes('menu'))) {
      addIssue({ message: 'no gesture opens the menu, which answers questions and re-arms after a stop' });
    }
  }),
);

const fields = strictObject({
  levels: v.pipe(
    record(v.string(), v.pipe(positiveNumber, v.maxValue(1))),
    v.check((levels) => Object.keys(levels).length > 0, 'give at least one level'),
  ),
  ramp: strictObject({
    length_s: v.pipe(positiveNumber, v.maxValue(3)),
    decay: v.pipe(finiteNumber, v.minValue(1)),
  }),
  action_hold_s: between(0.1, 5),
  effort_exponent: v.optional(between(1, 3), 1),
  sleep_after_s: v.optional(between(...sleepRangeS)),
  begin_twice: v.optional(beginTwice),
  runstop: v.optional(strictObject({ gesture: activeGesture, hold_s: between(0.1, 1) })),
  scan: strictObject({
    gesture: activeGesture,
    dwell_s: between(...dwellRangeS),
    press_hold_s: between(0.1, 2),
  }),
  back_out: strictObject({
    length_s: between(0.5, 10),
    speed_factor: v.pipe(positiveNumber, v.maxValue(0.8, 'backing out is slower than what it takes back')),
    joints: v.array(nonEmptyString),
  }),
  take_over: v.optional(takeOver),
  assist: v.optional(assist),
  modes,
});

type MappingFields = v.InferOutput<typeof fields>;

/** The mapping file: fields, and what they must be to each other. */
export const mappingSchema = v.pipe(
  fields,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const mapping = dataset.value;
    const runstop = mapping.runstop?.gesture;
    const uses = listUses(mapping);
    if (runstop === undefined && new Set(uses.map(({ gesture }) => gesture)).size > 1) {
      addIssue({
        message: 'runstop is missing: a mapping of several gestures reserves one that only stops',
      });
    }
    for (const { gesture, path } of uses) {
      if (gesture !== runstop) continue;
      addIssue({
        path: pathTo(mapping, ...path),
        message: `"${gesture}" is reserved for the runstop and may mean nothing else`,
      });
    }
    if (mapping.take_over === undefined && mapping.modes[0]?.scanned === undefined) {
      addIssue({ message: 'take_over is missing: only the menu of scanned modes has its own way' });
    }
    mapping.back_out.joints.forEach((joint, i) => {
      if (motionsOf(mapping).some((given) => given.joint === joint)) return;
      addIssue({
        path: pathTo(mapping, 'back_out', 'joints', i),
        message: `no motion moves "${joint}", so its speed is unknown`,
      });
    });
  }),
);

function motionsOf({ modes: given }: MappingFields): readonly MotionEntry[] {
  return given.flatMap(({ motions, scanned }) => [
    ...Object.values(motions ?? {}),
    ...Object.values(scanned ?? {}),
  ]) as readonly MotionEntry[];
}

/** Lists every place at which a gesture means something, the runstop apart. */
function listUses(mapping: MappingFields): { gesture: string; path: [string, ...(string | number)[]] }[] {
  const { take_over: asked } = mapping;
  return [
    { gesture: mapping.scan.gesture, path: ['scan', 'gesture'] },
    ...(asked === undefined
      ? []
      : (['gesture', 'confirm_gesture', 'resume_gesture'] as const).map((key) => ({
          gesture: asked[key],
          path: ['take_over', key] as [string, string],
        }))),
    ...mapping.modes.flatMap(({ motions, actions }, i) =>
      Object.entries({ motions: motions ?? {}, actions: actions ?? {} }).flatMap(([part, given]) =>
        Object.keys(given).map((gesture) => ({
          gesture,
          path: ['modes', i, part, gesture] as [string, number, string, string],
        })),
      ),
    ),
  ];
}

/** Names a field for an issue; problems are listed by the keys alone. */
function pathTo(
  input: unknown,
  first: string | number,
  ...others: readonly (string | number)[]
): [v.IssuePathItem, ...v.IssuePathItem[]] {
  const item = (key: string | number) =>
    ({ type: 'unknown', origin: 'value', input, key, value: undefined }) as const;
  return [item(first), ...others.map(item)];
}
