import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, describeError, parseWithSchema, parseYaml } from '@efferent/core';
import type { GestureName } from '../gestures.ts';
import type { AssistSettings } from './assist-types.ts';
import { type ModeEntry, type MotionEntry, mappingSchema } from './mapping-schema.ts';

/** What moves while a gesture is held. Top speeds are signed, m/s or rad/s. */
export type GestureMotion =
  | { readonly base: 'linear' | 'angular'; readonly topSpeed: number }
  | { readonly joint: string; readonly topSpeed: number }
  | { readonly backOut: true };

/** What a gesture does once, when it has been held long enough. */
export type GestureAction = 'next-mode' | 'toggle-level' | 'hand-back' | 'menu';

export interface ControlMode {
  readonly name: string;
  readonly motions: Readonly<Partial<Record<GestureName, GestureMotion>>>;
  readonly actions: Readonly<Partial<Record<GestureName, GestureAction>>>;
  /** Motions that are offered one after the other, by their labels; empty where gestures move directly. */
  readonly scanned: readonly { readonly label: string; readonly motion: GestureMotion }[];
}

/** The held, confirmed gestures that take the robot from the agent. */
export interface TakeOverSettings {
  readonly gesture: GestureName;
  readonly holdS: number;
  readonly confirmGesture: GestureName;
  readonly confirmHoldS: number;
  readonly confirmWithinS: number;
  /** Held for `resumeHoldS` while the agent is paused, lets the agent go on. */
  readonly resumeGesture: GestureName;
  readonly resumeHoldS: number;
}

/** From gestures to motion, for one robot. */
export interface GestureMapping {
  /** Factors on top speeds by level, in the order in which `toggle-level` goes through them. */
  readonly levels: readonly { readonly name: string; readonly factor: number }[];
  readonly ramp: { readonly lengthS: number; readonly decay: number };
  /** Speed rises with this power of effort: what is more than 1 makes weak contractions slower. */
  readonly effortExponent: number;
  readonly actionHoldS: number;
  /** Without a gesture for so long gestures move nothing until they are re-armed, s; never where it is undefined. */
  readonly sleepAfterS: number | undefined;
  /** Within so much of a face a motion begins with its gesture made twice, m: everywhere where it is infinite. */
  readonly beginTwice: { readonly nearFaceM: number } | undefined;
  /** Held for `holdS`, stops and locks; means nothing else anywhere. A mapping of one gesture has none. */
  readonly runstop: { readonly gesture: GestureName; readonly holdS: number } | undefined;
  /** The gesture that chooses from the menu, how long each choice is offered, and how long choosing takes. */
  readonly scan: { readonly gesture: GestureName; readonly dwellS: number; readonly pressHoldS: number };
  /** How much motion is taken back, how much slower, and of which joints; the gripper stays as it is. */
  readonly backOut: {
    readonly lengthS: number;
    readonly speedFactor: number;
    readonly joints: readonly string[];
  };
  /** The menu does it where there is none. */
  readonly takeOver: TakeOverSettings | undefined;
  /** What the robot has to know of itself to assist; without it there is no assistance. */
  readonly assist: AssistSettings | undefined;
  readonly modes: readonly ControlMode[];
}

/**
 * Returns where a robot's mapping is kept in this package.
 * @param variant - `five` or `two` for a person with so many classes; empty for ten
 */
export function bundledMappingPath(robotId: string, variant = ''): string {
  const name = variant === '' ? robotId : `${robotId}-${variant}`;
  return join(import.meta.dirname, '..', '..', 'mappings', `${name}.yaml`);
}

/**
 * Returns the mapping file that a user names: a bundled one by its whole name or its variant (`stretch-five`, `five`), or a path.
 *
 * @param given - empty takes the robot's own
 */
export function mappingPath(robotId: string, given: string): string {
  const isOwn = given === robotId || given.startsWith(`${robotId}-`);
  const variant = isOwn ? given.slice(robotId.length + 1) : given;
  const bundled = bundledMappingPath(robotId, variant);
  return variant === '' || (/^[a-z]+$/.test(variant) && existsSync(bundled)) ? bundled : given;
}

/** Lists the gestures that mean something in a mapping. */
export function gesturesOf({ runstop, scan, takeOver, modes }: GestureMapping): readonly GestureName[] {
  const names = modes.flatMap(({ motions, actions }) => [...Object.keys(motions), ...Object.keys(actions)]);
  const asked =
    takeOver === undefined ? [] : [takeOver.gesture, takeOver.confirmGesture, takeOver.resumeGesture];
  const stops = runstop === undefined ? [] : [runstop.gesture];
  return [...new Set([...stops, scan.gesture, ...asked, ...(names as GestureName[])])];
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
  const document = parseWithSchema(mappingSchema, parseYaml(text, file), file);
  const { ramp, runstop, scan, back_out: backOut, take_over: takeOver, begin_twice: beginTwice } = document;
  return {
    levels: Object.entries(document.levels).map(([name, factor]) => ({ name, factor })),
    ramp: { lengthS: ramp.length_s, decay: ramp.decay },
    effortExponent: document.effort_exponent,
    actionHoldS: document.action_hold_s,
    sleepAfterS: document.sleep_after_s,
    beginTwice: beginTwice && { nearFaceM: beginTwice.near_face_m ?? Number.POSITIVE_INFINITY },
    runstop: runstop && { gesture: runstop.gesture, holdS: runstop.hold_s },
    scan: { gesture: scan.gesture, dwellS: scan.dwell_s, pressHoldS: scan.press_hold_s },
    backOut: {
      lengthS: backOut.length_s,
      speedFactor: backOut.speed_factor,
      joints: backOut.joints,
    },
    takeOver: takeOver && {
      gesture: takeOver.gesture,
      holdS: takeOver.hold_s,
      confirmGesture: takeOver.confirm_gesture,
      confirmHoldS: takeOver.confirm_hold_s,
      confirmWithinS: takeOver.confirm_within_s,
      resumeGesture: takeOver.resume_gesture,
      resumeHoldS: takeOver.resume_hold_s,
    },
    assist: document.assist && {
      slowFromM: document.assist.slow_from_m,
      stopAtM: document.assist.stop_at_m,
      halfWidthM: document.assist.half_width_m,
      frontM: document.assist.front_m,
      rearM: document.assist.rear_m,
      toolFrame: document.assist.tool_frame,
      reachJoint: document.assist.reach_joint,
      reachAlong: document.assist.reach_along,
      liftJoint: document.assist.lift_joint,
      wristJoint: document.assist.wrist_joint,
      alignWithinM: document.assist.align_within_m,
    },
    modes: document.modes.map(modeOf),
  };
}

function modeOf({ name, motions, actions, scanned }: ModeEntry): ControlMode {
  return {
    name,
    actions: actions ?? {},
    motions: Object.fromEntries(
      Object.entries(motions ?? {}).map(([gesture, given]) => [gesture, motionOf(given)]),
    ) as Partial<Record<GestureName, GestureMotion>>,
    scanned: Object.entries(scanned ?? {}).map(([label, given]) => ({ label, motion: motionOf(given) })),
  };
}

function motionOf(given: MotionEntry): GestureMotion {
  const topSpeed = given.speed_mps ?? given.speed_radps ?? 0;
  if (given.base !== undefined) return { base: given.base, topSpeed };
  return given.joint === undefined ? { backOut: true } : { joint: given.joint, topSpeed };
}
