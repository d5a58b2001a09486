import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ConfigurationError,
  describeError,
  finiteNumber,
  matching,
  nonEmptyList,
  nonEmptyString,
  parseWithSchema,
  parseYaml,
  positiveNumber,
  record,
  strictObject,
} from '@efferent/core';
import * as v from 'valibot';
import { type GestureName, gestureNames } from '../gestures.ts';

/** What a gesture moves while it is held. */
export type GestureMotion =
  | { readonly base: 'linear' | 'angular'; readonly topSpeed: number }
  | { readonly joint: string; readonly topSpeed: number };

/** What a gesture does once, when it has been held long enough. */
export type GestureAction = 'next-mode' | 'toggle-level' | 'hand-back';

export interface ControlMode {
  readonly name: string;
  /** Signed top speeds in m/s or rad/s. */
  readonly motions: Readonly<Partial<Record<GestureName, GestureMotion>>>;
  readonly actions: Readonly<Partial<Record<GestureName, GestureAction>>>;
}

/** From gestures to motion, for one robot. */
export interface GestureMapping {
  /** Factors on top speeds by level, in the order in which `toggle-level` goes through them. */
  readonly levels: readonly { readonly name: string; readonly factor: number }[];
  readonly ramp: { readonly lengthS: number; readonly decay: number };
  readonly actionHoldS: number;
  readonly takeOver: {
    readonly gesture: GestureName;
    readonly holdS: number;
    readonly confirmGesture: GestureName;
    readonly confirmHoldS: number;
    readonly confirmWithinS: number;
    /** Held for `resumeHoldS` while the agent is paused, lets the agent go on. */
    readonly resumeGesture: GestureName;
    readonly resumeHoldS: number;
  };
  readonly modes: readonly ControlMode[];
}

const activeGesture = v.picklist(gestureNames.filter((name) => name !== 'rest'));
const between = (least: number, most: number) => v.pipe(finiteNumber, v.minValue(least), v.maxValue(most));

const motion = v.pipe(
  strictObject({
    base: v.optional(v.picklist(['linear', 'angular'])),
    joint: v.optional(nonEmptyString),
    speed_mps: v.optional(finiteNumber),
    speed_radps: v.optional(finiteNumber),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { value } = dataset;
    const problem = (message: string) => addIssue({ message });
    if ((value.base === undefined) === (value.joint === undefined)) problem('give either base or joint');
    if ((value.speed_mps === undefined) === (value.speed_radps === undefined)) {
      problem('give either speed_mps or speed_radps');
    }
    if (value.base === 'linear' && value.speed_mps === undefined) problem('base: linear needs speed_mps');
    if (value.base === 'angular' && value.speed_radps === undefined)
      problem('base: angular needs speed_radps');
    if ((value.speed_mps ?? value.speed_radps) === 0) problem('a speed of 0 moves nothing');
  }),
);

const mode = v.pipe(
  strictObject({
    name: v.pipe(v.string(), matching(/^[a-z][a-z-]*$/, 'kebab-case, e.g. lift-arm')),
    motions: record(activeGesture, motion),
    actions: record(activeGesture, v.picklist(['next-mode', 'toggle-level', 'hand-back'])),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const gesture of Object.keys(dataset.value.motions)) {
      if (!(gesture in dataset.value.actions)) continue;
      addIssue({
        path: pathTo(dataset.value, 'actions', gesture),
        message: 'this gesture already moves something',
      });
    }
  }),
  v.forward(
    v.check(
      ({ actions }) => Object.values(actions).includes('next-mode'),
      'no gesture leads to the next-mode',
    ),
    ['actions'],
  ),
);

const schema = strictObject({
  levels: v.pipe(
    record(v.string(), v.pipe(positiveNumber, v.maxValue(1))),
    v.check((levels) => Object.keys(levels).length > 0, 'give at least one level'),
  ),
  ramp: strictObject({
    length_s: v.pipe(positiveNumber, v.maxValue(3)),
    decay: v.pipe(finiteNumber, v.minValue(1)),
  }),
  action_hold_s: between(0.1, 5),
  take_over: v.pipe(
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
  ),
  modes: v.pipe(
    nonEmptyList(mode),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const modes = dataset.value;
      modes.forEach((value, i) => {
        if (modes.findIndex((other) => other.name === value.name) === i) return;
        addIssue({ path: pathTo(modes, i, 'name'), message: `a second mode "${value.name}"` });
      });
    }),
  ),
});

/** Names a field for an issue; problems are listed by the keys alone. */
function pathTo(
  input: unknown,
  first: string | number,
  ...others: readonly string[]
): [v.IssuePathItem, ...v.IssuePathItem[]] {
  const item = (key: string | number) =>
    ({ type: 'unknown', origin: 'value', input, key, value: undefined }) as const;
  return [item(first), ...others.map(item)];
}

/** Returns where a robot's mapping is kept in this package. */
export function bundledMappingPath(robotId: string): string {
  return join(import.meta.dirname, '..', '..', 'mappings', `${robotId}.yaml`);
}

/**
 * Reads a mapping file.
 * @throws {@link ConfigurationError} code `unreadable-mapping`, or `invalid-file` naming file and field
 */
export async function loadGestureMapping(file: string): Promise<GestureMapping> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new ConfigurationError({
      code: 'unreadable-mapping',
      message: `${file}: ${describeError(cause)}; expected a gesture mapping such as packages/emg/mappings/stretch.yaml`,
      fields: { file },
      cause,
    });
  }
  return parseGestureMapping(text, file);
}

/** Parses a mapping. @throws {@link ConfigurationError} code `invalid-file`, naming file and field or line */
export function parseGestureMapping(text: string, file: string): GestureMapping {
  const document = parseWithSchema(schema, parseYaml(text, file), file);
  const { ramp, take_over: takeOver } = document;
  return {
    levels: Object.entries(document.levels).map(([name, factor]) => ({ name, factor })),
    ramp: { lengthS: ramp.length_s, decay: ramp.decay },
    actionHoldS: document.action_hold_s,
    takeOver: {
      gesture: takeOver.gesture,
      holdS: takeOver.hold_s,
      confirmGesture: takeOver.confirm_gesture,
      confirmHoldS: takeOver.confirm_hold_s,
      confirmWithinS: takeOver.confirm_within_s,
      resumeGesture: takeOver.resume_gesture,
      resumeHoldS: takeOver.resume_hold_s,
    },
    modes: document.modes.map(({ name, motions, actions }) => ({
      name,
      actions,
      motions: Object.fromEntries(
        Object.entries(motions).map(([gesture, given]) => [gesture, motionOf(given)]),
      ) as Partial<Record<GestureName, GestureMotion>>,
    })),
  };
}

function motionOf(given: v.InferOutput<typeof motion>): GestureMotion {
  const topSpeed = given.speed_mps ?? given.speed_radps ?? 0;
  return given.base === undefined ? { joint: given.joint ?? '', topSpeed } : { base: given.base, topSpeed };
}
