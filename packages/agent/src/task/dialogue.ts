import type { PlanProposal } from '../model/proposal.ts';
import type { TaskEnvironment } from './environment.ts';
import { type TaskBudget, TaskEnd } from './limits.ts';
import type { TaskMemory } from './task-memory.ts';

interface ModelAnswer {
  readonly status: string;
  readonly message: string;
  readonly question: PlanProposal['question'];
}

/**
 * Deals with an answer of a model that is no plan: asks the person its question, or ends the task.
 *
 * @returns true when the person answered and the model should be asked again; false when the answer is a plan
 * @throws {@link TaskEnd} not understood, refused, impossible, or no answer; why the signal aborted
 */
export async function putToPerson(
  environment: TaskEnvironment,
  budget: TaskBudget,
  memory: TaskMemory,
  { status, message, question }: ModelAnswer,
  signal: AbortSignal,
): Promise<boolean> {
  if (status === 'not-understood' || status === 'refused') throw new TaskEnd(status, message);
  if (status === 'impossible') {
    const isLost = memory.failures.some((failure) => failure.code === 'not-found');
    throw new TaskEnd(isLost ? 'not-found' : 'impossible', message);
  }
  if (status !== 'question') return false;
  if (question === null)
    throw new TaskEnd(
      'plan-rejected',
      `The ${environment.model.id} wanted to ask something, but gave no question.`,
    );
  budget.countQuestion();
  environment.emit({
    kind: 'question',
    subGoalId: '',
    text: question.text,
    detail: question.choices.join(', '),
    feasibility: Number.NaN,
  });
  const { questionTimeoutS } = budget.limits;
  const answer = await ask(environment, question, questionTimeoutS, signal);
  if (answer === undefined)
    throw new TaskEnd(
      'question-timeout',
      `I asked "${question.text}" (${question.choices.join(', ')}) and got no answer within ${questionTimeoutS} s.`,
    );
  memory.answers[question.text] = answer;
  memory.note('answer', `${question.text} ${answer}`);
  return true;
}

async function ask(
  environment: TaskEnvironment,
  question: NonNullable<ModelAnswer['question']>,
  timeoutS: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return await environment.ask(question, timeoutS, signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error;
  }
}
