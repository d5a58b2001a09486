import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** A test that did not simply pass, and why. */
export interface Remark {
  readonly name: string;
  readonly reason: string;
}

/** What `scripts/run-tests.ts` adds up. */
export interface TestCounts {
  passed: number;
  readonly failed: Remark[];
  readonly skipped: Remark[];
  /** Passed, but not at the first try. */
  readonly retried: Remark[];
}

export const noTests = (): TestCounts => ({ passed: 0, failed: [], skipped: [], retried: [] });

/**
 * Writes how many tests passed, and which failed, were skipped or needed a second try, each with the reason,
 * to `EFFERENT_TEST_COUNTS`.
 */
export default class CountReporter implements Reporter {
  readonly #counts = noTests();

  onTestCaseResult(testCase: TestCase): void {
    const result = testCase.result();
    const name = `${testCase.module.relativeModuleId} > ${testCase.fullName}`;
    if (result.state === 'skipped')
      this.#counts.skipped.push({ name: testCase.fullName, reason: result.note ?? 'no reason given' });
    else if (result.state === 'failed') this.#counts.failed.push({ name, reason: causeOf(result.errors) });
    else if (result.state === 'passed') {
      this.#counts.passed++;
      if (testCase.diagnostic()?.flaky) this.#counts.retried.push({ name, reason: causeOf(result.errors) });
    }
  }

  onTestModuleEnd(testModule: TestModule): void {
    // A module that does not even load has no test cases to count.
    if (testModule.state() === 'failed' && [...testModule.children.allTests()].every((each) => each.ok()))
      this.#counts.failed.push({ name: testModule.relativeModuleId, reason: causeOf(testModule.errors()) });
  }

  onTestRunEnd(): void {
    const file = process.env.EFFERENT_TEST_COUNTS;
    if (file !== undefined) writeFileSync(file, JSON.stringify(this.#counts));
  }
}

/** The first error's message, and the line of ours where it was thrown. */
function causeOf(errors: readonly { readonly message: string; readonly stack?: string }[] = []): string {
  const [first] = errors;
  if (first === undefined) return 'no error was reported';
  const place = first.stack
    ?.split('\n')
    .find((line) => /\.ts:\d+/.test(line) && !line.includes('node_modules'));
  const message = first.message.split('\n').slice(0, 4).join(' ').slice(0, 400);
  return place === undefined ? message : `${message} (${place.trim()})`;
}
