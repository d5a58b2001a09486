import { type CriticSettings, defaultCriticSettings } from '../plan/critic.ts';
import type { SelectorName } from '../plan/selector.ts';
import { defaultPlanner, type PlannerName } from '../planners/planners.ts';
import type { Ablation } from './ablations.ts';
import { defaultTaskLimits, type TaskLimits, type TaskOutcome } from './limits.ts';

export interface TaskSettings {
  readonly planner: PlannerName;
  readonly selector: SelectorName;
  readonly limits: TaskLimits;
  readonly critic: CriticSettings;
  /** Refuses goals and grasps that do not follow from what the person said; the agent does, planners are compared without. */
  readonly checksGoals: boolean;
  /** Tells the model only of the skills that matter to the instruction, where there are many. */
  readonly selectsSkills: boolean;
  /** Parts of `hybrid` that are left out. */
  readonly without: readonly Ablation[];
}

export const defaultTaskSettings: TaskSettings = {
  planner: defaultPlanner,
  selector: 'cost',
  limits: defaultTaskLimits,
  critic: defaultCriticSettings,
  checksGoals: false,
  selectsSkills: true,
  without: [],
};

export interface TaskReport {
  readonly success: boolean;
  readonly outcome: TaskOutcome;
  /** One sentence for the person. */
  readonly message: string;
  /** Share of the goal conditions that the belief confirms, [0, 1]. */
  readonly goalConditionSuccess: number;
  readonly skills: number;
  readonly replans: number;
  readonly modelCalls: number;
  readonly tokens: number;
  /** ROS time of all model calls, s. */
  readonly modelS: number;
  readonly elapsedS: number;
}
