/** What a task script imports: `import { executeSkill, observe, runTask, say } from 'efferent'`. */
export { executeSkill, observe, runTask, say } from './script-api.ts';
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
