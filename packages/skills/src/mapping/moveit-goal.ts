import { Transform, type Vector3 } from '@efferent/core';
import { type ActionTypes, messageConstants } from '@efferent/interfaces';
import { poseOf } from './goal-template.ts';
import type { MoveItSettings } from './mapping-schema.ts';

/** Name of the action of a move_group node, and its type. */
export const moveAction = 'move_action';
export const moveGroupType = 'moveit_msgs/action/MoveGroup';

/** The kinds of goals that a planner takes. */
export type MoveItTarget =
  /** Configurations by joint, m or rad; any of them will do. */
  | { readonly positions: readonly Readonly<Record<string, number>>[] }
  | {
      readonly link: string;
      readonly baseFromLink: Transform;
      readonly positionToleranceM: number;
      /** Undefined when any orientation will do. */
      readonly orientationToleranceRad: number | undefined;
    };

type Goal = ActionTypes['moveit_msgs/action/MoveGroup']['Goal'];
type Constraints = Goal['request']['goal_constraints'][number];
/** What a sender may leave out takes its default. */
type Part<T> = T extends ArrayBufferView
  ? readonly number[]
  : T extends string | number | boolean
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Part<Item>[]
      : { readonly [Key in keyof T]?: Part<T[Key]> };

const defaults = { planningTimeS: 5, attempts: 1, jointTolerance: 0.005 } as const;
/** Edge of the cube around the base in which a plan may be, m. */
const workspaceM = 4;
const { SPHERE: sphere } = messageConstants['shape_msgs/msg/SolidPrimitive'];

/**
 * Makes a goal of `move_action` that plans and carries out, starting where the robot is.
 *
 * @param frame - the base's; poses are given in it
 * @param speed - share of the speed that the settings allow, (0, 1]
 */
export function moveGroupGoal(
  settings: MoveItSettings,
  target: MoveItTarget,
  frame: string,
  speed = 1,
): Part<Goal> {
  const half = workspaceM / 2;
  return {
    request: {
      workspace_parameters: {
        header: { frame_id: frame },
        min_corner: { x: -half, y: -half, z: -half },
        max_corner: { x: half, y: half, z: half },
      },
      start_state: { is_diff: true },
      goal_constraints: constraintsOf(settings, target, frame),
      pipeline_id: settings.pipeline ?? '',
      planner_id: settings.planner ?? '',
      group_name: settings.group,
      num_planning_attempts: settings.attempts ?? defaults.attempts,
      allowed_planning_time: settings.planning_time_s ?? defaults.planningTimeS,
      max_velocity_scaling_factor: speed * (settings.velocity_scaling ?? 1),
      max_acceleration_scaling_factor: settings.acceleration_scaling ?? 1,
    },
    planning_options: {
      planning_scene_diff: { is_diff: true, robot_state: { is_diff: true } },
      plan_only: false,
      replan: false,
    },
  };
}

function constraintsOf(
  settings: MoveItSettings,
  target: MoveItTarget,
  frame: string,
): readonly Part<Constraints>[] {
  if ('positions' in target) {
    const tolerance = settings.joint_tolerance ?? defaults.jointTolerance;
    return target.positions.map((positions) => ({
      joint_constraints: Object.entries(positions).map(([actuator, position]) => ({
        joint_name: settings.joints?.[actuator] ?? actuator,
        position,
        tolerance_above: tolerance,
        tolerance_below: tolerance,
        weight: 1,
      })),
    }));
  }
  const { link, baseFromLink, positionToleranceM, orientationToleranceRad: turn } = target;
  const pose = poseOf(baseFromLink);
  const header = { frame_id: frame };
  const position = {
    header,
    link_name: link,
    constraint_region: {
      primitives: [{ type: sphere, dimensions: [positionToleranceM] }],
      primitive_poses: [{ position: pose.position, orientation: { x: 0, y: 0, z: 0, w: 1 } }],
    },
    weight: 1,
  };
  if (turn === undefined) return [{ position_constraints: [position] }];
  const orientation = {
    header,
    link_name: link,
    orientation: pose.orientation,
    absolute_x_axis_tolerance: turn,
    absolute_y_axis_tolerance: turn,
    absolute_z_axis_tolerance: turn,
    weight: 1,
  };
  return [{ position_constraints: [position], orientation_constraints: [orientation] }];
}

/** Moves a pose along the map's axes. */
export function shifted(pose: Transform, offsetM: Vector3): Transform {
  const [x, y, z] = pose.translation;
  return new Transform([x + offsetM[0], y + offsetM[1], z + offsetM[2]], pose.rotation);
}
