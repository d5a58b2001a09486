import type { EmgSourceKind } from '../emg-source-kind.ts';
import {
  highPassesHz,
  lowPassesHz,
  type QuattrocentoMode,
  quattrocentoModes,
  quattrocentoPort,
  quattrocentoRatesHz,
} from './quattrocento-protocol.ts';
import { QuattrocentoSource } from './quattrocento-source.ts';
import { wearerSetting } from './wearer-setting.ts';

/** OT Bioelettronica's Quattrocento, over the network. */
export const quattrocentoKind: EmgSourceKind = {
  settings: [
    wearerSetting,
    { name: 'host', default: '169.254.1.10', description: 'address of the device' },
    {
      name: 'port',
      default: quattrocentoPort,
      description: 'port of the device',
      integer: true,
      range: [1, 65_535],
    },
    {
      name: 'inputs',
      default: 'mi1',
      description:
        'sockets of the electrodes: in1 to in8 (16 each), mi1 to mi4 (64 each), with commas between',
    },
    {
      name: 'sample_rate_hz',
      default: 2048,
      description: 'samples a second of each electrode, Hz',
      integer: true,
      choices: quattrocentoRatesHz,
    },
    {
      name: 'high_pass_hz',
      default: 10,
      description: "the device's own high-pass filter, Hz",
      choices: highPassesHz,
    },
    {
      name: 'low_pass_hz',
      default: 500,
      description: "the device's own low-pass filter, Hz",
      choices: lowPassesHz,
    },
    {
      name: 'mode',
      default: 'monopolar',
      description: 'what an electrode is measured against',
      choices: quattrocentoModes,
    },
  ],
  async open(given, context) {
    const { wearer, host, port, inputs, sample_rate_hz: sampleRateHz, mode } = given;
    const { high_pass_hz: highPassHz, low_pass_hz: lowPassHz } = given;
    return new QuattrocentoSource(
      {
        sampleRateHz: Number(sampleRateHz),
        inputs: String(inputs)
          .split(',')
          .map((input) => input.trim().toLowerCase()),
        highPassHz: Number(highPassHz),
        lowPassHz: Number(lowPassHz),
        mode: mode as QuattrocentoMode,
      },
      String(host),
      Number(port),
      String(wearer),
      context,
    );
  },
};
