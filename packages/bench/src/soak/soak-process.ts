import { readdirSync } from 'node:fs';
import { describeError } from '@efferent/core';
import { createContext, type RosNode, TransformListener } from '@efferent/ros';
import { hourly, type SoakSample, soakAction, soakService, statesType } from './soak-load.ts';

/**
 * The process that the soak measures; started with `--expose-gc` and the seconds that an hour is packed into. It has one
 * lasting node and lets others come and go; whatever fails while the partner is away is counted, not fatal.
 */

const hourS = Number(process.argv[2]);
const collect = (globalThis as { gc?: () => void }).gc ?? (() => undefined);
const waitMs = 1000;
const done: Record<string, number> = {};
const failed: Record<string, number> = {};
const startMs = performance.now();

const context = await createContext({ middleware: 'cyclonedds', logSink: () => undefined });
const lasting = await context.createNode('lasting', { namespace: '/soak' });
lasting.declareParameter('gain', 1, { description: 'set all the time' });
lasting.createSubscription(statesType, 'states', {}, () => count('states'));
const transforms = new TransformListener(lasting);
const adder = lasting.createClient(soakService, 'add');
const counter = lasting.createActionClient(soakAction, 'count');
const setters = ['lasting', 'partner'].map((name) =>
  lasting.createClient('rcl_interfaces/srv/SetParameters', `/soak/${name}/set_parameters`),
);

const loops = [
  repeat(hourly.calls, 'calls', () => adder.sendRequestAsync({ a: 1n, b: 2n }, { timeoutMs: waitMs })),
  repeat(hourly.parameterSets, 'parameter sets', (i) => {
    const parameters = [{ name: 'gain', value: { type: 3, double_value: i } }];
    return setters[i % 2]!.sendRequestAsync({ parameters }, { timeoutMs: waitMs });
  }),
  repeat(hourly.transforms, 'lookups', () => Promise.resolve(transforms.lookup('odom', 'base_link'))),
  repeat(hourly.goals, 'goals', (i) => runGoal(lasting, counter, i)),
  repeat(hourly.nodes, 'nodes', async (i) => {
    await comeAndGo(i);
    if (i % (hourly.nodes / hourly.contexts) === 0) await joinAndLeave(i);
    sample();
  }),
];
process.stdout.write('ready\n');
await Promise.all(loops);
await context.shutdown();

/** Does something as often as an hour has it, one after the other; what is late is left out. */
async function repeat(perHour: number, what: string, work: (i: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < perHour; i++) {
    const dueMs = startMs + (i / perHour) * hourS * 1000;
    const nowMs = performance.now();
    if (nowMs > startMs + hourS * 1000) return;
    if (dueMs > nowMs) await lasting.sleep(dueMs - nowMs);
    try {
      await work(i);
      count(what);
    } catch (error) {
      const code = (error as { readonly code?: string }).code ?? describeError(error);
      failed[code] = (failed[code] ?? 0) + 1;
    }
  }
}

/** One goal in three is cancelled, and one in seven is nobody's any more once it was accepted. */
async function runGoal(node: RosNode, client: typeof counter, i: number): Promise<void> {
  const options = { timeoutMs: waitMs };
  const goal = await client.sendGoal({ order: i % 9 }, { ...options, onFeedback: () => count('feedback') });
  if (i % 7 === 0) return;
  if (i % 3 === 0) await goal.cancelGoal(options);
  await goal.getResult(options);
  await node.sleep(0);
}

/** A node that uses everything that a node can. */
async function comeAndGo(i: number): Promise<void> {
  const node = await context.createNode(`guest_${i}`, { namespace: '/soak' });
  try {
    node.declareParameter('gain', i, { description: 'one of many' });
    new TransformListener(node);
    const publisher = node.createPublisher('std_msgs/msg/String', 'chatter');
    const heard = node.createSubscription('std_msgs/msg/String', 'chatter', {}, () => count('chatter'));
    node.createTimer(10_000_000n, () => publisher.publish({ data: `guest ${i}` }));
    node.createService(soakService, `~/add`, ({ a, b }) => ({ sum: a + b }));
    node.createActionServer(soakAction, '~/count', {
      async execute(goal) {
        goal.succeed();
        return {};
      },
    });
    const own = node.createClient(soakService, '~/add');
    await own.sendRequestAsync({ a: 1n, b: BigInt(i) }, { timeoutMs: waitMs });
    await runGoal(node, node.createActionClient(soakAction, '~/count'), 1);
    await node.sleep(100);
    node.destroySubscription(heard);
  } finally {
    await node.destroy();
  }
}

/** A participant of its own. */
async function joinAndLeave(i: number): Promise<void> {
  const other = await createContext({ middleware: 'cyclonedds', logSink: () => undefined });
  const node = await other.createNode(`visitor_${i}`, { namespace: '/soak' });
  node.createPublisher('std_msgs/msg/String', 'chatter').publish({ data: 'hello' });
  await node.sleep(200);
  await other.shutdown();
  count('contexts');
}

function sample(): void {
  collect();
  const { rss, heapUsed, external } = process.memoryUsage();
  const line: SoakSample = {
    atS: (performance.now() - startMs) / 1000,
    rssMB: rss / 1e6,
    heapMB: heapUsed / 1e6,
    externalMB: external / 1e6,
    threads: readdirSync('/proc/self/task').length,
    files: readdirSync('/proc/self/fd').length,
    resources: process.getActiveResourcesInfo().length,
    done,
    failed,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function count(what: string): void {
  done[what] = (done[what] ?? 0) + 1;
}
