import type { SkillStatistics } from '../plan/skill-statistics.ts';
import { createPlanner } from '../planners/planners.ts';
import type { TaskEnvironment } from './environment.ts';
import { TaskEnd } from './limits.ts';
import { TaskContext } from './task-context.ts';
import type { TaskReport, TaskSettings } from './task-report.ts';

/**
 * Carries out one instruction with the planner that the settings name.
 *
 * Every loop is bounded by the limits; every end has a named outcome.
 *
 * @param signal - aborts with a {@link TaskEnd} that names the outcome
 * @returns the verdict; throws only what is a defect
 */
export async function runTask(
  instruction: string,
  environment: TaskEnvironment,
  settings: TaskSettings,
  statistics: SkillStatistics,
  signal: AbortSignal,
): Promise<TaskReport> {
  const task = new TaskContext(instruction, environment, settings, statistics, signal);
  const endListening = environment.interjections?.listen((correction, said) =>
    task.amendments.apply(correction, said),
  );
  environment.memory?.beginTask();
  try {
    const report = await runPlanner(task);
    task.remember(report);
    return report;
  } finally {
    endListening?.();
  }
}

async function runPlanner(task: TaskContext): Promise<TaskReport> {
  const { signal, settings } = task;
  try {
    const message = await createPlanner(settings.planner).run(task);
    return task.report('success', message);
  } catch (error) {
    const end = signal.aborted && signal.reason instanceof TaskEnd ? signal.reason : error;
    if (!(end instanceof TaskEnd)) throw error;
    task.closePlan(end.message);
    return task.report(end.outcome, end.message);
  }
}
