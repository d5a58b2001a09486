import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, describeError, parseWithSchema, parseYaml } from '@efferent/core';
import { z } from 'zod';
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

const activeGestures = gestureNames.filter((name) => name !== 'rest') as [GestureName, ...GestureName[]];
const activeGesture = z.enum(activeGestures, { error: `expected a gesture: ${activeGestures.join(', ')}` });

const motion = z
  .strictObject({
    base: z.enum(['linear', 'angular']).optional(),
    joint: z.string().min(1).optional(),
    speed_mps: z.number().optional(),
    speed_radps: z.number().optional(),
  })
  .superRefine((value, context) => {
    const problem = (message: string) => context.addIssue({ code: 'custom', message });
    if ((value.base === undefined) === (value.joint === undefined)) problem('give either base or joint');
    if ((value.speed_mps === undefined) === (value.speed_radps === undefined)) {
      problem('give either speed_mps or speed_radps');
    }
    if (value.base === 'linear' && value.speed_mps === undefined) problem('base: linear needs speed_mps');
    if (value.base === 'angular' && value.speed_radps === undefined)
      problem('base: angular needs speed_radps');
    if ((value.speed_mps ?? value.speed_radps) === 0) problem('a speed of 0 moves nothing');
  });

const mode = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z-]*$/, 'expected kebab-case, e.g. lift-arm'),
    motions: z.partialRecord(activeGesture, motion),
    actions: z.partialRecord(activeGesture, z.enum(['next-mode', 'toggle-level', 'hand-back'])),
  })
  .superRefine((value, context) => {
    for (const gesture of Object.keys(value.motions)) {
      if (!(gesture in value.actions)) continue;
      context.addIssue({
        code: 'custom',
        path: ['actions', gesture],
        message: 'this gesture already moves something',
      });
    }
    if (!Object.values(value.actions).includes('next-mode')) {
      context.addIssue({ code: 'custom', path: ['actions'], message: 'no gesture leads to the next-mode' });
    }
  });

const schema = z.strictObject({
  levels: z
    .record(z.string(), z.number().positive().max(1))
    .refine((levels) => Object.keys(levels).length > 0, 'give at least one level'),
  ramp: z.strictObject({ length_s: z.number().positive().max(3), decay: z.number().min(1) }),
  action_hold_s: z.number().min(0.1).max(5),
  take_over: z
    .strictObject({
      gesture: activeGesture,
      hold_s: z.number().min(0.5, 'taking over must be deliberate: hold at least 0.5 s').max(5),
      confirm_gesture: activeGesture,
      confirm_hold_s: z.number().min(0.2).max(5),
      confirm_within_s: z.number().min(1).max(10),
      resume_gesture: activeGesture,
      resume_hold_s: z.number().min(0.5).max(5),
    })
    .superRefine((value, context) => {
      const names = [value.gesture, value.confirm_gesture, value.resume_gesture];
      if (new Set(names).size === names.length) return;
      context.addIssue({
        code: 'custom',
        message: 'gesture, confirm_gesture and resume_gesture must be three different gestures',
      });
    }),
  modes: z
    .array(mode)
    .min(1)
    .superRefine((modes, context) => {
      modes.forEach((value, i) => {
        if (modes.findIndex((other) => other.name === value.name) === i) return;
        context.addIssue({ code: 'custom', path: [i, 'name'], message: `a second mode "${value.name}"` });
      });
    }),
});

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

function motionOf(given: z.output<typeof motion>): GestureMotion {
  const topSpeed = given.speed_mps ?? given.speed_radps ?? 0;
  return given.base === undefined ? { joint: given.joint ?? '', topSpeed } : { base: given.base, topSpeed };
}
