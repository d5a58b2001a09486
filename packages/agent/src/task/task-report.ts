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
  /** Parts of planning that are left out. */
  readonly without: readonly Ablation[];
}

export const defaultTaskSettings: TaskSettings = {
  planner: defaultPlanner,
  selector: 'cost',
  limits: defaultTaskLimits,
  critic: defaultCriticSettings,
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
