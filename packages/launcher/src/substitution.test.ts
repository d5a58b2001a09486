import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateTemplate, evaluateWords, parseTemplate } from './substitution.ts';

const show = (name: string, values: readonly string[]) => `<${[name, ...values].join('|')}>`;

describe('templates', () => {
  it.each([
    ['plain', 'plain'],
    ['a$(var b)c', 'a<var|b>c'],
    ['$(if $(var x) \'a b\' "c")', '<if|<var|x>|a b|c>'],
    ['$(dirname)/x', '<dirname>/x'],
    ['\\$(var b)', '$(var b)'],
    ["$(env A '')", '<env|A|>'],
  ])('%s evaluates to %s', (text, expected) => {
    expect(evaluateTemplate(parseTemplate(text), show)).toBe(expected);
  });

  it.each(['$(', '$(1x)', '$(var', "$(var 'a)"])('refuse %s', (text) => {
    expect(() => parseTemplate(text)).toThrow(SyntaxError);
  });

  it('leave text without dollars and backslashes as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/[\\$]/.test(text));
        expect(evaluateTemplate(parseTemplate(text), show)).toBe(text);
      }),
    );
  });

  it('split into words at blanks outside quotes', () => {
    expect(evaluateWords(parseTemplate(' a "b c"d  e '), show)).toEqual(['a', 'b cd', 'e']);
  });
});
