"""Servers that a person already has, written with rclpy and nothing of efferent.

The parameter `how` says what `/theirs/navigate_to_pose` does with the next goal: drive, reject, abort, hang, die.
"""

import math
import os
import threading
import time

import rclpy
from example_interfaces.action import Fibonacci
from geometry_msgs.msg import TwistStamped
from nav2_msgs.action import NavigateToPose
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import MultiThreadedExecutor
from rclpy.node import Node
from std_msgs.msg import Int32, String
from std_srvs.srv import SetBool
from tf2_msgs.msg import TFMessage

PERIOD_S = 0.05


class Servers(Node):
    def __init__(self):
        super().__init__("servers", namespace="/theirs")
        self.declare_parameter("how", "drive")
        self.declare_parameter("error_code", 0)
        self.pose = None
        group = ReentrantCallbackGroup()
        self.velocity = self.create_publisher(TwistStamped, "/stretch/gate/agent/cmd_vel", 10)
        self.ended = self.create_publisher(String, "ended", 10)
        self.lock = self.create_publisher(Int32, "lock_state", 10)
        self.create_subscription(TFMessage, "/tf", self.on_transforms, 100, callback_group=group)
        self.create_subscription(String, "lock_command", self.on_lock_command, 10, callback_group=group)
        self.create_service(SetBool, "unlock", self.on_unlock, callback_group=group)
        ActionServer(
            self,
            NavigateToPose,
            "navigate_to_pose",
            self.navigate,
            goal_callback=self.on_goal,
            cancel_callback=lambda _goal: CancelResponse.ACCEPT,
            callback_group=group,
        )
        ActionServer(self, Fibonacci, "fibonacci", self.count, callback_group=group)

    def how(self):
        return self.get_parameter("how").value

    def on_transforms(self, message):
        for transform in message.transforms:
            if transform.child_frame_id != "base_link":
                continue
            p, q = transform.transform.translation, transform.transform.rotation
            self.pose = (p.x, p.y, 2 * math.atan2(q.z, q.w))

    def on_lock_command(self, message):
        self.lock.publish(Int32(data=2 if message.data == "unlock fridge-door" else -7))

    def on_unlock(self, request, response):
        response.success = request.data
        response.message = "unlocked" if request.data else "battery empty"
        return response

    def on_goal(self, _goal):
        return GoalResponse.REJECT if self.how() == "reject" else GoalResponse.ACCEPT

    def navigate(self, goal):
        how = self.how()
        result = NavigateToPose.Result()
        if how == "abort":
            result.error_code = self.get_parameter("error_code").value
            result.error_msg = "no way there"
            goal.abort()
            return result
        target = goal.request.pose.pose
        yaw = 2 * math.atan2(target.orientation.z, target.orientation.w)
        started = time.monotonic()
        while True:
            if goal.is_cancel_requested:
                self.drive(0.0, 0.0)
                goal.canceled()
                self.ended.publish(String(data="canceled"))
                return result
            if how == "die" and time.monotonic() - started > 0.5:
                os._exit(1)
            x, y, heading = self.pose
            left = math.hypot(target.position.x - x, target.position.y - y)
            goal.publish_feedback(NavigateToPose.Feedback(distance_remaining=left))
            if how == "drive" and self.step(left, target.position.x - x, target.position.y - y, heading, yaw):
                self.drive(0.0, 0.0)
                goal.succeed()
                return result
            time.sleep(PERIOD_S)

    def step(self, left, dx, dy, heading, yaw):
        """Turns to the place, goes there, turns as wished; returns True when there."""
        wanted = math.atan2(dy, dx) if left > 0.05 else yaw
        turn = math.remainder(wanted - heading, 2 * math.pi)
        if left <= 0.05 and abs(turn) < 0.05:
            return True
        self.drive(min(1.0, 2 * left) if left > 0.05 and abs(turn) < 0.2 else 0.0, 3 * turn)
        return False

    def drive(self, linear, angular):
        command = TwistStamped()
        command.header.stamp = self.get_clock().now().to_msg()
        command.twist.linear.x = linear
        command.twist.angular.z = angular
        self.velocity.publish(command)

    def count(self, goal):
        goal.publish_feedback(Fibonacci.Feedback(sequence=[5]))
        time.sleep(0.2)
        goal.succeed()
        return Fibonacci.Result(sequence=[0, 1, 1, 2][: goal.request.order])


def main():
    rclpy.init()
    node = Servers()
    executor = MultiThreadedExecutor(4)
    executor.add_node(node)
    threading.Thread(target=executor.spin, daemon=True).start()
    print("ready", flush=True)
    input()
    os._exit(0)


main()
