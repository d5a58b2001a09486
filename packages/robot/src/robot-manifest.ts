import { z } from 'zod';

const name = z.string().min(1);
const positive = z.number().positive();
const vector2 = z.tuple([z.number(), z.number()]);
const vector3 = z.tuple([z.number(), z.number(), z.number()]);

const actuatorSchema = z
  .strictObject({
    name,
    /** One URDF joint, position for position. */
    joint: name.optional(),
    /** URDF joints that share the commanded length or angle equally. */
    sum: z.array(name).min(1).optional(),
    /** Metres between two finger pads: `2 * finger_length_m * sin(joint angle)`. */
    aperture: z.strictObject({ joints: z.array(name).min(1), finger_length_m: positive }).optional(),
    /** Position limits, only for `aperture`; the others take the URDF's. */
    lower: z.number().optional(),
    upper: z.number().optional(),
    /** m/s or rad/s. */
    max_velocity: positive,
    /** m/s^2 or rad/s^2. */
    max_acceleration: positive,
    /** N or N m. */
    max_force: positive,
  })
  .refine(
    (entry) => [entry.joint, entry.sum, entry.aperture].filter((kind) => kind !== undefined).length === 1,
    {
      message: 'give exactly one of joint, sum, aperture',
    },
  )
  .refine(
    (entry) => (entry.aperture !== undefined) === (entry.lower !== undefined && entry.upper !== undefined),
    {
      message: 'lower and upper belong to an aperture, and an aperture needs both',
    },
  );

/** Schema of `robots/<id>/robot.yaml`; units are in the field names, SI and radians. */
export const robotManifestSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_-]*$/, 'lower-case letters, digits, - and _, starting with a letter'),
  name,
  /** URDF file beside the manifest. */
  urdf: name,
  /** ROS namespace of the robot. */
  namespace: z.string().regex(/^(\/[a-zA-Z][a-zA-Z0-9_]*)+$/, 'an absolute ROS namespace such as /stretch'),
  frames: z.strictObject({ base: name, tool: name, laser: name, camera: name }),
  base: z.strictObject({
    kind: z.literal('differential'),
    left_wheel_joint: name,
    right_wheel_joint: name,
    wheel_radius_m: positive,
    wheel_separation_m: positive,
    /** Convex outline in the base frame, counter-clockwise, m. */
    footprint_m: z.array(vector2).min(3),
    max_linear_speed_mps: positive,
    max_linear_acceleration_mps2: positive,
    max_angular_speed_rad_s: positive,
    max_angular_acceleration_rad_s2: positive,
    /** How hard the base brakes when it must stop. */
    max_linear_deceleration_mps2: positive,
    max_angular_deceleration_rad_s2: positive,
  }),
  actuators: z.array(actuatorSchema).min(1),
  groups: z.record(name, z.array(name).min(1)),
  /** Parts of a lift-and-reach arm with a yaw-pitch-roll wrist; absent for other arms, which use numeric kinematics. */
  arm: z.strictObject({ lift: name, extension: name, yaw: name, pitch: name, roll: name }).optional(),
  poses: z.record(name, z.record(name, z.number())),
  gripper: z.strictObject({
    actuator: name,
    pads: z.tuple([name, name]),
    stroke_m: positive,
    max_grip_force_n: positive,
    max_payload_kg: positive,
  }),
  driver: z.strictObject({
    /** Element order of `joint_pose_cmd`: actuators or URDF joints; other names are base increments, always 0. */
    joint_pose_order: z.array(name).min(1),
    modes: z.strictObject({
      position: name,
      navigation: name,
      trajectory: name,
      homing: name,
      stowing: name,
      runstopped: name,
    }),
    cmd_vel_timeout_s: positive,
    min_goal_spacing_s: z.number().nonnegative(),
    joint_states_rate_hz: positive,
    odom_rate_hz: positive,
    mode_rate_hz: positive,
  }),
  cameras: z.array(
    z.strictObject({
      name,
      frame: name,
      width_px: z.int().positive(),
      height_px: z.int().positive(),
      horizontal_fov_rad: positive.max(Math.PI),
      rate_hz: positive,
      min_depth_m: positive,
      max_depth_m: positive,
    }),
  ),
  lidar: z.strictObject({
    frame: name,
    rays: z.int().positive(),
    min_angle_rad: z.number(),
    max_angle_rad: z.number(),
    min_range_m: z.number().nonnegative(),
    max_range_m: positive,
    rate_hz: positive,
    range_noise_sigma_m: z.number().nonnegative(),
  }),
  /** Box of the base frame that the tool must stay in, m. */
  workspace: z.strictObject({ min_m: vector3, max_m: vector3 }),
  /** Each entry: no link of the first list may touch one of the second. */
  self_collision: z.array(z.tuple([z.array(name).min(1), z.array(name).min(1)])),
});

/** A checked `robot.yaml`. */
export type RobotManifest = z.output<typeof robotManifestSchema>;
export type ActuatorManifest = RobotManifest['actuators'][number];
