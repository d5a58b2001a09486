import { strictObject } from '@efferent/core';
import * as v from 'valibot';

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(80));
/** @param longest - characters */
const text = (longest: number) => v.pipe(v.string(), v.maxLength(longest));
/** @param most - entries */
const list = <Item extends v.GenericSchema>(item: Item, most: number) =>
  v.pipe(v.array(item), v.maxLength(most));

/** One step that a language model proposes; `arguments` name objects, references, fixtures or places by id. */
const proposedSubGoal = strictObject({
  id: name,
  robot: name,
  skill: name,
  arguments: list(strictObject({ name, value: name }), 6),
  dependsOn: list(name, 40),
});

/** Something the instruction speaks of that the belief does not hold yet. */
const proposedReference = strictObject({
  /** How sub-goals and goals name it, e.g. `apple`. */
  name,
  /** Classes that a detection of it may carry, most literal first. */
  classNames: v.pipe(v.array(name), v.minLength(1), v.maxLength(24)),
  /** What to do when several things match once it was found. */
  choose: v.picklist(['ask', 'any']),
  /** Fixture in which the instruction says that it is; empty when it says nothing. */
  within: text(80),
});

/** What may be answered instead of a plan. */
const answerStatus = ['question', 'not-understood', 'impossible', 'refused'] as const;

/** What a planner may want to know from the person. */
const askedQuestion = v.nullable(
  strictObject({
    text: v.pipe(v.string(), v.minLength(1), v.maxLength(300)),
    choices: v.pipe(v.array(name), v.minLength(2), v.maxLength(12)),
  }),
);

/** What a planner's language model answers to `decompose` and `replan`. */
export const planProposalSchema = strictObject({
  status: v.picklist(['plan', ...answerStatus]),
  /** One sentence for the person; empty for a plain plan. */
  message: text(600),
  /** Statements that hold when the task is done, e.g. `in(apple-1, bowl-1)`. */
  goals: list(text(160), 40),
  subGoals: list(proposedSubGoal, 60),
  references: list(proposedReference, 20),
  /** False when planning must go on after these sub-goals, with what they found out. */
  complete: v.boolean(),
  question: askedQuestion,
});

export type PlanProposal = v.InferOutput<typeof planProposalSchema>;
export type ProposedSubGoal = PlanProposal['subGoals'][number];
export type ProposedReference = PlanProposal['references'][number];

/** What a language model answers to `explain`. */
export const explanationSchema = strictObject({
  /** The precondition that was broken, as a statement; empty when none is. */
  precondition: text(160),
  /** One sentence: why the step failed. */
  because: v.pipe(v.string(), v.minLength(1), v.maxLength(400)),
});

export type Explanation = v.InferOutput<typeof explanationSchema>;

const argumentList = list(strictObject({ name, value: name }), 6);

/** What a language model answers to `plan-goals`. */
export const goalListSchema = strictObject({
  status: v.picklist(['plan', ...answerStatus]),
  /** One sentence for the person; empty for a plain plan. */
  message: text(600),
  /** Goals as calls, e.g. `pick(object=apple-1)`; what stands after `#` is a comment. */
  lines: list(text(240), 60),
  /** Statements that hold when the task is done. */
  goals: list(text(160), 40),
  /** False when planning must go on after these goals, with what they found out. */
  complete: v.boolean(),
  question: askedQuestion,
});

export type GoalList = v.InferOutput<typeof goalListSchema>;

/** What a language model answers to `parse-goal`. */
export const parsedGoalSchema = strictObject({
  /** Empty when the line means no skill. */
  skill: text(80),
  arguments: argumentList,
  /** What an argument stands for that the belief does not hold yet. */
  reference: v.nullable(proposedReference),
});

export type ParsedGoal = v.InferOutput<typeof parsedGoalSchema>;

/** What a language model answers to `explain-goal`. */
export const goalExplanationSchema = strictObject({
  because: v.pipe(v.string(), v.minLength(1), v.maxLength(600)),
});

/** What a language model answers to `observe`. */
export const observationSchema = strictObject({
  text: v.pipe(v.string(), v.minLength(1), v.maxLength(3000)),
});

/** What a language model answers to `summarise`. */
export const summarySchema = strictObject({
  /** Numbered by their order. */
  steps: list(text(300), 40),
  spatial: text(3000),
});

/** What a language model answers to `act`. */
export const actionPlanSchema = strictObject({
  status: v.picklist(['act', 'done', ...answerStatus]),
  message: text(600),
  subGoal: text(200),
  actions: list(strictObject({ robot: name, skill: name, arguments: argumentList }), 5),
  /** Statements that hold when the whole task is done. */
  goals: list(text(160), 40),
  question: askedQuestion,
});

export type ActionPlan = v.InferOutput<typeof actionPlanSchema>;

/** What a language model answers to `criticise`. */
export const suitabilitySchema = strictObject({
  suitable: v.boolean(),
  /** Why not: already done or overtaken, already so, not possible, of no use. */
  reason: v.picklist(['suitable', 'outdated', 'redundant', 'invalid', 'wrong-plan']),
  feedback: text(400),
});

export type Suitability = v.InferOutput<typeof suitabilitySchema>;
