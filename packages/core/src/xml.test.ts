import { expect, test } from 'vitest';
import { parseXml, type XmlPlace } from './xml.ts';

const parse = (text: string) =>
  parseXml(
    text,
    'f.xml',
    (at: XmlPlace, reason) => new Error(`${at.file}:${at.line}: <${at.name}> ${reason}`),
  );

test('elements keep attributes, order, text and lines', () => {
  const root = parse(
    '<?xml version="1.0"?>\n<a x="1 &lt; 2">\n  <b\n    y="z"/>\n  <c>\n   hello\n  </c>\n</a>',
  );
  expect(root).toMatchObject({ name: 'a', line: 2, text: undefined });
  expect(root.attributes.get('x')).toBe('1 < 2');
  expect(root.children.map(({ name, line }) => [name, line])).toEqual([
    ['b', 3],
    ['c', 5],
  ]);
  expect(root.children[1]?.text).toEqual({ content: 'hello', line: 6 });
});

test.each([
  ['<a>\n<b>\n</a>', 'f.xml:3: <a> unexpected close tag'],
  ['', 'f.xml:1: <>'],
  ['<a x=1/>', 'f.xml:1: <'],
])('%j is refused at its line', (text, message) => {
  expect(() => parse(text)).toThrowError(message);
});
