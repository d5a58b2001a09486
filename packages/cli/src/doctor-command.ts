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
};

/** `efferent doctor`: which middleware would be used and why, what is missing, and how to get it. */
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
  const canRun = findings.every(({ state }) => state !== 'fatal');
  if (!canRun) process.exitCode = 1;
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
