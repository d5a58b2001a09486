import type { TaskContext } from '../task/task-context.ts';

/** Drives one task to its end with the parts of its context. */
export interface Planner {
  /**
   * @returns one sentence for the person when the task is done
   * @throws TaskEnd with a named outcome in every other case
   */
  run(task: TaskContext): Promise<string>;
}
