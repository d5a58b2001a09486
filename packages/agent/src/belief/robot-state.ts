import { distance3, rotateVector, Transform, type Vector3 } from '@efferent/core';

/** What does not change of a robot. */
export interface RobotBody {
  /** Namespace, e.g. `/stretch`. */
  readonly name: string;
  /** How far its tool gets from its base, m; undefined for a robot that drives to where it works. */
  readonly fixedReachM?: number | undefined;
  /** Where a fixed base stands, known before anything is measured. */
  readonly mapFromStand?: Transform | undefined;
}

/** What the belief knows of one robot's body. */
export interface RobotState extends RobotBody {
  mapFromBase: Transform;
  mapFromTool: Transform;
  apertureM: number;
  /** Effort of the aperture, N: negative while the fingers press on what is between them. */
  gripEffortN: number;
  /** Newest joint state, s; -Infinity before the first. */
  jointStampS: number;
  /** Since when the fingers have been shut on nothing, s; undefined while they are not. */
  emptySinceS: number | undefined;
  /** The vertical when the fingers closed on what they hold, in the frame of the tool; undefined before any grasp. */
  gripUp: Vector3 | undefined;
  /** When the hand last moved, s. */
  movedS: number;
  /** Where the hand has been since then. */
  restsAtM: Vector3;
}

/** Aperture below which nothing that this robot can pick is between the fingers, m. */
export const emptyApertureM = 0.0035;
/** Effort below which the fingers press on nothing, N. */
export const emptyEffortN = 1;
/** How long shut fingers must stay shut before a held object counts as dropped, s. */
const dropAfterS = 0.4;

export function newRobotState(body: RobotBody): RobotState {
  return {
    ...body,
    mapFromBase: body.mapFromStand ?? Transform.identity,
    mapFromTool: Transform.identity,
    apertureM: Number.NaN,
    gripEffortN: Number.NaN,
    jointStampS: Number.NEGATIVE_INFINITY,
    emptySinceS: undefined,
    gripUp: undefined,
    movedS: Number.NEGATIVE_INFINITY,
    restsAtM: [0, 0, 0],
  };
}

/** A hand that stays within this does not move, m. */
const restM = 0.01;

/** Takes in where the base and the tool are. */
export function observeBody(robot: RobotState, mapFromBase: Transform, mapFromTool: Transform): void {
  robot.mapFromBase = mapFromBase;
  robot.mapFromTool = mapFromTool;
  if (distance3(mapFromTool.translation, robot.restsAtM) <= restM) return;
  robot.restsAtM = mapFromTool.translation;
  robot.movedS = robot.jointStampS;
}

/** Takes note of how the hand is turned when the fingers begin to press on something. */
export function noteGrip(robot: RobotState): void {
  robot.gripUp = rotateVector(robot.mapFromTool.inverse().rotation, [0, 0, 1]);
}

/** Takes in a joint state. Runs at joint state rate; does not allocate. */
export function observeGripper(robot: RobotState, apertureM: number, effortN: number, nowS: number): void {
  robot.apertureM = apertureM;
  robot.gripEffortN = effortN;
  robot.jointStampS = nowS;
  if (apertureM > emptyApertureM) robot.emptySinceS = undefined;
  else robot.emptySinceS ??= nowS;
}

/** Says what the fingers feel: something, nothing, or too little is known. */
export function gripEvidence(robot: RobotState): 'holding' | 'empty' | 'unknown' {
  if (Number.isNaN(robot.apertureM)) return 'unknown';
  if (robot.apertureM <= emptyApertureM) return 'empty';
  if (Number.isNaN(robot.gripEffortN)) return 'unknown';
  return -robot.gripEffortN >= emptyEffortN ? 'holding' : 'empty';
}

/** Tells whether fingers have been shut on nothing for long enough to say that a held object is gone. */
export const hasDropped = (robot: RobotState): boolean =>
  robot.emptySinceS !== undefined && robot.jointStampS - robot.emptySinceS >= dropAfterS;
