import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generatedFiles } from '../scripts/generate.ts';

test('the generated files are what the definition files say', () => {
  for (const [path, text] of generatedFiles()) {
    expect(
      readFileSync(path, 'utf8'),
      `stale: run node packages/interfaces/scripts/generate.ts (${path})`,
    ).toBe(text);
  }
});
