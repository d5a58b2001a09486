import type { PlaceRecall } from '../belief/belief.ts';
import type { SkillRun } from '../task/environment.ts';

/** Something that happened in a task, in words. */
export interface Episode {
  /** Seconds since the Unix epoch, or of the virtual clock. */
  readonly stampS: number;
  readonly kind: 'task' | 'failure' | 'found' | 'put' | 'answer';
  /** Scene or household that it happened in. */
  readonly map: string;
  readonly text: string;
}

/** How it is known that a thing was at a place: searched for and found, put there, or seen there all along. */
export type PlaceEvent = 'found' | 'put' | 'seen';

/** A task that has ended. */
export interface TaskEpisode {
  readonly instruction: string;
  readonly planner: string;
  readonly outcome: string;
  readonly message: string;
  /** Steps of the last plan, in order. */
  readonly plan: readonly string[];
  /** What went wrong, each with the explanation that was found. */
  readonly failures: readonly string[];
  /** What was asked and answered. */
  readonly answers: Readonly<Record<string, string>>;
  readonly elapsedS: number;
}

/** One run of a skill in an earlier task: what rates of success are estimated from. */
export interface RememberedRun {
  readonly skill: string;
  readonly context: string;
  readonly robot: string;
  /** Its own word and, where pictures were asked, theirs. */
  readonly success: boolean;
  readonly code: string;
  /** Probability of success that was given before; NaN when nobody judged. */
  readonly feasibility: number;
  readonly elapsedS: number;
  readonly stampS: number;
}

/** Where outcomes of skills are kept; all that an estimator of feasibility needs. */
export interface SkillOutcomeStore {
  rememberSkill(run: SkillRun): void;
  /** The newest runs, oldest first. */
  skillRuns(most: number): readonly RememberedRun[];
}

/** What is kept of tasks beyond their end: in a file across restarts, or as long as the process lives. */
export interface EpisodicMemory extends SkillOutcomeStore {
  /** From here on, what is remembered belongs to a new task; a place counts once a task. */
  beginTask(): void;
  endTask(task: TaskEpisode): void;
  /** A thing of this class was at a place. @param place - id of a fixture @param text - says it to a person */
  rememberPlace(className: string, place: string, event: PlaceEvent, text: string): void;
  /** How often things of these classes were at each place, faded with time. */
  readonly places: PlaceRecall;
  /** What may help with an instruction, in words, most relevant first. */
  recollect(instruction: string, most: number): readonly string[];
  close(): void;
}
