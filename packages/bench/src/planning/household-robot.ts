import type { Vector3 } from '@efferent/core';
import { skillContracts } from '@efferent/skills';

/** What does not change of a robot of the household. */
export interface HouseholdRobotSpec {
  /** Namespace, e.g. `/stretch`. */
  readonly name: string;
  /** Names of its skills. */
  readonly skills: readonly string[];
  /** How far its tool gets from its base, m; undefined for a robot that drives to where it works. */
  readonly fixedReachM: number | undefined;
  /** Where it stands when the episode does not draw it: [x m, y m, yaw rad] in `map`. */
  readonly basePose: Vector3 | undefined;
  readonly camera: HouseholdCamera;
}

export interface HouseholdCamera {
  /** Focal length, pixels. */
  readonly focalPx: number;
  readonly heightM: number;
  /** Where one stands that has all in view that its robot reaches, in `map`; undefined for one that the robot turns. */
  readonly eyeM: Vector3 | undefined;
}

/** A robot that drives and has every skill of the library, with the camera of the Stretch. */
export const mobileManipulator: HouseholdRobotSpec = {
  name: '/stretch',
  skills: Object.keys(skillContracts),
  fixedReachM: undefined,
  basePose: undefined,
  camera: { focalPx: 233, heightM: 1.35, eyeM: undefined },
};

/** A robot of the symbolic world. */
export interface HouseholdRobot extends HouseholdRobotSpec {
  base: Vector3;
  toolM: Vector3;
  /** What its camera is turned to. */
  gazeM: Vector3;
  heldId: string;
  /** Something was lost from the hand: the fingers are shut on nothing. */
  hasLost: boolean;
}

/** Puts a robot at its start, with an empty hand, looking ahead. */
export function placeRobot(spec: HouseholdRobotSpec, drawnPose: Vector3): HouseholdRobot {
  const base = spec.basePose ?? drawnPose;
  const [x, y, yaw] = base;
  return {
    ...spec,
    base,
    toolM: [x, y, 1],
    gazeM: [x + Math.cos(yaw), y + Math.sin(yaw), 0.7],
    heldId: '',
    hasLost: false,
  };
}
