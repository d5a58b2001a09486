import { resolve } from 'node:path';
import type { LaunchElement } from './element.ts';
import type { LaunchContext } from './plan.ts';
import { Planner } from './planner.ts';
import { Scope } from './scope.ts';
import { withoutEscapes } from './substitution.ts';

export interface DeclaredArgument {
  readonly name: string;
  /** As written, with its substitutions. */
  readonly defaultValue: string | undefined;
  readonly description: string;
  readonly choices: readonly string[];
  /** Whether it only exists under some condition. */
  readonly isConditional: boolean;
}

/**
 * Lists the arguments of a launch file and of those that it includes, without evaluating any. An included file whose
 * name depends on an argument is left out, as `ros2 launch --show-args` does.
 *
 * @throws {@link ConfigurationError} naming file, line and element of what is wrong
 */
export function listArguments(file: string, context: LaunchContext): readonly DeclaredArgument[] {
  const planner = new Planner(context);
  const found = new Map<string, DeclaredArgument>();
  const path = resolve(file);
  const root = planner.readRoot(path, { file, line: 0, name: '' });
  walk(root, false, [path]);
  return [...found.values()];

  /** @returns false after a `<reset>`, behind which no argument can be given */
  function walk(parent: LaunchElement, isInsideCondition: boolean, open: readonly string[]): boolean {
    for (const element of parent.children) {
      const isConditional =
        isInsideCondition || element.attributes.has('if') || element.attributes.has('unless');
      if (element.name === 'reset') return false;
      if (element.name === 'arg' && parent.name !== 'include') add(element, isConditional);
      else if (element.name === 'include') {
        const included = includedFile(element);
        if (included === undefined || open.includes(included)) continue;
        if (!walk(planner.readRoot(included, element), isConditional, [...open, included])) return false;
      } else if (!walk(element, isConditional || element.name.endsWith('timer'), open)) return false;
    }
    return true;
  }

  function add(element: LaunchElement, isConditional: boolean): void {
    const name = withoutEscapes(element.attributes.get('name') as string);
    if (found.has(name)) return;
    found.set(name, {
      name,
      defaultValue: element.attributes.get('default'),
      description: withoutEscapes(element.attributes.get('description') ?? ''),
      choices: element.children.map((choice) => withoutEscapes(choice.attributes.get('value') as string)),
      isConditional,
    });
  }

  function includedFile(element: LaunchElement): string | undefined {
    try {
      const scope = new Scope();
      scope.resetEnvironment(context.environment);
      return resolve(planner.requiredText(element, 'file', scope));
    } catch {
      // Its name needs values that only a launch has.
      return undefined;
    }
  }
}
