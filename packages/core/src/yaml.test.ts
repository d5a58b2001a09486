import { expect, test } from 'vitest';
import { ConfigurationError } from './errors.ts';
import { parseYaml } from './yaml.ts';

test('values are read as YAML 1.2 has them', () => {
  expect(parseYaml('a: [1, 2.5, .inf]\nb: yes\nc: true\nd: ~\ne: 0x10', 'f.yaml')).toEqual({
    a: [1, 2.5, Number.POSITIVE_INFINITY],
    b: 'yes',
    c: true,
    d: null,
    e: 16,
  });
});

test.each([
  ['a: 1\nb: [', 'f.yaml:2: not YAML: unexpected end of the stream within a flow collection'],
  ['a: 1\na: 2', 'f.yaml:2: not YAML: duplicated mapping key'],
  ['', 'f.yaml: not YAML: expected a document, but the input is empty'],
])('%j is refused naming file and line', (text, message) => {
  expect(() => parseYaml(text, 'f.yaml')).toThrowError(ConfigurationError);
  expect(() => parseYaml(text, 'f.yaml')).toThrowError(message);
});
