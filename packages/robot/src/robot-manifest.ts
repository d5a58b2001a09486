import {
  finiteNumber,
  matching,
  nonEmptyString as name,
  nonEmptyList,
  nonNegativeNumber,
  positiveInteger,
  positiveNumber,
  record,
  strictObject,
  vector2,
  vector3,
} from '@efferent/core';
import * as v from 'valibot';
import { peopleLimitsSchema } from './people-limits.ts';

const names = nonEmptyList(name);

const actuatorSchema = v.pipe(
  strictObject({
    name,
    /** One URDF joint, position for position. */
    joint: v.optional(name),
    /** URDF joints that share the commanded length or angle equally. */
    sum: v.optional(names),
    /** Metres between two finger pads: `2 * finger_length_m * sin(joint angle)`. */
    aperture: v.optional(strictObject({ joints: names, finger_length_m: positiveNumber })),
    /** Position limits, only for `aperture`; the others take the URDF's. */
    lower: v.optional(finiteNumber),
    upper: v.optional(finiteNumber),
    /** m/s or rad/s. */
    max_velocity: positiveNumber,
    /** m/s^2 or rad/s^2. */
    max_acceleration: positiveNumber,
    /** N or N m. */
    max_force: positiveNumber,
  }),
  v.check(
    (entry) => [entry.joint, entry.sum, entry.aperture].filter((kind) => kind !== undefined).length === 1,
    'give exactly one of joint, sum, aperture',
  ),
  v.check(
    (entry) => (entry.aperture !== undefined) === (entry.lower !== undefined && entry.upper !== undefined),
    'lower and upper belong to an aperture, and an aperture needs both',
  ),
);

/** What every `robot.yaml` holds; units are in the field names, SI and radians. */
const everyRobot = {
  id: v.pipe(
    v.string(),
    matching(/^[a-z][a-z0-9_-]*$/, 'lower-case letters, digits, - and _, starting with a letter'),
  ),
  name,
  /** URDF file beside the manifest. */
  urdf: name,
  /** ROS namespace of the robot. */
  namespace: v.pipe(
    v.string(),
    matching(/^(\/[a-zA-Z][a-zA-Z0-9_]*)+$/, 'an absolute ROS namespace such as /stretch'),
  ),
  actuators: nonEmptyList(actuatorSchema),
  groups: record(name, names),
  /** Parts of a lift-and-reach arm with a yaw-pitch-roll wrist; absent for other arms, which use numeric kinematics. */
  arm: v.optional(strictObject({ lift: name, extension: name, yaw: name, pitch: name, roll: name })),
  /** Actuators that turn the camera: pan about an upright axis, then tilt. Absent where the camera is fixed. */
  head: v.optional(strictObject({ pan: name, tilt: name })),
  poses: record(name, record(name, finiteNumber)),
  gripper: strictObject({
    actuator: name,
    pads: v.strictTuple([name, name]),
    stroke_m: positiveNumber,
    max_grip_force_n: positiveNumber,
    max_payload_kg: positiveNumber,
  }),
  cameras: v.array(
    strictObject({
      name,
      frame: name,
      width_px: positiveInteger,
      height_px: positiveInteger,
      horizontal_fov_rad: v.pipe(positiveNumber, v.maxValue(Math.PI)),
      rate_hz: positiveNumber,
      min_depth_m: positiveNumber,
      max_depth_m: positiveNumber,
    }),
  ),
  /** What a push of the base, or of a joint of the arm, sets in motion, kg: for the force of a touch. */
  moving_mass_kg: v.optional(strictObject({ base: positiveNumber, arm: positiveNumber }), {
    base: 30,
    arm: 6,
  }),
  /** How slow near people, and how far from them. */
  people: v.optional(peopleLimitsSchema, {}),
  /** Box of the base frame that the tool must stay in, m. */
  workspace: strictObject({ min_m: vector3, max_m: vector3 }),
  /** Each entry: no link of the first list may touch one of the second. */
  self_collision: v.array(v.strictTuple([names, names])),
};

/** Convex outline in the base frame, counter-clockwise, m. */
const footprint = v.pipe(v.array(vector2), v.minLength(3));

/** A robot that drives, with a driver that has modes. */
const mobileManifestSchema = strictObject({
  ...everyRobot,
  frames: strictObject({ base: name, tool: name, laser: name, camera: name }),
  base: strictObject({
    kind: v.literal('differential'),
    left_wheel_joint: name,
    right_wheel_joint: name,
    wheel_radius_m: positiveNumber,
    wheel_separation_m: positiveNumber,
    footprint_m: footprint,
    max_linear_speed_mps: positiveNumber,
    max_linear_acceleration_mps2: positiveNumber,
    max_angular_speed_rad_s: positiveNumber,
    max_angular_acceleration_rad_s2: positiveNumber,
    /** How hard the base brakes when it must stop. */
    max_linear_deceleration_mps2: positiveNumber,
    max_angular_deceleration_rad_s2: positiveNumber,
  }),
  driver: strictObject({
    /** The driver's own action for joint goals, below the robot's namespace. */
    trajectory_action: v.optional(name, 'driver/follow_joint_trajectory'),
    /** Element order of `joint_pose_cmd`: actuators or URDF joints; other names are base increments, always 0. */
    joint_pose_order: names,
    modes: strictObject({
      position: name,
      navigation: name,
      trajectory: name,
      homing: name,
      stowing: name,
      runstopped: name,
    }),
    cmd_vel_timeout_s: positiveNumber,
    min_goal_spacing_s: nonNegativeNumber,
    joint_states_rate_hz: positiveNumber,
    odom_rate_hz: positiveNumber,
    mode_rate_hz: positiveNumber,
  }),
  lidar: strictObject({
    frame: name,
    rays: positiveInteger,
    min_angle_rad: finiteNumber,
    max_angle_rad: finiteNumber,
    min_range_m: nonNegativeNumber,
    max_range_m: positiveNumber,
    rate_hz: positiveNumber,
    range_noise_sigma_m: nonNegativeNumber,
  }),
});

/** An arm that stands where the map's `stands` say, behind the controllers of ros2_control. */
const fixedManifestSchema = strictObject({
  ...everyRobot,
  frames: strictObject({ base: name, tool: name, camera: name }),
  base: strictObject({
    kind: v.literal('fixed'),
    footprint_m: footprint,
    /** How far from the base's middle the hand works, seen from above, m. */
    reach_m: positiveNumber,
  }),
  driver: strictObject({
    /** Topic of a forward command controller for positions (std_msgs/msg/Float64MultiArray), below the robot's namespace. */
    position_commands: v.optional(name, 'position_controller/commands'),
    /** Element order of that topic: actuators or URDF joints. */
    joint_pose_order: names,
    joint_states_rate_hz: positiveNumber,
  }),
});

/** Schema of `robots/<id>/robot.yaml`; `base.kind` says which kind of robot it is. */
export const robotManifestSchema = v.lazy((input) =>
  (input as { readonly base?: { readonly kind?: unknown } } | null)?.base?.kind === 'fixed'
    ? fixedManifestSchema
    : mobileManifestSchema,
);

/** A checked `robot.yaml` of a robot that drives. */
export type MobileManifest = v.InferOutput<typeof mobileManifestSchema>;
/** A checked `robot.yaml`. */
export type RobotManifest = v.InferOutput<typeof robotManifestSchema>;
export type ActuatorManifest = RobotManifest['actuators'][number];
