import { codecOf } from '@efferent/interfaces';

/** Each of this many times; the median counts. */
const rounds = 15;
const perRound = 40_000;

export interface CodecRates {
  readonly encodePerSecond: number;
  readonly decodePerSecond: number;
}

/**
 * Measures how many JointStates of seven joints are written, as publishers write them, and read in a second of this
 * thread's processor time, which other load on the machine changes less than the wall clock's.
 */
export function measureCodec(): CodecRates {
  const codec = codecOf('sensor_msgs/msg/JointState');
  const joints = ['lift', 'arm_l0', 'arm_l1', 'wrist_yaw', 'wrist_pitch', 'head_pan', 'gripper'];
  const message = {
    header: { stamp: { sec: 1, nanosec: 2 }, frame_id: 'base_link' },
    name: joints.map((joint) => `joint_${joint}`),
    position: new Float64Array(7).fill(0.1),
    velocity: new Float64Array(7).fill(0.2),
    effort: new Float64Array(7).fill(0.3),
  };
  const bytes = codec.encode(message);
  return {
    encodePerSecond: rateOf(() => codec.encodeTransient(message)),
    decodePerSecond: rateOf(() => codec.decode(bytes)),
  };
}

function rateOf(run: () => unknown): number {
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.threadCpuUsage();
    for (let i = 0; i < perRound; i++) run();
    const { user, system } = process.threadCpuUsage(before);
    rates.push((perRound * 1e6) / (user + system));
  }
  return rates.sort((a, b) => a - b)[Math.floor(rounds / 2)]!;
}
