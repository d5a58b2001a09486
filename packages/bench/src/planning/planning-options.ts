import { type Ablation, type PlannerName, parseAblations, plannerNames } from '@efferent/agent';
import { ConfigurationError } from '@efferent/core';
import type { SuiteOptions } from '../figure.ts';
import type { Level } from './cell.ts';

export const planningSuiteNames = ['deps', 'clea', 'critic', 'selector', 'overhead', 'rates', 'fit'] as const;
export type PlanningSuiteName = (typeof planningSuiteNames)[number];

/** What the command line gives to `bench planning`. */
export interface PlanningArguments extends SuiteOptions {
  readonly suite?: string;
  readonly level?: string;
  /** Names with commas between them. */
  readonly planners?: string;
  readonly without?: string;
  readonly records?: string;
}

export interface PlanningOptions extends SuiteOptions {
  readonly suite: PlanningSuiteName;
  readonly level: Level;
  readonly planners: readonly PlannerName[] | undefined;
  /** Parts of `hybrid` that are switched off. */
  readonly without: readonly Ablation[];
  /** File of `bench tasks --episodes-file` that rates are counted from. */
  readonly records: string | undefined;
}

const levels = ['oracle', 'measured', 'full'] as const satisfies readonly Level[];

/** Checks what the command line gives. @throws {@link ConfigurationError} naming the option */
export function planningOptions(given: PlanningArguments): PlanningOptions {
  const suite = oneOf('--suite', given.suite ?? 'deps', planningSuiteNames);
  const level = oneOf('--level', given.level ?? 'measured', levels);
  if (level === 'full' && !['deps', 'clea', 'critic'].includes(suite))
    throw wrong('--level', 'full runs the suites deps, clea and critic');
  if (suite === 'rates' && given.records === undefined)
    throw wrong('--records', 'the suite rates needs the file that "bench tasks --episodes-file" wrote');
  const planners = given.planners?.split(',').map((name) => oneOf('--planners', name.trim(), plannerNames));
  const without = parseAblations(given.without ?? '');
  return { ...given, suite, level, planners, without, records: given.records };
}

function oneOf<const Name extends string>(option: string, value: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === value);
  if (found === undefined) throw wrong(option, `there is no "${value}"; there are: ${names.join(', ')}`);
  return found;
}

const wrong = (option: string, message: string): ConfigurationError =>
  new ConfigurationError({ code: 'invalid-option', message: `${option}: ${message}`, fields: { option } });
