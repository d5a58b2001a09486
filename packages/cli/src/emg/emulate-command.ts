import { createInterface } from 'node:readline';
import { ConfigurationError, describeError } from '@efferent/core';
import {
  type EmulatedDevice,
  emulatedDevices,
  gestureNames,
  parseActivation,
  startEmulatedDevice,
  usualEffort,
  wireFaultNames,
} from '@efferent/emg';
import { obeyActivations } from '@efferent/emg/activation-node';
import { createContext, type RosContext } from '@efferent/ros';
import { selectMiddleware } from '@efferent/runtime';
import { runUntilSignal } from '../signals.ts';
import { Terminal } from '../terminal.ts';

interface EmulateOptions {
  readonly host: string;
  readonly port?: number;
  readonly person: number;
  readonly fault?: string;
  readonly middleware: string;
}

/** `efferent emg emulate`: a device whose electrodes a virtual person wears; gestures are typed. */
export async function runEmgEmulate(deviceName: string, options: EmulateOptions): Promise<void> {
  const device = oneOf('device', deviceName, emulatedDevices);
  const { fault: faultName, middleware, ...rest } = options;
  const fault = faultName === undefined ? {} : { fault: oneOf('--fault', faultName, wireFaultNames) };
  const terminal = new Terminal(process.stdout);
  const onEvent = (event: string) => terminal.row(device, event);
  await runUntilSignal(async (signal) => {
    const emulated = await startEmulatedDevice({ ...rest, ...fault, device, onEvent });
    terminal.row(
      'forearm',
      `virtual person ${options.person}; type a gesture, such as "grip 0.6": ${gestureNames.join(', ')}`,
    );
    const graph = await joinGraph(terminal, middleware, emulated);
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
    await graph?.shutdown();
    await emulated.stop();
  });
}

/** Lets the muscle buttons of a viewer move the forearm; without a middleware gestures are typed all the same. */
async function joinGraph(
  terminal: Terminal,
  wanted: string,
  device: EmulatedDevice,
): Promise<RosContext | undefined> {
  try {
    const { middleware, reason } = await selectMiddleware(wanted);
    if (middleware === 'inproc') return undefined;
    const context = await createContext({ middleware, logSink: () => undefined });
    const node = await context.createNode('emg_emulator');
    obeyActivations(node, (gesture, effort) => device.perform(gesture, effort), usualEffort);
    terminal.row('buttons', `of a viewer reach it by /emg/activate · ${middleware}, ${reason}`);
    return context;
  } catch (error) {
    terminal.row('buttons', `of a viewer do not reach it: ${describeError(error)}`, { tone: 'waiting' });
    return undefined;
  }
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
