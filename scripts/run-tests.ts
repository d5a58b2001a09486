import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { noTests, type TestCounts } from './count-reporter.ts';

const root = join(import.meta.dirname, '..');
const countsFile = join(root, '.efferent/test-counts.json');

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** Whether it runs vitest, which counts its own tests; any other step counts as one. */
  readonly countsTests: boolean;
}

const check = (name: string, ...command: string[]): Step => ({ name, command, countsTests: false });

const suite = (name: string, ...projects: string[]): Step => ({
  name,
  command: [
    ...['vitest', 'run', '--passWithNoTests', '--reporter=dot', '--reporter=./scripts/count-reporter.ts'],
    ...projects.flatMap((project) => ['--project', project]),
  ],
  countsTests: true,
});

const steps: readonly Step[] = [
  check('types', 'tsc', '--noEmit', '-p', 'tsconfig.json'),
  check('format and lint', 'biome', 'check', '--max-diagnostics=50', '.'),
  check('promises', 'eslint', '.'),
  check('unused', 'knip', '--no-progress'),
  suite('architecture', 'architecture'),
  suite('unit', ...readdirSync(join(root, 'packages'))),
  suite('conformance', 'conformance'),
  suite('lockstep and commands', 'lockstep', 'commands'),
  suite('end to end', 'e2e'),
  suite('faults', 'faults'),
  suite('browser', 'browser'),
];

/** Runs every step, also after a failure, and closes with one line of counts. */
async function main(): Promise<number> {
  const only = process.argv.slice(2);
  const unknown = only.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(
      `there is no step "${unknown[0]}"; there are: ${steps.map((step) => step.name).join(', ')}`,
    );
    return 2;
  }
  mkdirSync(join(root, '.efferent'), { recursive: true });
  const total = noTests();
  const wanted = steps.filter((step) => only.length === 0 || only.includes(step.name));
  for (const together of [wanted.filter((step) => !step.countsTests), ...suitesOf(wanted)]) {
    for (const counts of await Promise.all(together.map((step) => report(step, together.length > 1)))) {
      total.passed += counts.passed;
      total.failed.push(...counts.failed);
      total.skipped.push(...counts.skipped);
      total.retried.push(...counts.retried);
    }
  }
  console.log('');
  for (const { name, reason } of total.skipped) console.log(`skipped: ${name}: ${reason}`);
  for (const { name, reason } of total.retried) console.log(`passed at the second try: ${name}: ${reason}`);
  for (const { name, reason } of total.failed) console.log(`failed: ${name}: ${reason}`);
  console.log(`${total.passed} passed, ${total.failed.length} failed, ${total.skipped.length} skipped`);
  return total.failed.length === 0 ? 0 : 1;
}

/** Suites measure times or fill the machine by themselves: one at a time, unlike the checks of the text. */
const suitesOf = (wanted: readonly Step[]) => wanted.filter((step) => step.countsTests).map((step) => [step]);

/** Runs a step between its two headings; the output of steps that run side by side is shown when they end. */
async function report(step: Step, isHeldBack: boolean): Promise<TestCounts> {
  const startedAt = performance.now();
  if (!isHeldBack) console.log(`\n== ${step.name}`);
  const { counts, output } = await runStep(step, isHeldBack);
  if (isHeldBack) console.log(`\n== ${step.name}\n${output}`);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`== ${step.name}: ${counts.failed.length === 0 ? 'ok' : 'FAILED'} in ${seconds} s`);
  return counts;
}

async function runStep(
  step: Step,
  isHeldBack: boolean,
): Promise<{ readonly counts: TestCounts; readonly output: string }> {
  rmSync(countsFile, { force: true });
  const { exitCode, output } = await run(step.command, isHeldBack);
  const isCounted = step.countsTests && existsSync(countsFile);
  const counts = isCounted ? (JSON.parse(readFileSync(countsFile, 'utf8')) as TestCounts) : noTests();
  if (!isCounted && exitCode === 0) counts.passed++;
  // A suite that ends badly without a failed test (an import error, an unhandled rejection) has failed as well.
  if (exitCode !== 0 && counts.failed.length === 0)
    counts.failed.push({ name: step.name, reason: `exit code ${exitCode}; its output is above` });
  return { counts, output };
}

function run(
  command: readonly string[],
  isHeldBack: boolean,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const [program, ...rest] = command as [string, ...string[]];
  const channel = isHeldBack ? 'pipe' : 'inherit';
  const child = spawn(join(root, 'node_modules/.bin', program), rest, {
    cwd: root,
    stdio: ['ignore', channel, channel],
    env: { ...process.env, EFFERENT_TEST_COUNTS: countsFile },
  });
  const parts: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => parts.push(part));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? 1, output: Buffer.concat(parts).toString() }));
  });
}

process.exitCode = await main();
