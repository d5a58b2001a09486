import { expect, test } from 'vitest';
import { useStream } from './stream-choice.ts';

const info = {
  name: 'arm',
  type: 'EMG',
  channelCount: 2,
  channelFormat: 'float32' as const,
  nominalRateHz: 2000,
  sourceId: 'arm',
  channels: [
    { label: 'a', unit: 'microvolts', type: 'EMG' },
    { label: 'b', unit: 'microvolts', type: 'EMG' },
  ],
  uid: 'uid-1',
  hostname: 'here',
  sessionId: 'default',
  version: 110,
  createdAtS: 0,
  address: '127.0.0.1',
  dataPort: 16_572,
  servicePort: 16_572,
};
const channel = { label: '', unit: '', type: '' };

test.each([
  ['microvolts', 1],
  ['µV', 1],
  ['mV', 1000],
  ['Volts', 1e6],
])('a channel in %s is scaled to microvolt', (unit, microvolts) => {
  const { microvoltsPerUnit } = useStream(
    {
      ...info,
      channels: [
        { ...channel, unit },
        { ...channel, unit },
      ],
    },
    '',
  );
  expect(microvoltsPerUnit).toEqual([microvolts, microvolts]);
});

test.each([
  ['texts', { channelFormat: 'string' as const }, 'it carries texts'],
  ['an irregular rate', { nominalRateHz: 0 }, 'its rate is 0 Hz'],
  ['no unit', { channels: [] }, 'channel 0 declares no unit; give unit:=uV'],
  ['a strange unit', { channels: [{ ...channel, unit: 'bananas' }] }, 'has the unit "bananas"'],
])('a stream with %s is refused', (_, overrides, reason) => {
  expect(() => useStream({ ...info, ...overrides }, '')).toThrow(reason);
});
