import { expect, test } from 'vitest';
import { interfaceRegistry } from './registry.ts';
import { typeHash } from './type-hash.ts';

/** Published by ROS 2 Jazzy and by the projects that interoperate with it. */
const knownHashes: Readonly<Record<string, string>> = {
  'std_msgs/msg/String': 'df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18',
  'rmw_dds_common/msg/ParticipantEntitiesInfo':
    '91a0593bacdcc50ea9bdcf849a938b128412cc1ea821245c663bcd26f83c295e',
  'action_msgs/msg/GoalStatusArray': '6c1684b00f177d37438febe6e709fc4e2b0d4248dca4854946f9ed8b30cda83e',
  'rcl_interfaces/msg/Log': 'e28ce254ca8abc06abf92773b74602cdbf116ed34fbaf294fb9f81da9f318eac',
  'rcl_interfaces/msg/ParameterEvent': '043e627780fcad87a22d225bc2a037361dba713fca6a6b9f4b869a5aa0393204',
  'example_interfaces/srv/AddTwoInts': 'e118de6bf5eeb66a2491b5bda11202e7b68f198d6f67922cf30364858239c81a',
  'action_msgs/srv/CancelGoal': '573d8b0a534451d7bc2ac8c5ffde8ac14b8593b7001175d0cd6516dcbeb8689a',
  'rcl_interfaces/srv/GetParameters': 'bf9803d5c74cf989a5de3e0c2e99444599a627c7ff75f97b8c05b01003675cbc',
  'rcl_interfaces/srv/GetParameterTypes': 'da199c878688b3e530bdfe3ca8f74cb9fa0c303101e980a9e8f260e25e1c80ca',
  'rcl_interfaces/srv/SetParameters': '56eed9a67e169f9cb6c1f987bc88f868c14a8fc9f743a263bc734c154015d7e0',
  'rcl_interfaces/srv/SetParametersAtomically':
    '0e192ef259c07fc3c07a13191d27002222e65e00ccec653ca05e856f79285fcd',
  'rcl_interfaces/srv/ListParameters': '3e6062bfbb27bfb8730d4cef2558221f51a11646d78e7bb30a1e83afac3aad9d',
  'rcl_interfaces/srv/DescribeParameters': '845b484d71eb0673dae682f2e3ba3c4851a65a3dcfb97bddd82c5b57e91e4cff',
  'example_interfaces/action/Fibonacci': '9508051da1ea4658de144b09bd0690ff3de52104683d847aed764d2915906f51',
  'action_tutorials_interfaces/action/Fibonacci_FeedbackMessage':
    '50fc26b9cac313652ecbeab3adf9b5414d59fd4d4d5f9058ddcc7525169927f1',
  'action_tutorials_interfaces/action/Fibonacci_SendGoal':
    'a0603060ed69fe2dfbd1a6f3b982a1749957ef346e4a4d2b311a05e305ec37bb',
  'action_tutorials_interfaces/action/Fibonacci_GetResult':
    '8b47e383f1e31f6d8df6417ab54957e7d5ea24dad315646ad711ac3fdea81d58',
};

interfaceRegistry.register(
  'action_tutorials_interfaces/action/Fibonacci',
  'int32 order\n---\nint32[] sequence\n---\nint32[] partial_sequence\n',
);

test.each(Object.entries(knownHashes))(
  'the hash of %s is the one that ROS 2 Jazzy computes',
  (type, hash) => {
    expect(typeHash(type)).toBe(`RIHS01_${hash}`);
  },
);
