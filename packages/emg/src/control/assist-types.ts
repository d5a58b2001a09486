/** What an assisting robot knows of its own shape; section `assist` of a mapping. */
export interface AssistSettings {
  /** Base: full speed from here on, and none below, m. */
  readonly slowFromM: number;
  readonly stopAtM: number;
  /** The base's half width, and how far it reaches ahead and behind, m. */
  readonly halfWidthM: number;
  readonly frontM: number;
  readonly rearM: number;
  /** Frame between the fingers. */
  readonly toolFrame: string;
  /** The joint that reaches out, along a direction of the base, and the one that lifts. */
  readonly reachJoint: string;
  readonly reachAlong: readonly [number, number];
  readonly liftJoint: string;
  /** The joint that turns the hand about the vertical, positive to the left; none turns where there is none. */
  readonly wristJoint: string | undefined;
  /** Things farther from the hand than this are not aligned with, m. */
  readonly alignWithinM: number;
}

/** A thing that was detected. */
export interface SeenThing {
  readonly name: string;
  /** Its centre in the base frame, m. */
  readonly centerM: readonly [number, number, number];
  /** Horizontal direction of its long axis in the base frame, unit; undefined where it is as wide as long. */
  readonly axis?: readonly [number, number] | undefined;
}

/** What the robot sees about itself now, in its base frame, m. */
export interface Surroundings {
  /** Points of the newest laser scan. */
  readonly obstacles: readonly (readonly [number, number])[];
  readonly toolM: readonly [number, number, number] | undefined;
  /** Horizontal direction in which the fingers point, unit. */
  readonly pointing?: readonly [number, number] | undefined;
  readonly things: readonly SeenThing[];
}

/** How a motion is helped along. */
export interface Help {
  /** On the motion's speed, [0, 1]. */
  readonly factor: number;
  /** What moves beside it: the lift, m/s, the base, m/s, */
  readonly liftMps: number;
  readonly baseMps: number;
  /** And the wrist, rad/s. */
  readonly wristRadps: number;
  /** In words for the person; empty where nothing is changed. */
  readonly note: string;
}

export const noHelp: Help = { factor: 1, liftMps: 0, baseMps: 0, wristRadps: 0, note: '' };
