/** What goes on in one hour of a robot at work; the suite packs it into fewer minutes. */
export const hourly = {
  /** Nodes that come, use everything once and go. */
  nodes: 120,
  /** Contexts of their own that join the graph and leave it. */
  contexts: 24,
  /** Times that the partner process is killed and comes back. */
  partners: 12,
  goals: 3_600,
  calls: 7_200,
  parameterSets: 1_800,
  transforms: 72_000,
  states: 360_000,
} as const;

export const soakAction = 'example_interfaces/action/Fibonacci';
export const soakService = 'example_interfaces/srv/AddTwoInts';
export const statesType = 'sensor_msgs/msg/JointState';

/** What the measured process prints, one line of JSON each, at moments when nothing but its lasting node is there. */
export interface SoakSample {
  readonly atS: number;
  readonly rssMB: number;
  /** After a forced collection. */
  readonly heapMB: number;
  /** Array buffers and other memory that objects hold outside the heap, after a forced collection. */
  readonly externalMB: number;
  readonly threads: number;
  readonly files: number;
  /** Node's own handles and timers. */
  readonly resources: number;
  /** What was done until now, by kind, and what failed of it, by error code. */
  readonly done: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
}
