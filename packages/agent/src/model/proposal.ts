import { z } from 'zod';

const name = z.string().min(1).max(80);

/** One step that a language model proposes; `arguments` name objects, references, fixtures or places by id. */
const proposedSubGoal = z.strictObject({
  id: name,
  skill: name,
  arguments: z.array(z.strictObject({ name, value: name })).max(6),
  dependsOn: z.array(name).max(40),
});

/** Something the instruction speaks of that the belief does not hold yet. */
const proposedReference = z.strictObject({
  /** How sub-goals and goals name it, e.g. `apple`. */
  name,
  /** Classes that a detection of it may carry, most literal first. */
  classNames: z.array(name).min(1).max(24),
  /** What to do when several things match once it was found. */
  choose: z.enum(['ask', 'any']),
  /** Fixture in which the instruction says that it is; empty when it says nothing. */
  within: z.string().max(80),
});

/** What a planner's language model answers to `decompose` and `replan`. */
export const planProposalSchema = z.strictObject({
  status: z.enum(['plan', 'question', 'not-understood', 'impossible']),
  /** One sentence for the person; empty for a plain plan. */
  message: z.string().max(600),
  /** Statements that hold when the task is done, e.g. `in(apple-1, bowl-1)`. */
  goals: z.array(z.string().max(160)).max(40),
  subGoals: z.array(proposedSubGoal).max(60),
  references: z.array(proposedReference).max(20),
  /** False when planning must go on after these sub-goals, with what they found out. */
  complete: z.boolean(),
  question: z
    .strictObject({ text: z.string().min(1).max(300), choices: z.array(name).min(2).max(12) })
    .nullable(),
});

export type PlanProposal = z.output<typeof planProposalSchema>;
export type ProposedSubGoal = PlanProposal['subGoals'][number];
export type ProposedReference = PlanProposal['references'][number];

/** What a language model answers to `explain`. */
export const explanationSchema = z.strictObject({
  /** The precondition that was broken, as a statement; empty when none is. */
  precondition: z.string().max(160),
  /** One sentence: why the step failed. */
  because: z.string().min(1).max(400),
});

export type Explanation = z.output<typeof explanationSchema>;
