import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type LaunchElement, launchError } from './element.ts';
import { attempt, type ElementShape, shape } from './element-shape.ts';
import { parameterYaml } from './parameter-value.ts';
import type { LaunchPlan } from './plan.ts';
import type { Planner } from './planner.ts';
import type { Scope } from './scope.ts';
import { parseBoolean } from './values.ts';

const parameterAttributes = {
  name: 'text',
  value: 'text',
  'value-sep': 'literal',
  type: 'literal',
  from: 'text',
  allow_substs: 'text',
} as const;
const nested: { param?: ElementShape } = {};
/** `<param>`, which may have others inside. */
export const parameterShape: ElementShape = shape(parameterAttributes, { parts: nested });
nested.param = parameterShape;

/**
 * Writes the parameters of a node as launch_ros does: those in scope first, then one file for each `<param>`, so that
 * what the node's own elements say wins.
 *
 * @param nodeName - full name, which the files mean; undefined when part of it is not known here: every node then
 */
export function parameterArguments(
  element: LaunchElement,
  scope: Scope,
  planner: Planner,
  nodeName: string | undefined,
): string[] {
  const shared = scope.parameters.flatMap((each) =>
    'file' in each ? ['--params-file', each.file] : ['-p', `${each.name}:=${each.yaml}`],
  );
  const own = element.children
    .filter(({ name }) => name === 'param')
    .flatMap((child) => ['--params-file', parameterFile(child, scope, planner, nodeName)]);
  return [...shared, ...own];
}

function parameterFile(
  element: LaunchElement,
  scope: Scope,
  planner: Planner,
  nodeName: string | undefined,
): string {
  const from = planner.text(element, 'from', scope);
  if (from !== undefined) return namedFile(element, from, scope, planner);
  if (element.attributes.has('allow_substs'))
    throw launchError(element, 'attribute "allow_substs" goes with "from"');
  const lines = parameterLines(element, '', scope, planner).map((line) => `    ${line}\n`);
  return planner.addParameterFile(`${nodeName ?? '/**'}:\n  ros__parameters:\n${lines.join('')}`);
}

function namedFile(element: LaunchElement, from: string, scope: Scope, planner: Planner): string {
  if (['name', 'value', 'type'].some((each) => element.attributes.has(each)) || element.children.length > 0)
    throw launchError(element, '"from" stands alone: the file gives names and values');
  const text = planner.requireFile(element, 'from', from);
  const allow = planner.text(element, 'allow_substs', scope) ?? 'false';
  if (!attempt(element, 'allow_substs', () => parseBoolean(allow))) return from;
  return planner.addParameterFile(planner.evaluate(element, 'from', text, scope));
}

function parameterLines(element: LaunchElement, prefix: string, scope: Scope, planner: Planner): string[] {
  const name = prefix + planner.requiredText(element, 'name', scope);
  const value = element.attributes.get('value');
  if (element.children.length > 0) {
    if (value !== undefined || element.attributes.has('type'))
      throw launchError(element, 'a value or type and nested parameters exclude each other');
    return element.children.flatMap((child) => parameterLines(child, `${name}.`, scope, planner));
  }
  if (value === undefined) throw launchError(element, 'attribute "value" is missing');
  const evaluate = (text: string) => planner.evaluate(element, 'value', text, scope);
  const options = { type: element.attributes.get('type'), separator: element.attributes.get('value-sep') };
  const yaml = attempt(element, 'value', () => parameterYaml(value, options, evaluate));
  return [`${JSON.stringify(name)}: ${yaml}`];
}

/** Writes the parameter files of a plan. @returns a function that removes them */
export function writeParameterFiles(plan: Pick<LaunchPlan, 'parameterFiles'>): () => void {
  const folders = new Set<string>();
  for (const [path, text] of plan.parameterFiles) {
    folders.add(dirname(path));
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, text);
  }
  return () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  };
}
