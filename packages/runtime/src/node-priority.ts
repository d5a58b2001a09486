import { existsSync, readlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setPriority } from 'node:os';

const autogroupFile = '/proc/self/autogroup';

/**
 * Scheduling priorities (nice levels) on a machine with fewer cores than processes: the command stream first, what
 * people look at last. Ignored without the permission to raise them.
 */
const niceLevels: Readonly<Record<string, number>> = {
  gate: -15,
  stop: -15,
  // From a muscle to the gate: late decisions stop the robot. Not real time: a forearm that is computed, and has fallen behind,
  // would keep everything else from the processor, the simulator that it waits for among them.
  'emg-source': -12,
  'emg-emulator': -12,
  gesture: -12,
  'gesture-control': -12,
  sim: -10,
  controllers: -5,
  policy: -5,
  bridge: 5,
};

/** Nodes whose loop must run on time whatever else the machine does, with their real-time priority (SCHED_FIFO, 1 to 99). */
const realTimePriorities: Readonly<Record<string, number>> = { gate: 20, stop: 20 };

/** Tells whether a node's loop must run on time whatever else the machine does. */
export const isTimeCritical = (executable: string): boolean => realTimePriorities[executable] !== undefined;

/** Gives this process the priority of a node; without the permission it keeps its own. */
export function raisePriority(executable: string): void {
  const realTime = realTimePriorities[executable];
  // All threads, since the main one waits for V8's helpers when it collects garbage: at a lower priority they made that
  // 30 ms. Threads that are started later take it over.
  if (realTime !== undefined && setRealTime(realTime, ['--all-tasks'], String(process.pid))) return;
  const level = niceLevels[executable];
  if (level === undefined) return;
  try {
    setPriority(level);
    // The launcher gives each node a session, and Linux weighs sessions against each other by this file alone.
    // @see man 7 sched, "The autogroup feature"
    if (existsSync(autogroupFile)) writeFileSync(autogroupFile, String(level));
  } catch (error) {
    // Only root (or CAP_SYS_NICE) may lower the nice level; the node runs at the normal one then.
    if (level > 0) throw error;
  }
}

/** Gives the calling thread alone the real-time priority of a node; without the permission it keeps its own. */
export function raiseThreadPriority(executable: string): void {
  const realTime = realTimePriorities[executable];
  if (realTime === undefined || !existsSync(threadLink)) return;
  const threadId = readlinkSync(threadLink).split('/').at(-1) as string;
  setRealTime(realTime, [], threadId);
}

/** Linux names the thread that reads this: `<process>/task/<thread>`. */
const threadLink = '/proc/thread-self';

/** Node has no call for it; `chrt` is part of util-linux. Returns false where that may not or cannot be done. */
function setRealTime(priority: number, flags: readonly string[], id: string): boolean {
  // Few nodes need it: the others do not load it.
  const { spawnSync } = createRequire(import.meta.url)(
    'node:child_process',
  ) as typeof import('node:child_process');
  return (
    spawnSync('chrt', [...flags, '--fifo', '--pid', String(priority), id], { stdio: 'ignore' }).status === 0
  );
}
