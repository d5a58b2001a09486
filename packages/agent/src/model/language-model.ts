import type { SkillContract } from '@efferent/skills';
import type { GenericSchema } from 'valibot';
import type { BeliefView } from '../belief/belief-view.ts';

export type ModelPurpose = 'decompose' | 'replan' | 'explain';

/** One thing that happened in this task, oldest first. */
export interface HistoryEntry {
  readonly kind: 'done' | 'failed' | 'vetoed' | 'rejected' | 'answer' | 'note';
  readonly text: string;
}

/** A step that failed, with what is known about why. */
export interface StepFailure {
  readonly skill: string;
  readonly arguments: Readonly<Record<string, string>>;
  /** Failure code of the skill, or `not-confirmed` when the verifier refuted a reported success. */
  readonly code: string;
  readonly message: string;
  /** Failures of this skill with these arguments in this task. */
  readonly count: number;
}

/** Everything a language model is told; nothing else reaches it. */
export interface LanguageModelRequest<Output> {
  readonly purpose: ModelPurpose;
  /** The person's words; untrusted. */
  readonly instruction: string;
  readonly belief: BeliefView;
  readonly skills: readonly SkillContract[];
  /** Robot that is to do the task. */
  readonly robot: string;
  readonly history: readonly HistoryEntry[];
  readonly failures: readonly StepFailure[];
  /** The person's answers, by question text. */
  readonly answers: Readonly<Record<string, string>>;
  /** Goals and looks that were confirmed in this task, in order. */
  readonly achieved: readonly string[];
  /** Names given earlier to things that have been found since, by reference name. */
  readonly bindings: Readonly<Record<string, string>>;
  /** What the answer must look like. */
  readonly schema: GenericSchema<unknown, Output>;
  readonly maxOutputTokens: number;
  readonly signal?: AbortSignal;
}

export interface LanguageModelReply<Output> {
  readonly output: Output;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Requests sent, counting retries and the repair round. */
  readonly attempts: number;
}

/** The seam between the planner and whatever thinks: a symbolic reasoner, a local or a remote language model. */
export interface LanguageModel {
  /** What plans and reports call it. */
  readonly id: string;
  /** Latency that a lockstep episode charges for one call, ms. */
  readonly modelledLatencyMs: number;
  /** @throws {@link LanguageModelError} whose message says what to do */
  generate<Output>(request: LanguageModelRequest<Output>): Promise<LanguageModelReply<Output>>;
}
