import { describeError } from '@efferent/core';
import { type LaunchElement, launchError } from './element.ts';
import { parseTemplate, substitutionsIn } from './substitution.ts';
import { checkSubstitution } from './substitutions.ts';
import { parseBoolean, parseInteger, parseNumber } from './values.ts';

/**
 * What an attribute may hold. Only `text` may have substitutions: launch reads the others before it knows any value.
 * `seconds` is not negative.
 */
export type AttributeKind = 'text' | 'literal' | 'boolean' | 'integer' | 'seconds';

export interface ElementShape {
  readonly attributes: Readonly<Record<string, AttributeKind>>;
  readonly required: readonly string[];
  /** Elements that belong to this one, e.g. `<param>` to `<node>`. */
  readonly parts: Readonly<Record<string, ElementShape>>;
  /** Whether actions stand inside as well. */
  readonly hasActions: boolean;
}

/** Makes the shape of an element. @param attributes - a required one ends with `!` */
export function shape(
  attributes: Readonly<Record<string, AttributeKind>>,
  inside: { readonly parts?: Readonly<Record<string, ElementShape>>; readonly hasActions?: boolean } = {},
): ElementShape {
  const entries = Object.entries(attributes);
  return {
    attributes: Object.fromEntries(entries.map(([name, kind]) => [name.replace('!', ''), kind])),
    required: entries.filter(([name]) => name.endsWith('!')).map(([name]) => name.slice(0, -1)),
    parts: inside.parts ?? {},
    hasActions: inside.hasActions ?? false,
  };
}

/**
 * Checks an element and all inside, whether their conditions hold or not: names, required attributes, literal values,
 * and the form of every substitution.
 *
 * @param actionShape - returns the shape of an action. @throws {ConfigurationError} when there is no such action
 * @throws {@link ConfigurationError} naming file, line and element
 */
export function checkElement(
  element: LaunchElement,
  expected: ElementShape,
  actionShape: (action: LaunchElement) => ElementShape,
): void {
  const known = Object.keys(expected.attributes);
  for (const [name, value] of element.attributes) {
    const kind = expected.attributes[name];
    if (kind === undefined || !Object.hasOwn(expected.attributes, name))
      throw launchError(
        element,
        `attribute "${name}" is not supported; supported are: ${known.join(', ') || 'none'}`,
      );
    attempt(element, name, () => checkValue(value, kind));
  }
  for (const name of expected.required)
    if (!element.attributes.has(name)) throw launchError(element, `attribute "${name}" is missing`);
  if (element.attributes.has('if') && element.attributes.has('unless'))
    throw launchError(element, '"if" and "unless" exclude each other');
  for (const child of element.children) {
    const part = Object.hasOwn(expected.parts, child.name) ? expected.parts[child.name] : undefined;
    if (part === undefined && !expected.hasActions)
      throw launchError(
        child,
        `not allowed in <${element.name}>; allowed are: ${Object.keys(expected.parts).join(', ') || 'none'}`,
      );
    checkElement(child, part ?? actionShape(child), actionShape);
  }
}

/** Runs `work` and gives its failure the position of an attribute. */
export function attempt<T>(element: LaunchElement, attribute: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw launchError(element, `attribute "${attribute}": ${describeError(error)}`, error);
  }
}

function checkValue(value: string, kind: AttributeKind): void {
  switch (kind) {
    case 'text':
      for (const substitution of substitutionsIn(parseTemplate(value))) checkSubstitution(substitution);
      return;
    case 'boolean':
      parseBoolean(value);
      return;
    case 'integer':
      parseInteger(value);
      return;
    case 'seconds':
      if (parseNumber(value) < 0) throw new Error(`must not be negative, got "${value}"`);
      return;
    case 'literal':
  }
}
