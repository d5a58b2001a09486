import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type MiddlewareName, repositoryFolder, type System, startSystem } from '@efferent/runtime';
import { JudgeClient } from '@efferent/runtime/simulation';
import {
  type EntityState,
  type GoalCondition,
  judgeTask,
  loadScene,
  type Scene,
  type TaskVerdict,
} from '@efferent/sim';

/**
 * For tests that need a whole task to go well in real time: a learned policy succeeds at a rate, which `bench tasks` measures
 * and a test must not. Whoever fails twice in a row has a defect.
 */
export const secondTry = { retry: 1 } as const;

export interface KitchenOptions {
  readonly middleware?: MiddlewareName;
  readonly seed?: number;
  /** Task card that places the objects. */
  readonly task?: string;
  /** Serve the viewer on a free port. */
  readonly viewer?: boolean;
  /** Start `emg-demo.launch.xml`, which adds a forearm, with these further arguments. */
  readonly forearm?: Readonly<Record<string, string>>;
}

/** The kitchen's launch file, running, with the judge's eyes on it. */
export interface Kitchen {
  readonly system: System;
  readonly judge: JudgeClient;
  readonly scene: Scene;
  /** Address of the viewer; empty without one. */
  readonly viewerUrl: string;
  readonly stopPort: number;
  /** What the nodes wrote, newest last. */
  readonly log: readonly string[];
  /** Processes that ended without being asked to, with the reason. */
  readonly down: readonly string[];
  states(): Promise<readonly EntityState[]>;
  /** Judges goal conditions by the simulator's truth. */
  verdict(...goal: GoalCondition[]): Promise<TaskVerdict>;
  stop(): Promise<void>;
}

/**
 * Starts `launch/kitchen.launch.xml`, or `emg-demo.launch.xml`, as real processes over DDS (or with another middleware).
 */
export async function startKitchen(options: KitchenOptions = {}): Promise<Kitchen> {
  const [port, stopPort] = await Promise.all([freePort(), freePort()]);
  const isWorn = options.forearm !== undefined;
  const viewer = options.viewer === true || isWorn;
  const log: string[] = [];
  const down: string[] = [];
  const system = await startSystem({
    launchFile: join(repositoryFolder, 'launch', isWorn ? 'emg-demo.launch.xml' : 'kitchen.launch.xml'),
    arguments: {
      seed: String(options.seed ?? 1),
      // The forearm's launch file shows them always, and takes no task.
      ...(isWorn ? options.forearm : { task: options.task ?? '', viewer: String(viewer) }),
      port: String(port),
      stop_port: String(stopPort),
    },
    middleware: options.middleware ?? 'cyclonedds',
    robot: 'stretch',
    observer: {
      onNodeDown: (node, reason) => down.push(`${node}: ${reason}`),
      onOutput: (node, _stream, line) => log.push(`[${node}] ${line}`),
    },
  });
  const scene = loadScene([repositoryFolder], 'kitchen');
  const judge = new JudgeClient(await system.context.createNode('efferent_judge'), scene);
  const isReady = (await system.client.waitUntilReady(30_000)) && (await judge.waitUntilReady(30_000));
  if (!isReady) {
    await system.stop();
    throw new Error(`the kitchen did not get ready:\n${log.slice(-40).join('\n')}`);
  }
  return {
    system,
    judge,
    scene,
    viewerUrl: viewer ? `http://127.0.0.1:${port}/` : '',
    stopPort,
    log,
    down,
    states: () => judge.entityStates(),
    verdict: async (...goal) => judgeTask(scene, { goal }, await judge.entityStates()),
    stop: () => system.stop(),
  };
}

/** Returns a TCP port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return address.port;
}
