import { isIPv4 } from 'node:net';
import { ConfigurationError } from '@efferent/core';
import type { EmgSourceKind } from '../emg-source-kind.ts';
import { LslSource } from './lsl-source.ts';

/** A stream of Lab Streaming Layer, from this machine or from those that are named. */
export const lslKind: EmgSourceKind = {
  settings: [
    { name: 'stream', default: '', description: 'name of the stream; empty matches every name' },
    { name: 'stream_type', default: 'EMG', description: 'type of the stream; empty matches every type' },
    { name: 'source_id', default: '', description: 'source id of the stream; empty matches every id' },
    {
      name: 'unit',
      default: '',
      description: 'unit of the samples of a stream that declares none',
      choices: ['', 'uV', 'mV', 'V'],
    },
    {
      name: 'peers',
      default: '',
      description: 'machines to look on beside this one, IPv4 addresses with commas between',
    },
  ],
  async open(settings, context) {
    const peers = String(settings.peers)
      .split(',')
      .map((peer) => peer.trim())
      .filter((peer) => peer !== '');
    const wrong = peers.find((peer) => !isIPv4(peer));
    if (wrong !== undefined) {
      throw new ConfigurationError({
        code: 'invalid-setting',
        message: `source lsl: peers: got "${wrong}", expected an IPv4 address such as 192.168.1.20`,
        fields: { source: 'lsl', setting: 'peers' },
      });
    }
    const { stream, stream_type: type, source_id: sourceId, unit } = settings;
    const options = { name: String(stream), type: String(type), sourceId: String(sourceId) };
    return LslSource.open({ ...options, unit: String(unit), peers }, context);
  },
};
