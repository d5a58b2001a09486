import { createInterface } from 'node:readline';
import { ConfigurationError } from '@efferent/core';
import {
  emulatedDevices,
  gestureNames,
  parseActivation,
  startEmulatedDevice,
  wireFaultNames,
} from '@efferent/emg';
import { runUntilSignal } from '../signals.ts';
import { Terminal } from '../terminal.ts';

interface EmulateOptions {
  readonly host: string;
  readonly port?: number;
  readonly person: number;
  readonly fault?: string;
}

/** Effort of a gesture that is typed without one. */
const usualEffort = 0.45;

/** `efferent emg emulate`: a device whose electrodes a virtual person wears; gestures are typed. */
export async function runEmgEmulate(deviceName: string, options: EmulateOptions): Promise<void> {
  const device = oneOf('device', deviceName, emulatedDevices);
  const { fault: faultName, ...rest } = options;
  const fault = faultName === undefined ? {} : { fault: oneOf('--fault', faultName, wireFaultNames) };
  const terminal = new Terminal(process.stdout);
  const onEvent = (event: string) => terminal.row(device, event);
  await runUntilSignal(async (signal) => {
    const emulated = await startEmulatedDevice({ ...rest, ...fault, device, onEvent });
    terminal.row(
      'forearm',
      `virtual person ${options.person}; type a gesture, such as "grip 0.6": ${gestureNames.join(', ')}`,
    );
    const lines = createInterface({ input: process.stdin });
    lines.on('line', (line) => {
      if (line.trim() === '') return;
      const request = parseActivation(line);
      if (typeof request === 'string') {
        terminal.row('forearm', request, { tone: 'bad' });
        return;
      }
      emulated.perform(request.gesture, request.effort ?? usualEffort);
      terminal.row('forearm', line.trim());
    });
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    lines.close();
    await emulated.stop();
  });
}

/** @throws {@link ConfigurationError} code `unknown-name` */
function oneOf<Name extends string>(what: string, given: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === given);
  if (found !== undefined) return found;
  throw new ConfigurationError({
    code: 'unknown-name',
    message: `${what}: got "${given}", expected one of ${names.join(', ')}`,
  });
}
