import { ensureCalibration, syntheticSourceId } from '@efferent/emg';
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
}

/** `efferent emg demo`: the kitchen with a synthetic forearm that drives the robot. */
export async function runEmgDemo(options: EmgDemoOptions): Promise<void> {
  const terminal = new Terminal(process.stdout);
  const decoder = decoderOf(options.decoder);
  await runUntilSignal(async (signal) => {
    // Wrong names are refused before the calibration takes its time.
    await describeConfiguration(options);
    const sourceId = syntheticSourceId({ personSeed: options.seed, sampleRateHz: syntheticRateHz });
    const file = calibrationFile(sourceId);
    terminal.live('forearm', `virtual person ${options.seed} follows the calibration prompts`);
    await ensureCalibration(file, sourceId, undefined, decoder);
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
