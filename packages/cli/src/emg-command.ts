import {
  calibrateInWorker,
  calibrationPath,
  defaultProtocol,
  ensureCalibration,
  loadCalibration,
  syntheticSourceId,
} from '@efferent/emg';
import { findWorkspaceFolders, repositoryFolder } from '@efferent/runtime';
import { describeConfiguration } from '@efferent/runtime/simulation';
import { runUntilSignal } from './signals.ts';
import { type SystemSessionOptions, startSystemSession } from './system-session.ts';
import { Terminal } from './terminal.ts';

interface EmgDemoOptions extends SystemSessionOptions {
  readonly host: string;
  readonly port: number;
}

/** Sample rate of the synthetic forearm in the launch file, Hz. */
const sampleRateHz = 2000;

/** `efferent emg calibrate`: has a virtual person follow the prompts, and fits and keeps a decoder. */
export async function runEmgCalibrate(options: { readonly person: number }): Promise<void> {
  const terminal = new Terminal(process.stdout);
  const person = { personSeed: options.person, sampleRateHz };
  const file = calibrationFile(syntheticSourceId(person));
  const { repetitions, gestures } = defaultProtocol;
  terminal.row(
    'forearm',
    `virtual person ${options.person}: ${repetitions} repetitions of ${gestures.length} gestures`,
  );
  await calibrateInWorker(person, defaultProtocol, file);
  await printCalibration(terminal, file);
}

/** `efferent emg demo`: the kitchen with a synthetic forearm that drives the robot. */
export async function runEmgDemo(options: EmgDemoOptions): Promise<void> {
  const terminal = new Terminal(process.stdout);
  await runUntilSignal(async (signal) => {
    // Wrong names are refused before the calibration takes its time.
    await describeConfiguration(options);
    const sourceId = syntheticSourceId({ personSeed: options.seed, sampleRateHz });
    const file = calibrationFile(sourceId);
    terminal.live('forearm', `virtual person ${options.seed} follows the calibration prompts`);
    await ensureCalibration(file, sourceId);
    await printCalibration(terminal, file);
    const system = await startSystemSession(
      terminal,
      'emg-demo.launch.xml',
      options,
      { host: options.host, port: String(options.port), stop_port: String(options.port + 1) },
      signal,
    );
    terminal.row('viewer', `http://${options.host}:${options.port}/`);
    terminal.row(
      'forearm',
      'press a virtual muscle in the viewer; release it and the robot stops. Ctrl-C ends.',
    );
    const interrupted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([system.ended, interrupted]);
    await system.stop();
  });
}

function calibrationFile(sourceId: string): string {
  return calibrationPath(findWorkspaceFolders()[0] ?? repositoryFolder, sourceId);
}

async function printCalibration(terminal: Terminal, file: string): Promise<void> {
  const { calibration, model } = await loadCalibration(file);
  await model.dispose();
  const { accuracy, rejectionRate } = calibration.heldOut;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  terminal.row(
    'decoder',
    `${percent(accuracy)} of windows right in repetitions not fitted on, ${percent(rejectionRate)} rejected · ${file}`,
  );
}
