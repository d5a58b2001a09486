"""Sends every message of efferent_interfaces back as rclpy understood it, and tells the type hashes that it sees."""

import json

import efferent_interfaces.msg
import rclpy
from rclpy.qos import QoSHistoryPolicy, QoSProfile
from std_srvs.srv import Trigger

rclpy.init()
node = rclpy.create_node("echo", namespace="/theirs")
keep_all = QoSProfile(history=QoSHistoryPolicy.KEEP_ALL, depth=0)
names = [name for name in dir(efferent_interfaces.msg) if name[0].isupper()]
for name in names:
    kind = getattr(efferent_interfaces.msg, name)
    publisher = node.create_publisher(kind, f"out/{name}", keep_all)
    node.create_subscription(kind, f"in/{name}", publisher.publish, keep_all)


def hashes(_request, response):
    response.success = True
    response.message = json.dumps(
        {
            f"{way}/{name}": [str(each.topic_type_hash) for each in node.get_publishers_info_by_topic(f"/theirs/{way}/{name}")]
            for name in names
            for way in ("in", "out")
        }
    )
    return response


node.create_service(Trigger, "hashes", hashes)
print("ready", flush=True)
rclpy.spin(node)
