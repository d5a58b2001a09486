"""A `move_action` written with rclpy: does the joint goals that it is given, or ends with the parameter `error_code`."""

import os
import threading

import rclpy
from moveit_msgs.action import MoveGroup
from rclpy.action import ActionServer
from rclpy.executors import MultiThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import JointState


class MoveGroupServer(Node):
    def __init__(self):
        super().__init__("move_group", namespace="/theirs")
        self.declare_parameter("error_code", 1)
        self.reached = self.create_publisher(JointState, "reached", 10)
        ActionServer(self, MoveGroup, "move_action", self.move)

    def move(self, goal):
        code = self.get_parameter("error_code").value
        goal.publish_feedback(MoveGroup.Feedback(state="PLANNING"))
        result = MoveGroup.Result()
        result.error_code.val = code
        result.error_code.message = f"planned for {goal.request.request.group_name}"
        constraints = goal.request.request.goal_constraints[0].joint_constraints
        result.planned_trajectory.joint_trajectory.joint_names = [each.joint_name for each in constraints]
        if code != 1:
            goal.abort()
            return result
        state = JointState(name=[each.joint_name for each in constraints])
        state.position = [each.position for each in constraints]
        self.reached.publish(state)
        goal.succeed()
        return result


def main():
    rclpy.init()
    executor = MultiThreadedExecutor(4)
    executor.add_node(MoveGroupServer())
    threading.Thread(target=executor.spin, daemon=True).start()
    print("ready", flush=True)
    input()
    os._exit(0)


main()
