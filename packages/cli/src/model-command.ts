import {
  type CheckFinding,
  checkModel,
  createModel,
  defaultModelChoice,
  type ModelCheckReport,
  testPicture,
} from '@efferent/agent';
import { findWorkspaceFolders } from '@efferent/runtime/workspace';
import { type ModelOptions, modelArguments } from './model-options.ts';
import { runUntilSignal } from './signals.ts';
import { Terminal, type Tone } from './terminal.ts';

interface ModelCheckOptions extends ModelOptions {
  readonly sees?: boolean;
  readonly json?: boolean;
}

/** Longest time for all prompts, ms. */
const limitMs = 120_000;

/**
 * `efferent model check`: what the configured language model can and cannot do here.
 *
 * Exit codes: 0 planners can work with it, 1 they cannot, 2 it is not configured.
 */
export async function runModelCheck(options: ModelCheckOptions): Promise<void> {
  const terminal = new Terminal(options.json === true ? process.stderr : process.stdout);
  await runUntilSignal(async (signal) => {
    const workspaceFolders = findWorkspaceFolders();
    const {
      model_url: url = '',
      model_name: name = '',
      model_record: record = '',
      model_replay: replay = '',
    } = modelArguments(options);
    const choice = { ...defaultModelChoice, model: options.model, url, name, record, replay };
    const model = await createModel(choice, { environment: process.env, workspaceFolders });
    const report = await checkModel(model, {
      workspaceFolders,
      limitMs,
      signal,
      ...(options.sees === true ? { picture: await testPicture() } : {}),
      onFinding: (finding) => printFinding(finding, terminal),
    });
    printSummary(report, terminal);
    if (options.json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
    process.exitCode = report.isUsable ? 0 : 1;
  });
}

const tones: Readonly<Record<CheckFinding['state'], Tone>> = {
  passed: 'good',
  failed: 'bad',
  'no-answer': 'bad',
  'not-asked': 'waiting',
};

function printFinding(
  { id, ability, state, reason, isNeeded, latencyMs }: CheckFinding,
  terminal: Terminal,
): void {
  const needed = isNeeded ? ' (needed)' : '';
  terminal.row(id, `${ability}${needed}`, {
    right: `${state.replace('-', ' ')}  ${duration(latencyMs)}`,
    tone: tones[state],
  });
  if (reason !== '') terminal.row('', reason);
}

function printSummary(report: ModelCheckReport, terminal: Terminal): void {
  const { passed, findings, cost, answers } = report;
  terminal.line();
  terminal.row('model', report.model, {
    right: `${passed} of ${findings.length}`,
    tone: report.isUsable ? 'good' : 'bad',
  });
  terminal.row('shape', `${report.inShapeAtOnce} of ${answers} answers of the asked shape at the first try`);
  terminal.row(
    'latency',
    `${duration(report.medianLatencyMs)} in the middle, ${duration(report.slowestLatencyMs)} at most`,
  );
  terminal.row(
    'tokens',
    `${cost.inputTokens} in (${cost.cachedInputTokens} kept by the server), ${cost.outputTokens} out`,
  );
  terminal.row('log-probabilities', report.tellsLogProbabilities ? 'told' : 'not told');
  terminal.row(
    'samples',
    yesNo(report.samplesAgree, 'further draws agree', 'further draws differ', 'answers do not vary'),
  );
  terminal.row('pictures', yesNo(report.takesPictures, 'taken', 'refused', 'not tried; add --sees'));
  if (!report.isUsable)
    terminal.row(
      'not usable',
      'a needed ability is missing; planners will end in named failures with this model',
      { tone: 'bad' },
    );
}

const yesNo = (value: boolean | undefined, yes: string, no: string, unknown: string): string =>
  value === undefined ? unknown : value ? yes : no;

const duration = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
