import type { Vector3 } from '@efferent/core';

/** What the belief says at one moment, as plain data: what planners and language models are given. */
export interface BeliefView {
  readonly timeS: number;
  readonly objects: readonly ObjectView[];
  readonly fixtures: readonly FixtureView[];
  readonly places: readonly PlaceView[];
  readonly robots: readonly RobotView[];
}

export interface ObjectView {
  readonly id: string;
  readonly className: string;
  /** Probability that it still is where it is believed to be, [0, 1]. */
  readonly confidence: number;
  /** Centre in `map`, m. */
  readonly positionM: Vector3;
  readonly sizeM: Vector3;
  readonly relation: 'on' | 'in' | 'held-by' | 'unknown';
  readonly support: string;
  /** Seconds since it was last seen. */
  readonly ageS: number;
  readonly visible: boolean;
  /** It existed, but is not where it was; its pose is not to be used. */
  readonly missing: boolean;
}

export interface FixtureView {
  readonly id: string;
  readonly label: string;
  readonly names: readonly string[];
  readonly furnitureId: string;
  readonly kind: string;
  readonly isSurface: boolean;
  readonly isContainer: boolean;
  readonly opens: boolean;
  /** Whether a robot that drives can stand at it. */
  readonly hasAccess: boolean;
  readonly state: 'open' | 'closed' | 'unknown' | 'fixed';
  /** The articulation that must be open to get at it. */
  readonly behind: string | undefined;
  /** Share of it that was in clear view lately, [0, 1]. */
  readonly seenShare: number;
  /** The same, from so near that small things between others are found. */
  readonly closelySeenShare: number;
  readonly positionM: Vector3;
  readonly sizeM: Vector3;
}

export interface PlaceView {
  readonly id: string;
  readonly label: string;
  readonly names: readonly string[];
  readonly positionM: Vector3;
  readonly furnitureId: string | undefined;
  /** Where things meant for this place are put. */
  readonly delivery: DeliveryArea | undefined;
}

/** A rectangle on a surface, in `map`. */
export interface DeliveryArea {
  readonly surfaceId: string;
  readonly centerM: readonly [number, number];
  readonly yawRad: number;
  readonly sizeM: readonly [number, number];
}

export interface RobotView {
  /** Namespace, e.g. `/stretch`. */
  readonly name: string;
  readonly positionM: Vector3;
  readonly yawRad: number;
  /** Id of the held object; empty when the gripper is empty. */
  readonly held: string;
  readonly place: string;
  /** How far from `positionM` it can work, m; undefined for a robot that drives to where it works. */
  readonly fixedReachM: number | undefined;
}
