import type { Vector3 } from '@efferent/core';

/** Where a statement of the belief comes from. */
export type Source = 'map' | 'detection' | 'effect' | 'memory';

/**
 * The world graph at one moment, as plain data: what planners, language models, messages and the viewer are given.
 *
 * Its nodes are rooms, fixtures (furniture's surfaces, containers and parts that move), places, objects and robots; what
 * holds between them is in `relations`, with what holds an object also at the object.
 */
export interface BeliefView {
  readonly timeS: number;
  readonly rooms: readonly RoomView[];
  readonly objects: readonly ObjectView[];
  readonly fixtures: readonly FixtureView[];
  readonly places: readonly PlaceView[];
  readonly robots: readonly RobotView[];
  readonly relations: readonly RelationView[];
  /** Things that a task speaks of and that are not among the objects. */
  readonly expected: readonly ExpectedThing[];
}

export interface RoomView {
  readonly id: string;
  readonly label: string;
  readonly names: readonly string[];
  /** Corners in `map`, m. */
  readonly minM: readonly [number, number];
  readonly maxM: readonly [number, number];
}

export type RelationName = 'in' | 'on' | 'held-by' | 'part-of' | 'behind' | 'inside-room' | 'near';

/** One edge of the world graph. */
export interface RelationView {
  readonly subject: string;
  readonly relation: RelationName;
  /** Id of what the subject is in, on, near, … */
  readonly object: string;
  /** [0, 1] */
  readonly confidence: number;
  /** When it was last found to be so, s; 0 for what the map says. */
  readonly stampS: number;
  readonly source: Source;
}

/** One hypothesis about where a thing is. */
export interface PlaceChance {
  /** Id of a surface or container; empty for somewhere else. */
  readonly place: string;
  /** [0, 1]; over all places and somewhere else they sum to 1. */
  readonly probability: number;
  /** What speaks for it: common sense and the map, a sighting, or earlier tasks. */
  readonly source: Source;
}

/** A thing that was not seen yet. */
export interface ExpectedThing {
  /** Classes that it may have. */
  readonly classNames: readonly string[];
  /** The likeliest places, likeliest first. */
  readonly likelyPlaces: readonly PlaceChance[];
}

export interface ObjectView {
  readonly id: string;
  readonly className: string;
  /** As its class names it; empty when that says none. */
  readonly color: string;
  /** Room that it is in; empty when unknown. */
  readonly room: string;
  readonly source: Source;
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
  /** Where it may be while it is missing or not sure, likeliest first; empty for what is known. */
  readonly likelyPlaces: readonly PlaceChance[];
}

export interface FixtureView {
  readonly id: string;
  readonly label: string;
  readonly names: readonly string[];
  readonly furnitureId: string;
  readonly room: string;
  readonly kind: string;
  readonly isSurface: boolean;
  readonly isContainer: boolean;
  /** A door or a drawer; a button does not open. */
  readonly opens: boolean;
  /** Whether a robot that drives can stand at it. */
  readonly hasAccess: boolean;
  readonly state: 'open' | 'closed' | 'unknown' | 'fixed';
  /** Probability that `state` is still so, [0.5, 1]; 1 for what cannot open. */
  readonly stateConfidence: number;
  /** The articulation that must be open to get at it. */
  readonly behind: string | undefined;
  /** Share of it that was in clear view lately, [0, 1]. */
  readonly seenShare: number;
  /** The same, from so near that small things between others are found. */
  readonly closelySeenShare: number;
  /** How well what lies in or on it is known, [0, 1]: what was seen of it, fading with time. */
  readonly contentsKnown: number;
  /** Share of its floor that known things cover, [0, 1]. */
  readonly fill: number;
  readonly positionM: Vector3;
  readonly sizeM: Vector3;
}

export interface PlaceView {
  readonly id: string;
  readonly label: string;
  readonly names: readonly string[];
  readonly positionM: Vector3;
  readonly furnitureId: string | undefined;
  /** Whether somebody is there: the map says so, or a face was seen. */
  readonly hasPerson: boolean;
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
