import type { EmgSourceKind } from '../emg-source-kind.ts';
import {
  channelCounts,
  gains,
  type SessantaquattroMode,
  sampleRatesHz,
  sessantaquattroPort,
} from './sessantaquattro-protocol.ts';
import { SessantaquattroSource } from './sessantaquattro-source.ts';
import { wearerSetting } from './wearer-setting.ts';

/** OT Bioelettronica's Sessantaquattro+, over the network. */
export const sessantaquattroKind: EmgSourceKind = {
  settings: [
    wearerSetting,
    {
      name: 'host',
      default: '127.0.0.1',
      description: "this machine's address that the device was told; 0.0.0.0 listens at all of them",
    },
    {
      name: 'port',
      default: sessantaquattroPort,
      description: 'port that the device was told',
      integer: true,
      range: [0, 65_535],
    },
    { name: 'device', default: '', description: 'address of the device; empty takes the first that calls' },
    {
      name: 'sample_rate_hz',
      default: 2000,
      description: 'samples a second of each electrode, Hz',
      integer: true,
      choices: sampleRatesHz,
    },
    { name: 'channels', default: 64, description: 'electrodes', integer: true, choices: channelCounts },
    { name: 'bits', default: 16, description: 'bits of a sample', integer: true, choices: [16, 24] },
    { name: 'gain', default: 8, description: 'of the amplifier', integer: true, choices: gains },
    {
      name: 'mode',
      default: 'monopolar',
      description: 'what an electrode is measured against',
      choices: ['monopolar', 'differential'],
    },
    {
      name: 'high_pass',
      default: 'on',
      description: "the device's own high-pass filter, at a 190th of the sample rate",
      choices: ['on', 'off'],
    },
  ],
  async open(given, context) {
    const {
      wearer,
      host,
      port,
      device,
      sample_rate_hz: sampleRateHz,
      channels,
      bits,
      gain,
      mode,
      high_pass: highPass,
    } = given;
    return new SessantaquattroSource(
      {
        sampleRateHz: Number(sampleRateHz),
        channelCount: Number(channels),
        bits: bits === 24 ? 24 : 16,
        gain: Number(gain),
        mode: mode as SessantaquattroMode,
        isHighPass: highPass === 'on',
      },
      { host: String(host), port: Number(port), device: String(device) },
      String(wearer),
      context,
    );
  },
};
