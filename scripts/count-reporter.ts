import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** What `scripts/run-tests.ts` adds up. */
export interface TestCounts {
  passed: number;
  failed: number;
  readonly skipped: { readonly name: string; readonly reason: string }[];
}

/** Writes how many tests passed, failed and were skipped, with the reason each skip gives, to `EFFERENT_TEST_COUNTS`. */
export default class CountReporter implements Reporter {
  readonly #counts: TestCounts = { passed: 0, failed: 0, skipped: [] };

  onTestCaseResult(testCase: TestCase): void {
    const result = testCase.result();
    if (result.state === 'passed') this.#counts.passed++;
    else if (result.state === 'failed') this.#counts.failed++;
    else if (result.state === 'skipped')
      this.#counts.skipped.push({ name: testCase.fullName, reason: result.note ?? 'no reason given' });
  }

  onTestModuleEnd(testModule: TestModule): void {
    // A module that does not even load has no test cases to count.
    if (testModule.state() === 'failed' && [...testModule.children.allTests()].every((each) => each.ok()))
      this.#counts.failed++;
  }

  onTestRunEnd(): void {
    const file = process.env.EFFERENT_TEST_COUNTS;
    if (file !== undefined) writeFileSync(file, JSON.stringify(this.#counts));
  }
}
