import { ConfigurationError } from '@efferent/core';
import type { NodeModule, RosNode, RunningNode } from '@efferent/ros';
import { obeyActivations } from './activation-node.ts';
import { emulatedDevices, startEmulatedDevice, wireFaultNames } from './devices/emulated-device.ts';
import { usualEffort } from './forearm/activation-request.ts';

/** A device, byte by byte, whose electrodes a virtual person wears; `/emg/activate` moves the muscles. */
export const emgEmulatorNode: NodeModule = {
  name: 'emg_emulator',
  async start(node): Promise<RunningNode> {
    const device = oneOf(node, 'device', 'sessantaquattro', 'which device', emulatedDevices);
    const host = node.declareParameter('host', '127.0.0.1', {
      description: 'the computer that a Sessantaquattro+ calls, or where a Quattrocento waits',
      readOnly: true,
    });
    const port = node.declareParameter('port', 0, {
      description: "port there; 0 takes the device's usual one",
      integer: true,
      range: [0, 65_535],
      readOnly: true,
    });
    const person = node.declareParameter('seed', 1, {
      description: 'which virtual person wears the electrodes',
      integer: true,
      range: [0, 2 ** 31 - 1],
      readOnly: true,
    });
    const fault = oneOf(node, 'fault', 'none', 'what happens to the packets', ['none', ...wireFaultNames]);
    const emulated = await startEmulatedDevice({
      device,
      host,
      person,
      ...(port === 0 ? {} : { port }),
      ...(fault === 'none' ? {} : { fault }),
      onEvent: (event) => node.logger.info('device', { event }),
    });
    obeyActivations(node, (gesture, effort) => emulated.perform(gesture, effort), usualEffort);
    return { stop: () => emulated.stop() };
  },
};

function oneOf<Name extends string>(
  node: RosNode,
  parameter: string,
  usual: Name,
  what: string,
  names: readonly Name[],
): Name {
  const given = node.declareParameter(parameter, usual as string, {
    description: `${what}: ${names.join(', ')}`,
    readOnly: true,
  });
  const found = names.find((name) => name === given);
  if (found !== undefined) return found;
  throw new ConfigurationError({
    code: 'invalid-parameter',
    message: `emg_emulator: ${parameter}: got "${given}", expected one of ${names.join(', ')}`,
  });
}
