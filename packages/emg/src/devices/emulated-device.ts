import { Rng, steadyWallClock } from '@efferent/core';
import type { MuscleActivity } from '../forearm/activation-request.ts';
import { SyntheticForearm } from '../forearm/synthetic-forearm.ts';
import { createVirtualPerson } from '../forearm/virtual-person.ts';
import { wallTicker } from '../wall-ticker.ts';
import { QuattrocentoEmulator } from './quattrocento-emulator.ts';
import { quattrocentoPort } from './quattrocento-protocol.ts';
import { SessantaquattroEmulator } from './sessantaquattro-emulator.ts';
import { sessantaquattroPort } from './sessantaquattro-protocol.ts';
import { wireFaults } from './wire-faults.ts';

export const emulatedDevices = ['sessantaquattro', 'quattrocento'] as const;
export const wireFaultNames = Object.keys(wireFaults) as (keyof typeof wireFaults)[];

export interface EmulatedDeviceOptions {
  readonly device: (typeof emulatedDevices)[number];
  /** Sessantaquattro+: the computer that it calls; Quattrocento: the address that it is called at. */
  readonly host: string;
  /** The device's usual one without it; see {@link SessantaquattroEmulator} and {@link QuattrocentoEmulator}. */
  readonly port?: number;
  /** Seed of the virtual person who wears the electrodes. */
  readonly person: number;
  /** What happens to the packets on their way. */
  readonly fault?: keyof typeof wireFaults;
  /** Hears what happens, for people. */
  readonly onEvent: (event: string) => void;
}

/** A device whose electrodes a virtual person wears. */
export interface EmulatedDevice {
  perform(activity: MuscleActivity, effort: number): void;
  stop(): Promise<void>;
}

/** Sockets that the sleeve of 64 electrodes is plugged into. */
const pluggedInto = ['mi1'];
/** Other repetitions than those of `synthetic`. */
const recordingSeed = 2;

/** Starts a device in real time. @throws {@link HardwareError} code `cannot-listen` */
export async function startEmulatedDevice(given: EmulatedDeviceOptions): Promise<EmulatedDevice> {
  const { device, host, fault, onEvent } = given;
  let forearm: SyntheticForearm | undefined;
  let wanted: { readonly activity: MuscleActivity; readonly effort: number } | undefined;
  const options = {
    clock: steadyWallClock,
    every: wallTicker,
    createSupply(sampleRateHz: number) {
      forearm = new SyntheticForearm({
        person: createVirtualPerson(given.person),
        recordingSeed,
        sampleRateHz,
      });
      if (wanted !== undefined) forearm.act(wanted.activity, wanted.effort);
      return forearm;
    },
    onEvent,
    ...(fault === undefined ? {} : { fault: wireFaults[fault](new Rng(given.person)) }),
  };
  const perform = (activity: MuscleActivity, effort: number) => {
    if (activity !== 'spasm') wanted = { activity, effort };
    forearm?.act(activity, effort);
  };
  if (device === 'quattrocento') {
    const emulator = new QuattrocentoEmulator(options, pluggedInto);
    const port = await emulator.start(host, given.port ?? quattrocentoPort);
    onEvent(`waits at ${host}:${port}`);
    return { perform, stop: () => emulator.stop() };
  }
  const emulator = new SessantaquattroEmulator(options);
  const port = given.port ?? sessantaquattroPort;
  onEvent(`calls ${host}:${port}`);
  emulator.start(host, port);
  return { perform, stop: () => emulator.stop() };
}
