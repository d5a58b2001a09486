/** What a task script imports: `import { runTask, observe, executeSkill } from 'efferent'`. */
export { executeSkill, observe, runTask } from './script-api.ts';
export type {
  Belief,
  ExecuteSkillOptions,
  Question,
  RunTaskOptions,
  SkillEvent,
  SkillResult,
  TaskEvent,
  TaskResult,
} from './task-client.ts';
