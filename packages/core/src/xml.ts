import { SaxesParser } from 'saxes';
import { describeError } from './errors.ts';

/** Where something stands in an XML file. */
export interface XmlPlace {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** Tag of the element; empty outside the root. */
  readonly name: string;
}

/** One XML element with the place it came from. */
export interface XmlElement extends XmlPlace {
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The first text in it that is not blank, with its line; undefined when there is none. */
  readonly text: { readonly content: string; readonly line: number } | undefined;
}

/**
 * Parses XML into elements with their positions.
 *
 * @param text - the file's content
 * @param file - what to call it in messages
 * @param makeError - makes the error to throw when the text is not well-formed
 * @returns the root element
 */
export function parseXml(
  text: string,
  file: string,
  makeError: (at: XmlPlace, reason: string) => Error,
): XmlElement {
  interface Open extends XmlPlace {
    readonly attributes: Map<string, string>;
    readonly children: Open[];
    text: XmlElement['text'];
  }
  const parser = new SaxesParser();
  const stack: Open[] = [];
  let root: Open | undefined;
  let openedOnLine = 1;
  parser.on('error', (error) => {
    // The message begins with line and column.
    const reason = describeError(error).replace(/^\d+:\d+: /, '');
    throw makeError({ file, line: parser.line, name: stack.at(-1)?.name ?? '' }, reason);
  });
  parser.on('opentagstart', () => {
    // The character after the name has been read; a line break there has moved the parser on.
    openedOnLine = parser.column === 0 ? parser.line - 1 : parser.line;
  });
  parser.on('opentag', (tag) => {
    const element: Open = {
      name: tag.name,
      attributes: new Map(Object.entries(tag.attributes)),
      children: [],
      text: undefined,
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
    if (parent === undefined || parent.text !== undefined || content.trim() === '') return;
    const line = parser.line - (content.trimStart().split('\n').length - 1);
    parent.text = { content: content.trim(), line };
  });
  parser.write(text).close();
  if (root === undefined) throw makeError({ file, line: 1, name: '' }, 'the file has no element');
  return root;
}
