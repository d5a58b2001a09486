import type { SkillContract } from '@efferent/skills';
import type { Belief } from '../belief/belief.ts';
import type { EpisodicMemory } from '../memory/episodic-memory.ts';
import type { LanguageModel, ModelCost, ModelPurpose, Picture, RobotOffer } from '../model/language-model.ts';
import type { ProposedReference } from '../model/proposal.ts';
import type { StepVeto } from '../plan/check-plan.ts';
import type { Verdict } from '../plan/critic.ts';
import type { PlanGraph, SubGoal } from '../plan/plan-graph.ts';
import type { SkillContext } from '../plan/skill-context.ts';
import type { Interjections } from './interjections.ts';

/** What a robot answered to one skill. */
export interface SkillOutcome {
  readonly success: boolean;
  /** Failure code of the contract; empty on success. */
  readonly failureCode: string;
  readonly message: string;
  readonly elapsedS: number;
}

/** One skill to be run by one robot. */
export interface SkillCall {
  readonly robot: string;
  readonly skill: string;
  readonly arguments: Readonly<Record<string, string>>;
}

/** Why a skill cannot be done, as the robot's own planner says. */
export interface SkillObstacle {
  /** Failure code of the contract. */
  readonly code: string;
  readonly message: string;
}

/** Something that a person who watches the task may want to know. */
export interface TaskEvent {
  readonly kind: 'plan' | 'step-start' | 'step-end' | 'critique' | 'replan' | 'question' | 'amended' | 'note';
  readonly subGoalId: string;
  readonly text: string;
  readonly detail: string;
  /** NaN when the event carries none. */
  readonly feasibility: number;
}

export interface TaskQuestion {
  readonly text: string;
  readonly choices: readonly string[];
}

/** One language-model call, after it ended. */
export interface ModelCallReport extends ModelCost {
  readonly purpose: string;
  readonly model: string;
  /** Mean log-probability of the answer's tokens, nats; absent when the model tells none. */
  readonly meanLogProbability?: number;
  readonly durationS: number;
  readonly ok: boolean;
  readonly message: string;
}

/** One skill that was run, with what was believed before and seen after it. */
export interface SkillRun extends SkillCall {
  readonly context: SkillContext;
  /** Probability of success as judged before; NaN when nobody judged. */
  readonly feasibility: number;
  readonly outcome: SkillOutcome;
  /** What fresh pictures said of a reported success. */
  readonly verdict: 'unverified' | 'confirmed' | 'refuted';
}

/** A choice among ready sub-goals, with what the network is told of each. */
export interface SubGoalChoice {
  readonly chosen: SubGoal;
  readonly descriptions: ReadonlyMap<SubGoal, Float32Array>;
}

/** Everything around a task: the robot, the person, time, and who listens. Node files supply the real one. */
export interface TaskEnvironment {
  readonly belief: Belief;
  /** Contracts of every skill that some robot has. */
  readonly skills: readonly SkillContract[];
  /** Robots that take part; the first is the one that is spoken to. */
  readonly robots: readonly [RobotOffer, ...RobotOffer[]];
  readonly model: LanguageModel;
  /** What is kept of tasks beyond their end; nothing without it. */
  readonly memory?: EpisodicMemory | undefined;
  /** What the person says while the task runs; without it a task cannot be changed, only ended. */
  readonly interjections?: Interjections;
  /** ROS time, s. */
  nowS(): number;
  /** Resolves after this much ROS time, or throws when the task is cancelled. */
  sleep(durationS: number, signal: AbortSignal): Promise<void>;
  executeSkill(call: SkillCall, onPhase: (phase: string) => void, signal: AbortSignal): Promise<SkillOutcome>;
  /** Has the robot plan a skill without moving; undefined where it has found a way, or cannot tell. */
  rehearse?(call: SkillCall): Promise<SkillObstacle | undefined>;
  /** Runs a model call so that its latency counts on the virtual clock. */
  runModel<T>(work: () => Promise<T>): Promise<T>;
  /** Runs a network of the agent itself so that its latency counts on the virtual clock; it takes no time without. */
  runNetwork?<T>(work: () => Promise<T>): Promise<T>;
  /** Is told of every choice among several ready sub-goals. */
  onChoice?(choice: SubGoalChoice): void;
  /** Is told of the steps of a proposed plan that contracts rule out, whether the plan is refused or mended. */
  onPlanVeto?(vetoes: readonly StepVeto[], references: readonly ProposedReference[]): void;
  /** Asks the person; undefined when no answer came in time. */
  ask(question: TaskQuestion, timeoutS: number, signal: AbortSignal): Promise<string | undefined>;
  /** Whether every step waits for the person's word before it is sent; none does without. */
  readonly confirmsSteps?: () => boolean;
  /** Resolves at once, or when a pause ends. */
  whilePaused(signal: AbortSignal): Promise<void>;
  publishPlan(plan: PlanGraph): void;
  publishCritique(subGoal: SubGoal, verdict: Verdict): void;
  publishSkillRun(run: SkillRun): void;
  publishModelCall(report: ModelCallReport): void;
  /** Where the text of a running model call goes; undefined when nobody listens. */
  modelText?(purpose: ModelPurpose): ((textSoFar: string) => void) | undefined;
  /** What the camera of the robot that is spoken to sees; undefined where the model may not see it. */
  picture?(): Promise<Picture | undefined>;
  emit(event: TaskEvent): void;
}
