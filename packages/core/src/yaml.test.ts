import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigurationError } from './errors.ts';
import { parseYaml, yamlText } from './yaml.ts';

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

test('a text written as YAML is read back as it was', () => {
  const awkward = fc.constantFrom(
    ...' \u2000\u00a0\u0085\u2028\ufeff\u{e0001}\t\n\r\0(:#-\'"\\0.en~{}[]!&*|>%@`,?y',
  );
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: awkward }));
  fc.assert(
    fc.property(text, (value) => {
      const written = yamlText(value);
      expect(written).not.toMatch(/[\n\r]/);
      expect(parseYaml(`key: ${written}\nlist:\n- ${written}\n`, 'text')).toEqual({
        key: value,
        list: [value],
      });
    }),
    { numRuns: 1000 },
  );
});
