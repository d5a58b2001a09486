import { pause } from '@efferent/core';
import { writeParameterFiles } from './node-parameters.ts';
import { findOnPath } from './packages.ts';
import type { LaunchPlan, ProcessPlan } from './plan.ts';
import type { TimerWait } from './scope.ts';
import { SupervisedProcess } from './supervised-process.ts';

export type LaunchEvent =
  | { readonly kind: 'process-started'; readonly process: string; readonly pid: number }
  | {
      readonly kind: 'process-exited';
      readonly process: string;
      readonly exitCode: number | null;
      readonly signal: string | null;
      /** Whether it ended because the launcher asked it to. */
      readonly expected: boolean;
    }
  | { readonly kind: 'process-failed'; readonly process: string; readonly reason: string }
  | { readonly kind: 'process-respawning'; readonly process: string; readonly delayMs: number }
  | { readonly kind: 'shutdown-required'; readonly process: string }
  | { readonly kind: 'shutdown-requested'; readonly reason: string }
  | { readonly kind: 'message'; readonly text: string };

export interface LaunchObserver {
  readonly onEvent: (event: LaunchEvent) => void;
  /** One line that a process wrote; `plan.output` says where its author wants it. */
  readonly onOutput: (plan: ProcessPlan, stream: 'stdout' | 'stderr', line: string) => void;
  /** Waits on the ROS clock, for `<ros_timer>`; wall time when left out. */
  readonly waitRosTime?: (durationMs: number, signal: AbortSignal) => Promise<void>;
}

export interface RunningLaunch {
  /** Process id of a running process. */
  pid(process: string): number | undefined;
  /** Resolves when every process has ended for good and no timer is pending. */
  readonly ended: Promise<void>;
  /** SIGINT, after `sigterm_timeout` SIGTERM, after `sigkill_timeout` SIGKILL, to whole process groups. */
  stop(): Promise<void>;
}

/**
 * Starts the processes of a plan and supervises them; `respawn` of the launch file is the only supervisor.
 *
 * Every process leads a process group of its own and dies with this process, even when this one is killed.
 */
export function runLaunch(
  plan: LaunchPlan,
  environment: Readonly<Record<string, string | undefined>>,
  observer: LaunchObserver,
): RunningLaunch {
  // A process that loses its launcher gets SIGINT from the kernel (PR_SET_PDEATHSIG), set by util-linux's setpriv.
  const setpriv = findOnPath('setpriv', environment.PATH ?? '');
  const prefix = setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'INT'];
  const stopping = new AbortController();
  const removeFiles = writeParameterFiles(plan);
  const processes = plan.processes.map(
    (each) => new SupervisedProcess(each, prefix, environment, observer, stopping),
  );
  const after = async (waits: readonly TimerWait[], work: () => void | Promise<void>) => {
    if (await timersFired(waits, observer, stopping.signal)) await work();
  };
  const ended = Promise.all([
    ...plan.messages.map(({ text, waits }) =>
      after(waits, () => observer.onEvent({ kind: 'message', text })),
    ),
    ...processes.map((each) => after(each.plan.waits, () => each.run())),
    ...plan.shutdowns.map(({ reason, waits }) =>
      after(waits, () => {
        if (stopping.signal.aborted) return;
        observer.onEvent({ kind: 'shutdown-requested', reason });
        stopping.abort();
      }),
    ),
  ]).then(removeFiles);
  return {
    pid: (name) => processes.find((each) => each.plan.name === name)?.pid,
    ended,
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
}

/** Waits for timers one after the other. @returns false when a shutdown cancelled one of them */
async function timersFired(
  waits: readonly TimerWait[],
  observer: LaunchObserver,
  stopping: AbortSignal,
): Promise<boolean> {
  const never = new AbortController().signal;
  for (const { ms, clock, cancelOnShutdown } of waits) {
    const wait = (clock === 'ros' ? observer.waitRosTime : undefined) ?? pause;
    // A ROS clock may stand still for good: its timers end with the launch in any case.
    await wait(ms, cancelOnShutdown || clock === 'ros' ? stopping : never);
    if (cancelOnShutdown && stopping.aborted) return false;
  }
  return true;
}
