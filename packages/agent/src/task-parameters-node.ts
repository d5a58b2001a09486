import { ConfigurationError, describeError } from '@efferent/core';
import type { RosNode } from '@efferent/ros';
import { defaultCriticSettings } from './plan/critic.ts';
import { type SelectorName, selectorNames } from './plan/selector.ts';
import { defaultPlanner, isPlannerName, type PlannerName, plannerNames } from './planners/planners.ts';
import { type Ablation, ablationNames, parseAblations } from './task/ablations.ts';
import { defaultTaskLimits, type TaskLimits } from './task/limits.ts';
import type { TaskSettings } from './task/task-report.ts';

/** Declares the planner's thresholds and bounds; they may be changed between tasks. */
export function declareSettings(node: RosNode): (planner: string, without: string) => TaskSettings {
  const number = (
    name: string,
    value: number,
    range: readonly [number, number],
    description: string,
    integer = false,
  ) => {
    node.declareParameter(name, value, { description, range, ...(integer ? { integer } : {}) });
    return () => node.getParameter(name) as number;
  };
  const planner = declareChoice(node, 'planner', defaultPlanner, plannerNames, 'how tasks are planned');
  const selector = declareChoice(
    node,
    'selector',
    'what the planner takes: learned for deps, cost for the others',
    selectorNames,
    'how the next of several ready sub-goals is chosen',
  );
  const without = declareAblations(node);
  const d = defaultTaskLimits;
  const threshold = number(
    'feasibility_threshold',
    defaultCriticSettings.feasibilityThreshold,
    [0, 1],
    'a step whose chance of success is below this is not sent',
  );
  const stale = number(
    'stale_after_s',
    defaultCriticSettings.staleAfterS,
    [1, 3600],
    'a thing seen longer ago is looked at before it is used, s',
  );
  const vetoes = number(
    'max_vetoes',
    defaultCriticSettings.maxVetoes,
    [0, 20],
    'vetoes of one step after which the critic lets it pass',
    true,
  );
  const replans = number('max_replans', d.maxReplans, [0, 100], 'replans of one task', true);
  const steps = number('max_steps', d.maxSteps, [1, 1000], 'skills of one task', true);
  const calls = number(
    'max_model_calls',
    d.maxModelCalls,
    [1, 1000],
    'language-model calls of one task',
    true,
  );
  const tokens = number(
    'max_tokens',
    d.maxTokens,
    [1000, 10_000_000],
    'tokens of all calls of one task',
    true,
  );
  const output = number(
    'max_output_tokens',
    d.maxOutputTokensPerCall,
    [100, 100_000],
    'tokens of one answer',
    true,
  );
  const modelS = number('max_model_s', d.maxModelS, [1, 86_400], 'time of all model calls of one task, s');
  const taskS = number('max_task_s', d.maxTaskS, [1, 86_400], 'ROS time of one task, s');
  const equal = number('max_equal_failures', d.maxEqualFailures, [1, 20], 'equal failures in a row', true);
  const looks = number(
    'max_search_looks',
    d.maxSearchLooks,
    [1, 100],
    'looks while searching for one thing',
    true,
  );
  const questions = number('max_questions', d.maxQuestions, [0, 20], 'questions of one task', true);
  const answerS = number(
    'question_timeout_s',
    d.questionTimeoutS,
    [1, 3600],
    'how long an answer is waited for, s',
  );
  return (asked, left) => {
    const limits: TaskLimits = {
      maxReplans: replans(),
      maxSteps: steps(),
      maxModelCalls: calls(),
      maxTokens: tokens(),
      maxOutputTokensPerCall: output(),
      maxModelS: modelS(),
      maxTaskS: taskS(),
      maxEqualFailures: equal(),
      maxSearchLooks: looks(),
      maxQuestions: questions(),
      questionTimeoutS: answerS(),
    };
    const chosen = isPlannerName(asked) ? asked : planner() || defaultPlanner;
    const critic = { feasibilityThreshold: threshold(), staleAfterS: stale(), maxVetoes: vetoes() };
    return {
      planner: chosen,
      selector: selector() || usualSelector(chosen),
      limits,
      critic,
      without: left === '' ? without() : parseAblations(left),
    };
  };
}

/** DEPS is published with a trained selector. */
const usualSelector = (planner: PlannerName): SelectorName => (planner === 'deps' ? 'learned' : 'cost');

/** Declares which parts of the planner are left out. @throws {@link ConfigurationError} for an unknown one at the start */
function declareAblations(node: RosNode): () => readonly Ablation[] {
  const first = node.declareParameter('without', '', {
    description: `parts of the planner to leave out, separated by commas: ${ablationNames.join(', ')}`,
  });
  parseAblations(first);
  node.onSetParameters((changes) => {
    if (!changes.has('without')) return undefined;
    try {
      parseAblations(String(changes.get('without')));
      return undefined;
    } catch (error) {
      return describeError(error);
    }
  });
  return () => parseAblations(node.getParameter('without') as string);
}

/**
 * Declares a parameter that takes one of some words, or nothing for the usual one; it may be changed between tasks.
 *
 * @param usual - what is taken without one, for the description
 * @returns reads it; empty for the usual one
 * @throws {@link ConfigurationError} for another word at the start; later ones are refused
 */
function declareChoice<Choice extends string>(
  node: RosNode,
  name: string,
  usual: string,
  choices: readonly Choice[],
  purpose: string,
): () => Choice | '' {
  const constraints = `one of ${choices.join(', ')}; when empty ${usual}`;
  const problem = (value: unknown) =>
    value === '' || choices.some((choice) => choice === value)
      ? undefined
      : `parameter ${name}: there is no ${name} "${value}"; there are: ${choices.join(', ')}`;
  const first = node.declareParameter(name, '', { description: `${purpose}: ${constraints}`, constraints });
  const reason = problem(first);
  if (reason !== undefined)
    throw new ConfigurationError({ code: `unknown-${name}`, message: reason, fields: { [name]: first } });
  node.onSetParameters((changes) => (changes.has(name) ? problem(changes.get(name)) : undefined));
  return () => node.getParameter(name) as Choice | '';
}
