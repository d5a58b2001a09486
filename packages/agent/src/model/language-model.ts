import type { SkillContract } from '@efferent/skills';
import type { GenericSchema } from 'valibot';
import type { BeliefView } from '../belief/belief-view.ts';

/** One turn of the dialogue that DEPS conducts with its model. */
export interface DialogueTurn {
  readonly speaker: 'user' | 'planner' | 'descriptor' | 'explainer';
  readonly text: string;
}

/** What CLEA remembers of one executed action. */
export interface TrajectoryRecord {
  /** What was seen after it. */
  readonly observation: string;
  /** As {@link formatCall} writes it; empty for the first look at the scene. */
  readonly action: string;
  /** What its skill answered. */
  readonly feedback: string;
}

/** CLEA's belief: what was done, and where things are. */
export interface TrajectorySummary {
  readonly steps: readonly string[];
  readonly spatial: string;
}

/** A skill that a model proposes for a robot. */
export interface ProposedAction {
  readonly robot: string;
  readonly skill: string;
  readonly arguments: Readonly<Record<string, string>>;
}

/** What a model is asked, with what only this question needs. */
export type ModelQuestion =
  /** A plan graph for the instruction, or for what is left of it. */
  | { readonly purpose: 'decompose' | 'replan' }
  /** Why the newest failure happened. */
  | { readonly purpose: 'explain' }
  /** DEPS: a list of goals in the form of calls, continuing the dialogue. */
  | { readonly purpose: 'plan-goals'; readonly dialogue: readonly DialogueTurn[] }
  /** DEPS: why a goal failed and what would have to come first, continuing the dialogue. */
  | { readonly purpose: 'explain-goal'; readonly dialogue: readonly DialogueTurn[] }
  /** DEPS: the skill and arguments that one line of a plan means. */
  | { readonly purpose: 'parse-goal'; readonly line: string }
  /** CLEA: one paragraph on what is seen. */
  | { readonly purpose: 'observe' }
  /** CLEA: the trajectory in short. */
  | { readonly purpose: 'summarise'; readonly trajectory: readonly TrajectoryRecord[] }
  /** CLEA: the next sub-goal and a few actions. */
  | {
      readonly purpose: 'act';
      readonly summary: TrajectorySummary;
      readonly observation: string;
      /** What the critic or a robot objected to; empty when nothing. */
      readonly reflection: string;
      readonly mostActions: number;
    }
  /** CLEA: whether an action is suitable now. */
  | {
      readonly purpose: 'criticise';
      readonly summary: TrajectorySummary;
      readonly observation: string;
      readonly subGoal: string;
      readonly action: ProposedAction;
    };

export type ModelPurpose = ModelQuestion['purpose'];

/** One thing that happened in this task, oldest first. */
export interface HistoryEntry {
  readonly kind: 'done' | 'failed' | 'vetoed' | 'rejected' | 'answer' | 'note';
  readonly text: string;
}

/** A step that failed, with what is known about why. */
export interface StepFailure {
  readonly robot: string;
  readonly skill: string;
  readonly arguments: Readonly<Record<string, string>>;
  /** Failure code of the skill, or `not-confirmed` when the verifier refuted a reported success. */
  readonly code: string;
  readonly message: string;
  /** Failures of this skill with these arguments in this task. */
  readonly count: number;
}

/** A robot and what it can do. */
export interface RobotOffer {
  /** Namespace, e.g. `/stretch`. */
  readonly name: string;
  /** Names of its skills. */
  readonly skills: readonly string[];
}

/** A camera picture for a model that sees. */
export interface Picture {
  readonly mediaType: 'image/png';
  readonly bytes: Uint8Array;
}

/** Everything a language model is told; nothing else reaches it. */
export interface LanguageModelRequest<Output> {
  readonly question: ModelQuestion;
  /** The person's words; untrusted. */
  readonly instruction: string;
  readonly belief: BeliefView;
  /** Contracts of every skill that some robot has. */
  readonly skills: readonly SkillContract[];
  /** Robots that may take part; the first is the one that is spoken to. */
  readonly robots: readonly RobotOffer[];
  readonly history: readonly HistoryEntry[];
  readonly failures: readonly StepFailure[];
  /** The person's answers, by question text. */
  readonly answers: Readonly<Record<string, string>>;
  /** Goals and looks that were confirmed in this task, in order. */
  readonly achieved: readonly string[];
  /** What is remembered of earlier tasks and may help, in words, most relevant first. */
  readonly recollections?: readonly string[];
  /** Names given earlier to things that have been found since, by reference name. */
  readonly bindings: Readonly<Record<string, string>>;
  /** Ids that a name of the instruction does not mean, since the person said "the other one", by reference name. */
  readonly excluded?: Readonly<Record<string, readonly string[]>>;
  /** What the answer must look like. */
  readonly schema: GenericSchema<unknown, Output>;
  readonly maxOutputTokens: number;
  /** Requests that the call may send, retries and the repair round among them; the model's own bound without it. */
  readonly maxAttempts?: number;
  /** What the robot's camera sees; only where the model sees and the person agreed. */
  readonly picture?: Picture;
  /** 0, or absent, asks for the likeliest answer; a higher number for another draw of it. */
  readonly sample?: number;
  /** Is told the whole answer so far, as often as some of it arrives, by models that stream. */
  readonly onPartial?: (textSoFar: string) => void;
  readonly signal?: AbortSignal;
}

/** What a call used up. */
export interface ModelCost {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Input tokens that the server had kept from an earlier call; part of `inputTokens`. */
  readonly cachedInputTokens?: number;
  /** Requests sent, counting retries and the repair round. */
  readonly attempts: number;
}

export interface LanguageModelReply<Output> extends ModelCost {
  readonly output: Output;
  /** Mean log-probability of the answer's tokens, nats; absent when the model tells none. */
  readonly meanLogProbability?: number;
}

/** The seam between the planner and whatever thinks: a symbolic reasoner, a local or a remote language model. */
export interface LanguageModel {
  /** What plans and reports call it. */
  readonly id: string;
  /** Latency that a lockstep episode charges for one call, ms. */
  readonly modelledLatencyMs: number;
  /** Whether the same question asked again may be answered differently, so that agreement of several answers says something. */
  readonly answersVary: boolean;
  /** @throws {@link LanguageModelError} whose message says what to do; its field `cost` is what was used up, a {@link ModelCost} */
  generate<Output>(request: LanguageModelRequest<Output>): Promise<LanguageModelReply<Output>>;
}
