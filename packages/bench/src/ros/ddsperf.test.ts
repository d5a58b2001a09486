import { expect, test } from 'vitest';
import { parseRates, parseRoundTrips } from './ddsperf.ts';

test('round trips of ddsperf are weighted by their count, without the first second', () => {
  const output = [
    '[9] 2.000  vm:9 size 1024 mean 101.285us min 18.835us 50% 28.695us 90% 39.969us 99% 1896.951us max 22165.434us cnt 4907',
    '[9] 3.000  vm:9 size 1024 mean 88.965us min 18.654us 50% 20us 90% 41.824us 99% 100us max 18871.731us cnt 1000',
    '[9] 3.000  rss:7.5MB vcsw:2821 ivcsw:2845 recvUC:5%+13%',
    '[9] 4.000  vm:9 size 1024 mean 67.311us min 22.499us 50% 30us 90% 43.724us 99% 200us max 9332.078us cnt 3000',
  ].join('\n');
  expect(parseRoundTrips(output)).toEqual({ p50Us: 27.5, p99Us: 175, roundTrips: 4000 });
});

test('received rates of ddsperf are read without the first second', () => {
  const output = [
    '[9] 3.001  size 1024 total 329026 lost 0 delta 148591 lost 0 rate 148.47 kS/s 1216.27 Mb/s (32.88 kS/s 269.32 Mb/s)',
    '[9] 4.000  size 1024 total 440920 lost 0 delta 111894 lost 0 rate 111.99 kS/s 917.38 Mb/s (44.13 kS/s 361.50 Mb/s)',
  ].join('\n');
  expect(parseRates(output)).toEqual({ receivedPerSecond: 111_990, received: 111_894 });
});

test('output without measurements gives nothing', () => {
  expect(parseRoundTrips('[9] participant vm:9: new (self)')).toBeUndefined();
  expect(parseRates('')).toBeUndefined();
});
