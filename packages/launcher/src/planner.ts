import { join } from 'node:path';
import { describeError, type XmlPlace } from '@efferent/core';
import { actionShape, handlerOf } from './actions.ts';
import { type LaunchElement, launchError, parseLaunchXml } from './element.ts';
import { attempt, checkElement, type ElementShape } from './element-shape.ts';
import type { LaunchContext, LaunchPlan, ProcessPlan } from './plan.ts';
import type { Scope } from './scope.ts';
import { evaluateTemplate, evaluateWords, parseTemplate, type Template } from './substitution.ts';
import { evaluateSubstitution } from './substitutions.ts';
import { parseCondition } from './values.ts';

const rootShape: ElementShape = {
  attributes: { version: 'literal', deprecated: 'literal' },
  required: [],
  parts: {},
  hasActions: true,
};

/** The plan under construction, and readers of attributes for the elements. */
export class Planner {
  readonly context: LaunchContext;
  readonly processes: ProcessPlan[] = [];
  readonly messages: LaunchPlan['messages'][number][] = [];
  readonly shutdowns: LaunchPlan['shutdowns'][number][] = [];
  readonly parameterFiles = new Map<string, string>();
  /** Names of every `<arg>` so far. */
  readonly declared = new Set<string>();
  usesSimTime = false;
  /** Files being read, to notice a file that includes itself. */
  readonly #open: string[] = [];

  constructor(context: LaunchContext) {
    this.context = context;
  }

  /** Reads and checks a file; returns its `<launch>` element. @param from - who asks, for the message */
  readRoot(file: string, from: XmlPlace): LaunchElement {
    let text: string;
    try {
      text = this.context.readFile(file);
    } catch (error) {
      throw launchError(from, `launch file ${file} could not be read: ${describeError(error)}`, error);
    }
    const root = parseLaunchXml(text, file);
    if (root.name !== 'launch') throw launchError(root, `the first element must be <launch>`);
    checkElement(root, rootShape, actionShape);
    const reason = root.attributes.get('deprecated');
    if (reason !== undefined) this.context.warn(`launch file ${file} is deprecated: ${reason}`);
    return root;
  }

  runChildren(element: LaunchElement, scope: Scope): void {
    const own = element.children.filter(({ name }) => name !== 'keep');
    for (const child of own) if (this.#holds(child, scope)) handlerOf(child).run(child, scope, this);
  }

  /** Runs the elements of another file in the same scope, as launch does. */
  include(file: string, root: LaunchElement, at: LaunchElement, scope: Scope): void {
    if (this.#open.includes(file)) throw launchError(at, `${file} includes itself`);
    this.#open.push(file);
    this.runChildren(root, scope);
    this.#open.pop();
  }

  /** Evaluates an attribute. */
  text(element: LaunchElement, attribute: string, scope: Scope): string | undefined {
    const raw = element.attributes.get(attribute);
    return raw === undefined ? undefined : this.evaluate(element, attribute, raw, scope);
  }

  requiredText(element: LaunchElement, attribute: string, scope: Scope): string {
    const value = this.text(element, attribute, scope);
    if (value === undefined) throw launchError(element, `attribute "${attribute}" is missing`);
    return value;
  }

  nameAndValue(element: LaunchElement, scope: Scope): [name: string, value: string] {
    return [this.requiredText(element, 'name', scope), this.requiredText(element, 'value', scope)];
  }

  words(element: LaunchElement, attribute: string, scope: Scope): string[] {
    const raw = element.attributes.get(attribute) ?? '';
    return this.#evaluate(element, attribute, raw, scope, evaluateWords);
  }

  /** Evaluates a text that came from an attribute. */
  evaluate(element: LaunchElement, attribute: string, text: string, scope: Scope): string {
    return this.#evaluate(element, attribute, text, scope, evaluateTemplate);
  }

  /** Evaluates the `<keep>` elements inside another. */
  keptVariables(element: LaunchElement, scope: Scope): ReadonlyMap<string, string> {
    const kept = element.children.filter(({ name }) => name === 'keep');
    return new Map(kept.map((each) => this.nameAndValue(each, scope)));
  }

  /** Makes the file of some parameters part of the plan. @returns its path */
  addParameterFile(text: string): string {
    const path = join(this.context.parameterFolder, `parameters-${this.parameterFiles.size + 1}.yaml`);
    this.parameterFiles.set(path, text);
    return path;
  }

  /** @throws {@link ConfigurationError} when a file that an attribute names cannot be read */
  requireFile(element: LaunchElement, attribute: string, path: string): string {
    return attempt(element, attribute, () => this.context.readFile(path));
  }

  #evaluate<T>(
    element: LaunchElement,
    attribute: string,
    text: string,
    scope: Scope,
    evaluate: (template: Template, evaluator: (name: string, values: readonly string[]) => string) => T,
  ): T {
    const situation = { scope, file: element.file, context: this.context };
    return attempt(element, attribute, () =>
      evaluate(parseTemplate(text), (name, values) => evaluateSubstitution(name, values, situation)),
    );
  }

  #holds(element: LaunchElement, scope: Scope): boolean {
    const [attribute, wanted] = element.attributes.has('unless') ? ['unless', false] : ['if', true];
    const text = this.text(element, attribute as string, scope);
    return text === undefined || attempt(element, attribute as string, () => parseCondition(text)) === wanted;
  }
}
