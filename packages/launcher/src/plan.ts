import { describeError } from '@efferent/core';
import { elementHandlers } from './actions.ts';
import { checkNames, type LaunchElement, launchError, parseLaunchXml } from './element.ts';
import type { PackageIndex } from './packages.ts';
import { evaluateSubstitution, parseBoolean, Scope } from './scope.ts';
import { evaluateTemplate, evaluateWords, parseTemplate, type Template } from './substitution.ts';

/** What a launch file may ask of the machine. */
export interface LaunchContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly packages: PackageIndex;
  /** Reads an included file. @throws when it is not readable */
  readonly readFile: (path: string) => string;
}

export type OutputTarget = 'screen' | 'log' | 'both';

/** One process to start. */
export interface ProcessPlan {
  /** Unique in the plan: executable name and a counter, e.g. `gate-2`. */
  readonly name: string;
  /** Program and its arguments. */
  readonly command: readonly string[];
  readonly cwd: string | undefined;
  /** What is set on top of the launcher's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly output: OutputTarget;
  readonly respawn: boolean;
  readonly respawnDelayMs: number;
  /** -1 has no limit. */
  readonly respawnMaxRetries: number;
  readonly sigtermTimeoutMs: number;
  readonly sigkillTimeoutMs: number;
  /** Its end ends the whole launch. */
  readonly required: boolean;
  /** Present for `<node>`. */
  readonly node: NodePlan | undefined;
  readonly file: string;
  readonly line: number;
}

/** The ROS part of a process, for those who load its node into their own process. */
export interface NodePlan {
  readonly packageName: string | undefined;
  readonly executable: string;
  /** `args` and `--ros-args …`, as the process gets them. */
  readonly arguments: readonly string[];
}

export interface DeclaredArgument {
  readonly name: string;
  readonly defaultValue: string | undefined;
  readonly description: string;
  readonly choices: readonly string[];
}

export interface LaunchPlan {
  readonly processes: readonly ProcessPlan[];
  /** Texts of `<log>`, in order. */
  readonly messages: readonly string[];
  readonly arguments: readonly DeclaredArgument[];
}

/**
 * Works out what a launch file starts, and starts nothing.
 *
 * @param file - path of the XML file
 * @param given - values of its arguments
 * @returns the processes in file order
 * @throws {@link ConfigurationError} naming file, line and element of what is wrong
 */
export function planLaunch(
  file: string,
  given: ReadonlyMap<string, string>,
  context: LaunchContext,
): LaunchPlan {
  const planner = new Planner(context);
  const scope = new Scope();
  for (const [name, value] of given) scope.variables.set(name, value);
  const root = planner.readRoot(file, { file, line: 0, name: '' });
  planner.runChildren(root, scope);
  const declared = new Set(planner.declared.map((argument) => argument.name));
  for (const name of given.keys())
    if (!declared.has(name))
      throw launchError(
        root,
        `there is no argument "${name}"; there are: ${[...declared].join(', ') || 'none'}`,
      );
  return { processes: planner.processes, messages: planner.messages, arguments: planner.declared };
}

/** What element handlers work with: the plan under construction and readers of attributes. */
export class Planner {
  readonly context: LaunchContext;
  readonly processes: ProcessPlan[] = [];
  readonly messages: string[] = [];
  readonly declared: DeclaredArgument[] = [];
  /** Files being read, to notice a file that includes itself. */
  readonly #open: string[] = [];

  constructor(context: LaunchContext) {
    this.context = context;
  }

  /** Reads a file and returns its `<launch>` element. `from` is who asks, for the message. */
  readRoot(
    file: string,
    from: { readonly file: string; readonly line: number; readonly name: string },
  ): LaunchElement {
    let text: string;
    try {
      text = this.context.readFile(file);
    } catch (error) {
      throw launchError(from, `launch file ${file} could not be read: ${describeError(error)}`, error);
    }
    const root = parseLaunchXml(text, file);
    if (root.name !== 'launch') throw launchError(root, `the first element must be <launch>`);
    const version = root.attributes.get('version');
    if (version !== undefined && version !== '0.1.1')
      throw launchError(root, `version "${version}" is not supported; this is 0.1.1`);
    checkNames(root, ['version'], undefined);
    return root;
  }

  runChildren(element: LaunchElement, scope: Scope): void {
    for (const child of element.children) this.#run(child, scope);
  }

  /** Runs the elements of another file in the same scope, as launch does. */
  include(file: string, at: LaunchElement, scope: Scope): void {
    if (this.#open.includes(file)) throw launchError(at, `${file} includes itself`);
    this.#open.push(file);
    this.runChildren(this.readRoot(file, at), scope);
    this.#open.pop();
  }

  /** Evaluates an attribute. */
  text(element: LaunchElement, attribute: string, scope: Scope): string | undefined {
    return this.#evaluate(element, attribute, scope, evaluateTemplate);
  }

  requiredText(element: LaunchElement, attribute: string, scope: Scope): string {
    const value = this.text(element, attribute, scope);
    if (value === undefined) throw launchError(element, `attribute "${attribute}" is missing`);
    return value;
  }

  words(element: LaunchElement, attribute: string, scope: Scope): string[] {
    return this.#evaluate(element, attribute, scope, evaluateWords) ?? [];
  }

  boolean(element: LaunchElement, attribute: string, scope: Scope, otherwise: boolean): boolean {
    const value = this.text(element, attribute, scope);
    return value === undefined ? otherwise : this.attempt(element, attribute, () => parseBoolean(value));
  }

  number(element: LaunchElement, attribute: string, scope: Scope, otherwise: number): number {
    const value = this.text(element, attribute, scope);
    if (value === undefined) return otherwise;
    const parsed = value.trim() === '' ? Number.NaN : Number(value);
    if (!Number.isFinite(parsed))
      throw launchError(element, `attribute "${attribute}" must be a number, got "${value}"`);
    return parsed;
  }

  /** Runs `work` and gives its failure the position of an attribute. */
  attempt<T>(element: LaunchElement, attribute: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw launchError(element, `attribute "${attribute}": ${describeError(error)}`, error);
    }
  }

  #evaluate<T>(
    element: LaunchElement,
    attribute: string,
    scope: Scope,
    evaluate: (template: Template, evaluator: (name: string, values: readonly string[]) => string) => T,
  ): T | undefined {
    const raw = element.attributes.get(attribute);
    if (raw === undefined) return undefined;
    return this.attempt(element, attribute, () =>
      evaluate(parseTemplate(raw), (name, values) =>
        evaluateSubstitution(name, values, scope, element.file, this.context),
      ),
    );
  }

  #run(element: LaunchElement, scope: Scope): void {
    const handler = elementHandlers[element.name];
    if (handler === undefined)
      throw launchError(
        element,
        `this element is not supported; supported are: ${Object.keys(elementHandlers).join(', ')}`,
      );
    checkNames(element, [...handler.attributes, 'if', 'unless'], handler.children);
    if (this.#condition(element, scope)) handler.run(element, scope, this);
  }

  #condition(element: LaunchElement, scope: Scope): boolean {
    if (element.attributes.has('if') && element.attributes.has('unless'))
      throw launchError(element, '"if" and "unless" exclude each other');
    return this.boolean(element, 'if', scope, true) && !this.boolean(element, 'unless', scope, false);
  }
}
