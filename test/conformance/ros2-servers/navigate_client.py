"""Sends one goal to efferent's own `navigate_to_pose` with rclpy and prints how it went; `cancel` gives it up on the way."""

import json
import sys

import rclpy
from nav2_msgs.action import NavigateToPose
from rclpy.action import ActionClient


def main(action, x, y, manner):
    rclpy.init()
    node = rclpy.create_node("their_client")
    client = ActionClient(node, NavigateToPose, action)
    if not client.wait_for_server(timeout_sec=20.0):
        sys.exit("no server")
    feedback = []
    goal = NavigateToPose.Goal()
    goal.pose.header.frame_id = "map"
    goal.pose.pose.position.x, goal.pose.pose.position.y = float(x), float(y)
    goal.pose.pose.orientation.w = 1.0
    sent = client.send_goal_async(goal, lambda message: feedback.append(message.feedback.distance_remaining))
    rclpy.spin_until_future_complete(node, sent, timeout_sec=20)
    handle = sent.result()
    ended = handle.get_result_async()
    if manner == "cancel":
        while not feedback:
            rclpy.spin_once(node, timeout_sec=1)
        rclpy.spin_until_future_complete(node, handle.cancel_goal_async(), timeout_sec=20)
    rclpy.spin_until_future_complete(node, ended, timeout_sec=100)
    response = ended.result()
    print(
        json.dumps(
            {
                "accepted": handle.accepted,
                "status": response.status,
                "error_code": response.result.error_code,
                "error_msg": response.result.error_msg,
                "feedback": len(feedback),
            }
        ),
        flush=True,
    )


main(*sys.argv[1:])
