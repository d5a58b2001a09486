import type { Transform, Vector3 } from '@efferent/core';
import type { PriorMap, RobotModel } from '@efferent/robot';
import type { HandPosture } from './geometry.ts';
import type { MoveItSettings } from './mapping/mapping-schema.ts';
import type { UserServers } from './user-servers.ts';

/** One detection in `map`. */
export interface MapSighting {
  readonly className: string;
  readonly score: number;
  /** Centre and axes of its box; z up. */
  readonly mapFromThing: Transform;
  /** Extent along its own axes, m. */
  readonly sizeM: Vector3;
  /** Of a person: which part of the body, e.g. `head`. */
  readonly bodyPart?: string;
}

/** The detections of one picture. */
export interface SightingSet {
  readonly stampS: number;
  readonly sightings: readonly MapSighting[];
}

/** Surface points of one depth picture. */
export interface DepthPoints {
  readonly stampS: number;
  /** `[n, 3]`, row-major, `map` frame, m; thinned out. */
  readonly pointsM: Float64Array;
}

/** Positions by actuator name, m or rad. */
export type ActuatorTargets = Readonly<Record<string, number>>;

/** A joint path: way-points of actuator positions, order of `model.actuators`; the first is where the robot is. */
export type ActuatorPath = readonly Float64Array[];

export interface MoveOptions {
  /** Share of the speed limits, (0, 1]; 1 by default. */
  readonly speed?: number;
  /** End early, and well, when this says so; asked at 20 Hz. */
  readonly until?: () => boolean;
}

export interface PolicyRequest {
  readonly policy: string;
  readonly className: string;
  readonly mapFromThing: Transform;
  readonly sizeM: Vector3;
  /** Height of what the thing stands on, m; undefined when nothing is known. */
  readonly supportM: number | undefined;
  readonly timeLimitS: number;
}

export interface PolicyOutcome {
  readonly success: boolean;
  readonly failureCode: string;
  readonly message: string;
}

/** What the gripper holds, as far as the skill that grasped it measured. */
export interface CarriedThing {
  readonly className: string;
  readonly kind: HandPosture;
  /** Box around it in the tool's frame, m. */
  readonly toolFromBox: Transform;
  readonly sizeM: Vector3;
  /** How far its lowest point was below the tool when it was grasped, m. */
  readonly belowToolM: number;
}

/**
 * The robot as skills see it: what it feels and sees, and motions that end. Skills are written against this, so that
 * they run in tests without ROS. Every method that waits rejects with a {@link SkillFailure} when the goal is cancelled
 * (`cancelled`), runs out of time (`time-out`) or the gate holds the robot (`stopped`); the robot then stands still.
 */
export interface SkillBody {
  readonly model: RobotModel;
  readonly map: PriorMap;
  /** Remembered from skill to skill; undefined when no skill of this process has grasped anything. */
  carried: CarriedThing | undefined;
  /** Where drawers and doors were when they were last moved or looked at, by id, m or rad; those left out are taken as closed. */
  readonly openings: ReadonlyMap<string, number>;
  /** Remembers where a drawer or door is, from skill to skill and for navigation. @param position - m or rad */
  rememberOpening(articulationId: string, position: number): void;
  /** ROS time, s. */
  nowS(): number;
  sleep(durationS: number): Promise<void>;
  /** Positions of `model.actuators`, m or rad; a copy. */
  actuatorPositions(): Float64Array;
  /** Position of one actuator, m or rad. */
  position(actuator: string): number;
  /** Effort of one actuator, N or N m; positive pushes towards larger positions. */
  effort(actuator: string): number;
  mapFromBase(): Transform;
  /** Newest detections. */
  sightings(): SightingSet;
  /** Newest depth picture's points. */
  depthPoints(): DepthPoints;
  /** Follows a joint path of the arm (and what else it moves). Fails `blocked` when the arm does not get there. */
  followPath(path: ActuatorPath, options?: MoveOptions): Promise<void>;
  /** Moves named actuators straight to targets, all arriving together. Fails `blocked`. */
  moveActuators(targets: ActuatorTargets, options?: MoveOptions): Promise<void>;
  /** Like {@link moveActuators} for the gripper, whose way may be blocked by what it grips: ends when it stands still. */
  moveGripper(apertureM: number): Promise<void>;
  /** Drives to a base pose in `map` through `navigate_to_pose`. Fails with a {@link DriveFailure}, or `time-out`. */
  driveTo(mapFromBaseGoal: Transform): Promise<void>;
  /** Sends base velocity for one control period. */
  sendBaseVelocity(linearMps: number, angularRadS: number): void;
  /** Sends actuator velocities for one control period, m/s or rad/s. */
  sendJog(velocities: ActuatorTargets): void;
  /** Servers that the user has. */
  readonly servers: UserServers;
  /** The user's MoveIt, when the arm's ways are planned by it. */
  readonly armPlanner: MoveItSettings | undefined;
  runPolicy(request: PolicyRequest): Promise<PolicyOutcome>;
  /** Shows the gripper's planned way, `map` frame. */
  showPath(mapFromTool: readonly Transform[]): void;
  /** Tells the caller what is going on. @param progress - [0, 1] */
  report(phase: string, progress: number, message?: string): void;
}

/** What planning needs of a body: where it is and what it sees, no motion. */
export type PlanningBody = Pick<
  SkillBody,
  'model' | 'map' | 'openings' | 'mapFromBase' | 'actuatorPositions' | 'depthPoints'
>;
