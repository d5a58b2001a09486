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

/** What a planner's language model answers to `decompose` and `replan`. */
export const planProposalSchema = strictObject({
  status: v.picklist(['plan', 'question', 'not-understood', 'impossible']),
  /** One sentence for the person; empty for a plain plan. */
  message: text(600),
  /** Statements that hold when the task is done, e.g. `in(apple-1, bowl-1)`. */
  goals: list(text(160), 40),
  subGoals: list(proposedSubGoal, 60),
  references: list(proposedReference, 20),
  /** False when planning must go on after these sub-goals, with what they found out. */
  complete: v.boolean(),
  question: v.nullable(
    strictObject({
      text: v.pipe(v.string(), v.minLength(1), v.maxLength(300)),
      choices: v.pipe(v.array(name), v.minLength(2), v.maxLength(12)),
    }),
  ),
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
