/** Names and types of what an action is made of. @see https://design.ros2.org/articles/actions.html */
export function actionParts(type: string, name: string) {
  return {
    sendGoal: { type: `${type}_SendGoal`, name: `${name}/_action/send_goal` },
    cancelGoal: { type: 'action_msgs/srv/CancelGoal', name: `${name}/_action/cancel_goal` },
    getResult: { type: `${type}_GetResult`, name: `${name}/_action/get_result` },
    feedback: { type: `${type}_FeedbackMessage`, name: `${name}/_action/feedback` },
    status: { type: 'action_msgs/msg/GoalStatusArray', name: `${name}/_action/status` },
  } as const;
}

/** unique_identifier_msgs/msg/UUID. */
export interface Uuid {
  readonly uuid: Uint8Array;
}

export interface GoalInfo {
  readonly goal_id: Uuid;
  readonly stamp: { readonly sec: number; readonly nanosec: number };
}

/** Writes a goal's id as 32 hexadecimal digits. */
export function goalIdText({ uuid }: Uuid): string {
  let text = '';
  for (const byte of uuid) text += byte.toString(16).padStart(2, '0');
  return text;
}
