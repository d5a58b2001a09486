/** Error numbers of a server and the failure codes that they mean. */
export type ErrorCodes = Readonly<Record<string, string>>;

/**
 * What NavigateToPose may end with: its own numbers, and those of the planner, controller and behaviours below it, which
 * bt_navigator passes on. The ranges are those of Nav2 from Iron on; Humble has no numbers.
 *
 * @see nav2_msgs/action/*.action
 */
export const nav2Codes: ErrorCodes = {
  // FollowPath
  101: 'unavailable',
  102: 'unavailable',
  103: 'blocked',
  104: 'blocked',
  105: 'blocked',
  106: 'blocked',
  107: 'blocked',
  // ComputePathToPose
  201: 'unavailable',
  202: 'unavailable',
  203: 'blocked',
  204: 'unreachable',
  205: 'blocked',
  206: 'unreachable',
  207: 'unreachable',
  208: 'unreachable',
  // ComputePathThroughPoses
  301: 'unavailable',
  302: 'unavailable',
  303: 'blocked',
  304: 'unreachable',
  305: 'blocked',
  306: 'unreachable',
  307: 'unreachable',
  308: 'unreachable',
  309: 'unreachable',
  // Spin, BackUp, DriveOnHeading
  701: 'blocked',
  702: 'unavailable',
  703: 'blocked',
  711: 'blocked',
  712: 'unavailable',
  713: 'unavailable',
  714: 'blocked',
  721: 'blocked',
  722: 'unavailable',
  723: 'blocked',
  724: 'unavailable',
  // NavigateToPose
  9000: 'blocked',
  9001: 'unavailable',
  9002: 'unavailable',
  9003: 'time-out',
};

const moveItNames = {
  FAILURE: [99999, 'blocked'],
  PLANNING_FAILED: [-1, 'unreachable'],
  INVALID_MOTION_PLAN: [-2, 'unreachable'],
  MOTION_PLAN_INVALIDATED_BY_ENVIRONMENT_CHANGE: [-3, 'blocked'],
  CONTROL_FAILED: [-4, 'blocked'],
  UNABLE_TO_AQUIRE_SENSOR_DATA: [-5, 'unavailable'],
  TIMED_OUT: [-6, 'time-out'],
  PREEMPTED: [-7, 'blocked'],
  START_STATE_IN_COLLISION: [-10, 'blocked'],
  START_STATE_VIOLATES_PATH_CONSTRAINTS: [-11, 'blocked'],
  GOAL_IN_COLLISION: [-12, 'unreachable'],
  GOAL_VIOLATES_PATH_CONSTRAINTS: [-13, 'unreachable'],
  GOAL_CONSTRAINTS_VIOLATED: [-14, 'unreachable'],
  INVALID_GROUP_NAME: [-15, 'unavailable'],
  INVALID_GOAL_CONSTRAINTS: [-16, 'unavailable'],
  INVALID_ROBOT_STATE: [-17, 'unavailable'],
  INVALID_LINK_NAME: [-18, 'unavailable'],
  INVALID_OBJECT_NAME: [-19, 'unavailable'],
  FRAME_TRANSFORM_FAILURE: [-21, 'unavailable'],
  COLLISION_CHECKING_UNAVAILABLE: [-22, 'unavailable'],
  ROBOT_STATE_STALE: [-23, 'unavailable'],
  SENSOR_INFO_STALE: [-24, 'unavailable'],
  COMMUNICATION_FAILURE: [-25, 'unavailable'],
  START_STATE_INVALID: [-26, 'blocked'],
  GOAL_STATE_INVALID: [-27, 'unreachable'],
  UNRECOGNIZED_GOAL_TYPE: [-28, 'unavailable'],
  CRASH: [-29, 'unavailable'],
  ABORT: [-30, 'blocked'],
  NO_IK_SOLUTION: [-31, 'unreachable'],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;

/** What `move_action` may end with. @see moveit_msgs/msg/MoveItErrorCodes */
export const moveItCodes: ErrorCodes = Object.fromEntries(
  Object.values(moveItNames).map(([number, code]) => [number, code]),
);

/** Names an error number of MoveIt. */
export function moveItErrorName(number: number): string {
  const found = Object.entries(moveItNames).find(([, [value]]) => value === number);
  return found === undefined ? `error ${number}` : found[0];
}
