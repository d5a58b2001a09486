import { ConfigurationError, describeError } from '@efferent/core';
import { SaxesParser } from 'saxes';

/** One XML element with the place it came from. */
export interface LaunchElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly LaunchElement[];
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/**
 * Parses launch XML into elements with positions.
 *
 * @param text - the file's content
 * @param file - what to call it in messages
 * @returns the root element
 * @throws {@link ConfigurationError} code `invalid-launch-file`, naming file and line
 */
export function parseLaunchXml(text: string, file: string): LaunchElement {
  interface Open {
    readonly name: string;
    readonly attributes: Map<string, string>;
    readonly children: Open[];
    readonly file: string;
    readonly line: number;
  }
  const parser = new SaxesParser();
  const stack: Open[] = [];
  let root: Open | undefined;
  let openedOnLine = 1;
  parser.on('error', (error) => {
    throw launchError({ file, line: parser.line, name: stack.at(-1)?.name ?? '' }, describeError(error));
  });
  parser.on('opentagstart', () => {
    openedOnLine = parser.line;
  });
  parser.on('opentag', (tag) => {
    const element: Open = {
      name: tag.name,
      attributes: new Map(Object.entries(tag.attributes)),
      children: [],
      file,
      line: openedOnLine,
    };
    stack.at(-1)?.children.push(element);
    root ??= element;
    stack.push(element);
  });
  parser.on('closetag', () => {
    stack.pop();
  });
  parser.on('text', (content) => {
    const parent = stack.at(-1);
    if (content.trim() === '' || parent === undefined) return;
    const line = parser.line - (content.trimStart().split('\n').length - 1);
    throw launchError({ ...parent, line }, `text is not allowed here: "${content.trim()}"`);
  });
  parser.write(text).close();
  if (root === undefined) throw launchError({ file, line: 1, name: '' }, 'the file has no element');
  return root;
}

/** Makes the error of a launch file: `file:line: <element>: reason`. */
export function launchError(
  at: { readonly file: string; readonly line: number; readonly name: string },
  reason: string,
  cause?: unknown,
): ConfigurationError {
  const element = at.name === '' ? '' : ` <${at.name}>:`;
  return new ConfigurationError({
    code: 'invalid-launch-file',
    message: `${at.file}:${at.line}:${element} ${reason}`,
    fields: { file: at.file, line: at.line, element: at.name },
    cause,
  });
}

/**
 * Refuses attributes and children that an element does not have.
 *
 * @param children - allowed children; undefined means that they are actions and checked when they run
 */
export function checkNames(
  element: LaunchElement,
  attributes: readonly string[],
  children: readonly string[] | undefined,
): void {
  for (const name of element.attributes.keys())
    if (!attributes.includes(name))
      throw launchError(
        element,
        `attribute "${name}" is not supported; supported are: ${attributes.join(', ')}`,
      );
  if (children === undefined) return;
  for (const child of element.children)
    if (!children.includes(child.name))
      throw launchError(
        child,
        `not allowed in <${element.name}>; allowed are: ${children.join(', ') || 'none'}`,
      );
}
