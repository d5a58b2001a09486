import { ConfigurationError, parseXml, type XmlElement, type XmlPlace } from '@efferent/core';

/** One element of a launch file with the place it came from. */
export type LaunchElement = XmlElement;

/**
 * Parses launch XML into elements with positions.
 *
 * @param text - the file's content
 * @param file - what to call it in messages
 * @returns the root element
 * @throws {@link ConfigurationError} code `invalid-launch-file`, naming file and line
 */
export function parseLaunchXml(text: string, file: string): LaunchElement {
  const root = parseXml(text, file, launchError);
  refuseText(root);
  return root;
}

function refuseText(element: LaunchElement): void {
  const { text } = element;
  if (text !== undefined)
    throw launchError({ ...element, line: text.line }, `text is not allowed here: "${text.content}"`);
  for (const child of element.children) refuseText(child);
}

/** Makes the error of a launch file: `file:line: <element>: reason`. */
export function launchError(at: XmlPlace, reason: string, cause?: unknown): ConfigurationError {
  const element = at.name === '' ? '' : ` <${at.name}>:`;
  return new ConfigurationError({
    code: 'invalid-launch-file',
    message: `${at.file}:${at.line}:${element} ${reason}`,
    fields: { file: at.file, line: at.line, element: at.name },
    cause,
  });
}
