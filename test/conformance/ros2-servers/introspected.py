"""Serves a service that publishes its calls, as service introspection has it."""

import rclpy
from rclpy.qos import qos_profile_system_default
from rclpy.service_introspection import ServiceIntrospectionState
from std_srvs.srv import SetBool


def unlock(request, response):
    response.success = request.data
    response.message = "unlocked"
    return response


rclpy.init()
node = rclpy.create_node("doors", namespace="/theirs")
service = node.create_service(SetBool, "unlock", unlock)
service.configure_introspection(
    node.get_clock(), qos_profile_system_default, ServiceIntrospectionState.CONTENTS
)
print("ready", flush=True)
rclpy.spin(node)
