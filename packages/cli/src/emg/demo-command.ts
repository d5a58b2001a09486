import { resolve } from 'node:path';
import {
  calibrateInWorker,
  type DecoderName,
  defaultProtocol,
  ensureCalibration,
  hasCalibration,
  loadGestureMapping,
  mappingPath,
  syntheticSourceId,
} from '@efferent/emg';
import { describeConfiguration } from '@efferent/runtime/simulation';
import { runUntilSignal } from '../signals.ts';
import { type SystemSessionOptions, startSystemSession } from '../system-session.ts';
import { Terminal } from '../terminal.ts';
import { calibrationFile, decoderOf, printCalibration, syntheticRateHz } from './calibrate-command.ts';

interface EmgDemoOptions extends SystemSessionOptions {
  readonly host: string;
  readonly port: number;
  /** One of {@link decoderNames}; of a calibration that is made now. */
  readonly decoder?: string;
  /** A bundled mapping, or a file; the robot's own of ten classes without it. */
  readonly mapping?: string;
  readonly source: 'synthetic' | EmulatedName;
}

type EmulatedName = keyof typeof emulated;

/** Where an emulated device and its source meet, and how fast it samples by itself, Hz. */
const emulated = {
  sessantaquattro: { port: 45_454, rateHz: 2000 },
  quattrocento: { port: 23_456, rateHz: 2048 },
} as const;

/** `efferent emg demo`: the kitchen with a synthetic forearm that drives the robot. */
export async function runEmgDemo(options: EmgDemoOptions): Promise<void> {
  const terminal = new Terminal(process.stdout);
  const decoder = decoderOf(options.decoder);
  await runUntilSignal(async (signal) => {
    // Wrong names are refused before the calibration takes its time.
    await describeConfiguration(options);
    const mapping = resolve(mappingPath(options.robot, options.mapping ?? ''));
    await loadGestureMapping(mapping);
    terminal.live('forearm', `virtual person ${options.seed} follows the calibration prompts`);
    const { file, words } = await prepareSource(options, decoder);
    await printCalibration(terminal, file);
    const system = await startSystemSession(
      terminal,
      'emg-demo.launch.xml',
      options,
      {
        host: options.host,
        port: String(options.port),
        stop_port: String(options.port + 1),
        decoder: decoder ?? '',
        mapping,
        ...words,
      },
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

/** Calibrates the virtual person where that was not done yet; returns the file, and what the launch file has to know. */
async function prepareSource({ source, seed }: EmgDemoOptions, decoder: DecoderName | undefined) {
  const person = { personSeed: seed, sampleRateHz: syntheticRateHz };
  if (source === 'synthetic') {
    const sourceId = syntheticSourceId(person);
    const file = calibrationFile(sourceId);
    await ensureCalibration(file, sourceId, undefined, decoder);
    return { file, words: {} };
  }
  const { port, rateHz } = emulated[source];
  // No real person's calibration has this name.
  const wearer = `virtual-${seed}`;
  const file = calibrationFile(`${source}-${wearer}`);
  if (!(await hasCalibration(file, decoder))) {
    const worn = { ...person, sampleRateHz: rateHz };
    await calibrateInWorker({ person: worn, protocol: defaultProtocol, file, decoder, isAgain: false });
  }
  return { file, words: { source, wearer, emulate: 'true', device_port: String(port) } };
}
