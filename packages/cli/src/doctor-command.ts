import type { Finding } from './doctor/finding.ts';
import { checkDds, checkMiddleware, checkNetwork, checkPeers, checkRos } from './doctor/graph-checks.ts';
import {
  checkBrowser,
  checkBuffers,
  checkDisk,
  checkGpu,
  checkNode,
  checkPnpm,
  checkRealTime,
  checkViewer,
} from './doctor/machine-checks.ts';
import { Terminal, type Tone } from './terminal.ts';

interface DoctorOptions {
  readonly middleware: string;
  readonly json?: boolean;
}

/** How each state is shown: the word carries the meaning. */
const shown: Readonly<Record<Finding['state'], { readonly word: string; readonly tone: Tone }>> = {
  ok: { word: 'ok', tone: 'plain' },
  note: { word: 'note', tone: 'waiting' },
  missing: { word: 'missing', tone: 'bad' },
  fatal: { word: 'cannot run', tone: 'bad' },
  wrong: { word: 'cannot run', tone: 'bad' },
};

/**
 * `efferent doctor`: which middleware would be used and why, what is missing, and how to get it.
 *
 * Exit codes: 0 efferent can run, 1 this machine lacks what it needs, 2 what was asked for or set is wrong, as any other
 * command would end with it.
 */
export async function runDoctor(options: DoctorOptions): Promise<void> {
  const terminal = new Terminal(process.stdout);
  const { middleware, ...chosen } = await checkMiddleware(options.middleware);
  const findings: readonly Finding[] = [
    chosen,
    checkNode(),
    checkPnpm(process.env),
    ...checkDds(),
    ...(await checkRos(process.env)),
    ...checkNetwork(process.env),
    ...(middleware === undefined || middleware === 'inproc' ? [] : await checkPeers()),
    checkBuffers(),
    checkRealTime(),
    checkViewer(),
    checkBrowser(process.env),
    checkGpu(),
    checkDisk(),
  ];
  const has = (wanted: Finding['state']) => findings.some(({ state }) => state === wanted);
  const canRun = !has('fatal') && !has('wrong');
  if (!canRun) process.exitCode = has('wrong') ? 2 : 1;
  if (options.json === true) {
    terminal.line(JSON.stringify({ canRun, middleware: middleware ?? null, findings }));
    return;
  }
  for (const { part, state, text, fix } of findings) {
    const { word, tone } = shown[state];
    terminal.row(part, text, { right: word, tone });
    if (fix !== undefined) terminal.row('', `run: ${fix}`);
  }
}
